// Snapshots of another account.
//
// RDS copies a snapshot of another account only when that account has shared it. Where somebody did, its ARN
// (or source_account_id and its name) is all that is needed. With source_role_arn the pipeline assumes that
// role and does it itself: it looks for the snapshot among the account's own, shares a manual one with its
// account, and makes a copy there first of one that cannot be shared (an automated one, or one under the key
// of RDS, which RDS never shares). Whatever it changed there, remove_source_traces() takes back.
#pragma once
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "aws/client.h"
#include "restore/step.h"

namespace aurora::restore {

// The calling sides of source accounts. Thread-safe; outlives what it gives.
class SourceAccounts {
 public:
  // `region`: whose STS is asked.
  SourceAccounts(aws::Api& api, const Clock& clock, std::string region)
      : api_(api), clock_(clock), region_(std::move(region)) {}

  // Ours without source_role_arn; else one with the credentials of that role. The role is assumed with the
  // first call, and again five minutes before its credentials expire. Such a call throws Error
  // "SourceRoleRefused" when STS does not let us.
  aws::Api& api_for(const Configuration& settings);

 private:
  aws::Api& api_;
  const Clock& clock_;
  const std::string region_;
  std::mutex mutex_;
  std::map<std::pair<std::string, std::string>, std::unique_ptr<aws::Api>> assumed_;  // by role, external id
};

// The ARN by which a snapshot of source_account_id is named here, where it was given by its name alone;
// `name` as it is when the source is our own account, or a role looks for it as one of its own.
std::string source_snapshot_reference(const StepContext& context, const std::string& name);

// Whether the snapshot is another account's, so that it has to be copied before it is ours.
bool is_foreign(const StepContext& context, const aws::ClusterSnapshot& snapshot);

// Error "SnapshotNotShared" when `reference` is the ARN of a snapshot of another account that we do not see,
// and there is no role to look for it there. Nothing otherwise.
std::optional<Error> sharing_obstacle(const StepContext& context, const std::string& reference);

// What stands in the way of reading a snapshot of another account: "KmsKeyRequired", "KeyNotShareable",
// "SourceKeyNotAccessible". Changes nothing. Empty for our own snapshots.
std::vector<Error> source_findings(const StepContext& context, const aws::ClusterSnapshot& snapshot);

// Called before the snapshot is copied, as often as it takes: shares it, or makes and shares its copy in the
// source account. Nothing when the snapshot can be copied, else what is awaited. The state's
// `source_snapshot_arn` then names what is to be copied. Throws Error "SourceCopyFailed".
std::optional<std::string> prepare_source(StepContext& context);

// Deletes the copy that prepare_source made, and takes back the sharing. Safe to repeat; nothing to do is
// fine.
void remove_source_traces(StepContext& context);

}  // namespace aurora::restore
