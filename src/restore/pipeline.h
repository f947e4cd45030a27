// Names of the pipeline's parts in one environment (the specification's DECISIONS 3 and 23).
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace aurora::restore {

// A variable of the process's environment, or nothing.
using Environment = std::function<std::optional<std::string>(const std::string& name)>;

struct PipelineNames {
  std::string environment = "dev";
  std::string region = "us-west-2";  // where the pipeline is deployed: the target Region
  std::string account = "123456789012";
  // Names that are given; those that are empty derive from the environment, as said below.
  std::string given_state_table = {};
  std::string given_audit_table = {};
  std::string given_state_machine = {};
  std::string function_pattern = {};  // "aurora-restore-{step}"

  // aurora-restore-<step with hyphens>-<environment>; `step` as in the registry ("copy_snapshot").
  std::string function(std::string_view step) const;
  std::string state_machine() const;  // aurora-restore-<environment>
  std::string state_machine_arn() const;
  std::string execution_arn(std::string_view operation_id) const;
  std::string rollback_rule() const;  // aurora-restore-rollback-<environment>
  std::string state_table() const;    // aurora-restore-state-<environment>
  std::string audit_table() const;
  std::string config_parameter() const;    // /aurora-restore/<environment>/config
  std::string db_users_parameter() const;  // /aurora-restore/<environment>/db_users
};

// `names` with those that the environment gives instead: STATE_TABLE_NAME, else DYNAMODB_TABLE_NAME (which
// the configuration guide has for the state table); AUDIT_TABLE_NAME; STATE_MACHINE_NAME; and
// FUNCTION_NAME_PATTERN with {step} in the step's place. They give the operations guide's fixed names. Throws
// Error "InvalidConfiguration" for a name that AWS would refuse.
PipelineNames pipeline_names(const Environment& environment, PipelineNames names);

// Tags on everything that an operation creates.
inline constexpr char kManagedTag[] = "aurora-restore:managed";         // "true"
inline constexpr char kOperationTag[] = "aurora-restore:operation-id";  // the operation's id
// Tells two runs under one operation id apart.
inline constexpr char kRunTag[] = "aurora-restore:run";
// On a copy: when its source was made. A snapshot may be replaced by another of the same name.
inline constexpr char kSourceCreatedTag[] = "aurora-restore:source-created";

// Keys of the state table that begin so are locks on target clusters (lock.h) and no operations.
inline constexpr char kLockPrefix[] = "lock#";

// Values of the state table's `status`.
inline constexpr char kInProgress[] = "IN_PROGRESS";
inline constexpr char kCompleted[] = "COMPLETED";
inline constexpr char kFailed[] = "FAILED";
inline constexpr char kCancelled[] = "CANCELLED";

}  // namespace aurora::restore
