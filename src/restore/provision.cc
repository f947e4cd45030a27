#include "restore/provision.h"

#include <fmt/format.h>

namespace aurora::restore {
namespace {

void ensure_table(aws::Api& api, const PipelineNames& names, const std::string& table, bool with_timestamp) {
  Json attributes = Json::array({{{"AttributeName", "operation_id"}, {"AttributeType", "S"}}});
  Json keys = Json::array({{{"AttributeName", "operation_id"}, {"KeyType", "HASH"}}});
  if (with_timestamp) {
    attributes.push_back({{"AttributeName", "timestamp"}, {"AttributeType", "S"}});
    keys.push_back({{"AttributeName", "timestamp"}, {"KeyType", "RANGE"}});
  }
  try {
    api.call("dynamodb", names.region, "CreateTable",
             {{"TableName", table},
              {"AttributeDefinitions", attributes},
              {"KeySchema", keys},
              {"BillingMode", "PAY_PER_REQUEST"}});
  } catch (const aws::ServiceError& e) {
    if (!e.is("ResourceInUseException")) throw;
  }
}

void ensure_expiry(aws::Api& api, const PipelineNames& names, const std::string& table) {
  const Json answer = api.call("dynamodb", names.region, "DescribeTimeToLive", {{"TableName", table}});
  if (string_or(member_or_null(answer, "TimeToLiveDescription"), "TimeToLiveStatus", "") == "ENABLED") return;
  api.call("dynamodb", names.region, "UpdateTimeToLive",
           {{"TableName", table},
            {"TimeToLiveSpecification", {{"Enabled", true}, {"AttributeName", "expires_at"}}}});
}

void ensure_state_machine(aws::Api& api, const PipelineNames& names, const DefinitionOptions& options) {
  const std::string definition = dump_json_pretty(
      render_definition(parse_json(definition_text(), "the state machine's definition"), names, options));
  const std::string role =
      fmt::format("arn:aws:iam::{}:role/aurora-restore-step-functions-role", names.account);
  try {
    api.call("stepfunctions", names.region, "DescribeStateMachine",
             {{"stateMachineArn", names.state_machine_arn()}});
  } catch (const aws::ServiceError& e) {
    if (!e.is("StateMachineDoesNotExist")) throw;
    api.call("stepfunctions", names.region, "CreateStateMachine",
             {{"name", names.state_machine()}, {"definition", definition}, {"roleArn", role}});
    return;
  }
  api.call("stepfunctions", names.region, "UpdateStateMachine",
           {{"stateMachineArn", names.state_machine_arn()}, {"definition", definition}, {"roleArn", role}});
}

// An execution that is stopped or times out cannot run its own rollback: another one does.
void ensure_rollback_rule(aws::Api& api, const PipelineNames& names) {
  const std::string rule = names.rollback_rule();
  const Json pattern{
      {"source", {"aws.states"}},
      {"detail-type", {"Step Functions Execution Status Change"}},
      {"detail", {{"stateMachineArn", {names.state_machine_arn()}}, {"status", {"ABORTED", "TIMED_OUT"}}}}};
  api.call("events", names.region, "PutRule",
           {{"Name", rule},
            {"Description", "Rolls back restores whose execution was stopped or timed out"},
            {"EventPattern", dump_json(pattern)}});
  api.call("events", names.region, "PutTargets",
           {{"Rule", rule},
            {"Targets",
             {{{"Id", "rollback"},
               {"Arn", names.state_machine_arn()},
               {"RoleArn", fmt::format("arn:aws:iam::{}:role/aurora-restore-events-role", names.account)},
               {"InputPath", "$.detail"}}}}});
}

}  // namespace

void provision(aws::Api& api, const PipelineNames& names, const DefinitionOptions& options) {
  ensure_table(api, names, names.state_table(), false);
  ensure_expiry(api, names, names.state_table());
  ensure_table(api, names, names.audit_table(), true);
  ensure_state_machine(api, names, options);
  ensure_rollback_rule(api, names);
}

}  // namespace aurora::restore
