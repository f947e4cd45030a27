#include "restore/provision.h"

#include <fmt/format.h>

#include "aws/dynamodb.h"
#include "restore/tables.h"

namespace aurora::restore {
namespace {

// A table as the pipeline wants it: its keys, and the index that lists are read by.
struct TableShape {
  std::string name;
  const char* range_key;  // null: the operation's id alone
  const char* index;
  const char* index_hash;
  const char* index_range;
};

Json attribute(const char* name) {
  return {{"AttributeName", name}, {"AttributeType", "S"}};
}

Json key(const char* name, const char* type) {
  return {{"AttributeName", name}, {"KeyType", type}};
}

Json index_of(const TableShape& shape) {
  return {{"IndexName", shape.index},
          {"KeySchema", {key(shape.index_hash, "HASH"), key(shape.index_range, "RANGE")}},
          {"Projection", {{"ProjectionType", "ALL"}}}};
}

TableShape shape_of(const PipelineNames& names, bool audit) {
  if (audit) return {names.audit_table(), "timestamp", kDayIndex, "day", "timestamp"};
  return {names.state_table(), nullptr, kStatusIndex, "status", "start_time"};
}

Json definition_of(const TableShape& shape) {
  Json attributes{attribute("operation_id"), attribute(shape.index_hash), attribute(shape.index_range)};
  Json keys = Json::array({key("operation_id", "HASH")});
  if (shape.range_key != nullptr) keys.push_back(key(shape.range_key, "RANGE"));
  return {{"TableName", shape.name},
          {"AttributeDefinitions", attributes},
          {"KeySchema", keys},
          {"GlobalSecondaryIndexes", Json::array({index_of(shape)})},
          {"BillingMode", "PAY_PER_REQUEST"}};
}

bool is_created(aws::Api& api, const PipelineNames& names, const TableShape& shape) {
  try {
    api.call("dynamodb", names.region, "CreateTable", definition_of(shape));
    return true;
  } catch (const aws::ServiceError& e) {
    if (!e.is("ResourceInUseException")) throw;
    return false;
  }
}

// Events of older versions have no day, by which the index finds them.
void name_days(aws::Api& api, const PipelineNames& names, const std::string& table) {
  aws::DynamoDb access(api, names.region);
  constexpr std::size_t kEventsMax = 1'000'000;
  const auto events =
      access.scan(table, "attribute_not_exists(#day)", {{"#day", "day"}}, Json::object(), kEventsMax);
  constexpr std::size_t kDayLength = 10;
  for (const Json& event : events) {
    const std::string at = string_or(event, "timestamp", "");
    access.update(table, {{"operation_id", event["operation_id"]}, {"timestamp", at}}, "SET #day = :day", "",
                  {{"#day", "day"}}, {{":day", at.substr(0, kDayLength)}});
  }
}

// Tables of older installations have no index; it is filled behind the scenes, and until then lists are read
// by scans. True when it was missing.
bool ensure_index(aws::Api& api, const PipelineNames& names, const TableShape& shape) {
  const Json table = member_or_null(
      api.call("dynamodb", names.region, "DescribeTable", {{"TableName", shape.name}}), "Table");
  for (const Json& index : member_or_null(table, "GlobalSecondaryIndexes"))
    if (string_or(index, "IndexName", "") == shape.index) return false;
  Json create = index_of(shape);
  // One that was made with provisioned capacity keeps it, and its index needs some of its own.
  const Json& billing = member_or_null(table, "BillingModeSummary");
  if (string_or(billing, "BillingMode", "PROVISIONED") == "PROVISIONED") {
    const Json& capacity = member_or_null(table, "ProvisionedThroughput");
    for (const char* units : {"ReadCapacityUnits", "WriteCapacityUnits"})
      create["ProvisionedThroughput"][units] = int_or(capacity, units, 5);
  }
  api.call("dynamodb", names.region, "UpdateTable",
           {{"TableName", shape.name},
            {"AttributeDefinitions", {attribute(shape.index_hash), attribute(shape.index_range)}},
            {"GlobalSecondaryIndexUpdates", Json::array({{{"Create", create}}})}});
  return true;
}

void ensure_expiry(aws::Api& api, const PipelineNames& names, const std::string& table) {
  const Json answer = api.call("dynamodb", names.region, "DescribeTimeToLive", {{"TableName", table}});
  if (string_or(member_or_null(answer, "TimeToLiveDescription"), "TimeToLiveStatus", "") == "ENABLED") return;
  api.call("dynamodb", names.region, "UpdateTimeToLive",
           {{"TableName", table},
            {"TimeToLiveSpecification", {{"Enabled", true}, {"AttributeName", "expires_at"}}}});
}

// What export-table-to-point-in-time needs.
void ensure_recovery(aws::Api& api, const PipelineNames& names, const std::string& table) {
  const Json answer = api.call("dynamodb", names.region, "DescribeContinuousBackups", {{"TableName", table}});
  const Json& recovery = member_or_null(member_or_null(answer, "ContinuousBackupsDescription"),
                                        "PointInTimeRecoveryDescription");
  if (string_or(recovery, "PointInTimeRecoveryStatus", "") == "ENABLED") return;
  api.call(
      "dynamodb", names.region, "UpdateContinuousBackups",
      {{"TableName", table}, {"PointInTimeRecoverySpecification", {{"PointInTimeRecoveryEnabled", true}}}});
}

void ensure_table(aws::Api& api, const PipelineNames& names, bool audit) {
  const TableShape shape = shape_of(names, audit);
  if (!is_created(api, names, shape) && ensure_index(api, names, shape) && audit)
    name_days(api, names, shape.name);
  complete_table(api, names, audit);
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

Json table_definition(const PipelineNames& names, bool audit) {
  return definition_of(shape_of(names, audit));
}

void complete_table(aws::Api& api, const PipelineNames& names, bool audit) {
  const std::string table = audit ? names.audit_table() : names.state_table();
  ensure_expiry(api, names, table);
  ensure_recovery(api, names, table);
}

void provision_tables(aws::Api& api, const PipelineNames& names) {
  for (const bool audit : {false, true}) ensure_table(api, names, audit);
}

void provision(aws::Api& api, const PipelineNames& names, const DefinitionOptions& options) {
  provision_tables(api, names);
  ensure_state_machine(api, names, options);
  ensure_rollback_rule(api, names);
}

}  // namespace aurora::restore
