#include "restore/pipeline.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "base/text.h"

namespace aurora::restore {
namespace {

constexpr std::string_view kStep = "{step}";

// What AWS takes as a name: letters, digits and `marks`.
struct NameRule {
  std::size_t least;
  std::size_t most;
  std::string_view marks;
};
constexpr NameRule kTableName{3, 255, "_.-"};
constexpr NameRule kStateMachineName{1, 80, "_-"};
constexpr NameRule kFunctionName{1, 64, "_-"};
constexpr std::string_view kLongestStep = "check-restore-status";

bool keeps(const NameRule& rule, std::string_view name) {
  return name.size() >= rule.least && name.size() <= rule.most && std::ranges::all_of(name, [&](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  rule.marks.find(c) != std::string_view::npos;
         });
}

[[noreturn]] void refuse(const char* variable, const std::string& value, const std::string& allowed) {
  throw Error("InvalidConfiguration", fmt::format("environment variable {} is \"{}\"", variable, value),
              fmt::format("Allowed is {}.", allowed));
}

std::string name_from(const Environment& environment, const char* variable, const NameRule& rule,
                      std::string fallback) {
  const auto given = environment(variable);
  if (!given || given->empty()) return fallback;
  if (!keeps(rule, *given))
    refuse(
        variable, *given,
        fmt::format("a name of {} to {} letters, digits and any of {}", rule.least, rule.most, rule.marks));
  return *given;
}

std::string pattern_from(const Environment& environment, std::string fallback) {
  constexpr char kVariable[] = "FUNCTION_NAME_PATTERN";
  const auto given = environment(kVariable);
  if (!given || given->empty()) return fallback;
  if (given->find(kStep) == std::string::npos ||
      !keeps(kFunctionName, replace_all(*given, kStep, kLongestStep)))
    refuse(kVariable, *given,
           fmt::format("a name with {{step}} in it, of letters, digits, hyphens and underscores, that has at "
                       "most {} characters with {} in its place",
                       kFunctionName.most, kLongestStep));
  return *given;
}

}  // namespace

std::string PipelineNames::function(std::string_view step) const {
  const std::string hyphened = replace_all(std::string(step), "_", "-");
  if (!function_pattern.empty()) return replace_all(function_pattern, kStep, hyphened);
  return fmt::format("aurora-restore-{}-{}", hyphened, environment);
}
std::string PipelineNames::state_machine() const {
  return given_state_machine.empty() ? "aurora-restore-" + environment : given_state_machine;
}
std::string PipelineNames::state_machine_arn() const {
  return fmt::format("arn:aws:states:{}:{}:stateMachine:{}", region, account, state_machine());
}
std::string PipelineNames::execution_arn(std::string_view operation_id) const {
  return fmt::format("arn:aws:states:{}:{}:execution:{}:{}", region, account, state_machine(), operation_id);
}
std::string PipelineNames::rollback_rule() const {
  return "aurora-restore-rollback-" + environment;
}
std::string PipelineNames::state_table() const {
  return given_state_table.empty() ? "aurora-restore-state-" + environment : given_state_table;
}
std::string PipelineNames::audit_table() const {
  return given_audit_table.empty() ? "aurora-restore-audit-" + environment : given_audit_table;
}
std::string PipelineNames::config_parameter() const {
  return fmt::format("/aurora-restore/{}/config", environment);
}
std::string PipelineNames::db_users_parameter() const {
  return fmt::format("/aurora-restore/{}/db_users", environment);
}

PipelineNames pipeline_names(const Environment& environment, PipelineNames names) {
  names.given_state_table =
      name_from(environment, "STATE_TABLE_NAME", kTableName,
                name_from(environment, "DYNAMODB_TABLE_NAME", kTableName, names.given_state_table));
  names.given_audit_table = name_from(environment, "AUDIT_TABLE_NAME", kTableName, names.given_audit_table);
  names.given_state_machine =
      name_from(environment, "STATE_MACHINE_NAME", kStateMachineName, names.given_state_machine);
  names.function_pattern = pattern_from(environment, names.function_pattern);
  return names;
}

}  // namespace aurora::restore
