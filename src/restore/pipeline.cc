#include "restore/pipeline.h"

#include <fmt/format.h>

#include "base/text.h"

namespace aurora::restore {

std::string PipelineNames::function(std::string_view step) const {
  return fmt::format("aurora-restore-{}-{}", replace_all(std::string(step), "_", "-"), environment);
}
std::string PipelineNames::state_machine() const {
  return "aurora-restore-" + environment;
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
  return "aurora-restore-state-" + environment;
}
std::string PipelineNames::audit_table() const {
  return "aurora-restore-audit-" + environment;
}
std::string PipelineNames::config_parameter() const {
  return fmt::format("/aurora-restore/{}/config", environment);
}
std::string PipelineNames::db_users_parameter() const {
  return fmt::format("/aurora-restore/{}/db_users", environment);
}

}  // namespace aurora::restore
