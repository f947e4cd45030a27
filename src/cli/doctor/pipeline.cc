// Whether the pipeline's parts are there and as they must be.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "cli/doctor/diagnosis.h"
#include "restore/definition.h"
#include "restore/step.h"

namespace aurora::cli {
namespace {

Json ask(Patient& patient, std::string_view service, std::string_view operation, const Json& input) {
  return patient.world()->api->call(service, patient.world()->region(), operation, input);
}

// What makes the parts anew where they are missing.
std::string provisioning(Patient& patient) {
  return patient.local() ? patient.typed("local stop") + " && " + patient.typed("local start")
                         : "Deploy the template of this version again (infrastructure/).";
}

struct TableNeeds {
  std::string name;
  const char* index;
  bool expires;
};

std::vector<std::string> index_names(const Json& table) {
  std::vector<std::string> names;
  for (const Json& index : member_or_null(table, "GlobalSecondaryIndexes"))
    names.push_back(string_or(index, "IndexName", ""));
  return names;
}

std::string backup_status(Patient& patient, const std::string& table) {
  const Json answer = ask(patient, "dynamodb", "DescribeContinuousBackups", {{"TableName", table}});
  return string_or(member_or_null(member_or_null(answer, "ContinuousBackupsDescription"),
                                  "PointInTimeRecoveryDescription"),
                   "PointInTimeRecoveryStatus", "DISABLED");
}

bool expires(Patient& patient, const std::string& table) {
  const Json answer = ask(patient, "dynamodb", "DescribeTimeToLive", {{"TableName", table}});
  return string_or(member_or_null(answer, "TimeToLiveDescription"), "TimeToLiveStatus", "") == "ENABLED";
}

void look_at_table(Patient& patient, const TableNeeds& needs) {
  Json table;
  try {
    table = member_or_null(ask(patient, "dynamodb", "DescribeTable", {{"TableName", needs.name}}), "Table");
  } catch (const aws::ServiceError& error) {
    if (!error.is("ResourceNotFoundException")) throw;
    return patient.fail(needs.name + " is not there", provisioning(patient));
  }
  if (const std::string status = string_or(table, "TableStatus", ""); status != "ACTIVE")
    return patient.warn(fmt::format("{} is {}", needs.name, status), "Wait a moment and look again.");
  std::vector<std::string> lacks;
  const auto indexes = index_names(table);
  if (std::find(indexes.begin(), indexes.end(), needs.index) == indexes.end())
    lacks.push_back(fmt::format("index {}", needs.index));
  if (needs.expires && !expires(patient, needs.name)) lacks.emplace_back("expiry of old items");
  if (backup_status(patient, needs.name) != "ENABLED") lacks.emplace_back("point-in-time recovery");
  if (lacks.empty()) return patient.ok(needs.name);
  patient.warn(fmt::format("{} has no {}", needs.name, join(lacks, ", no ")), provisioning(patient));
}

// Timeouts and retries are a deployment's own to set.
Json without_deployment_options(Json definition) {
  definition.erase("TimeoutSeconds");
  definition.erase("Comment");
  for (auto& [name, state] : definition["States"].items())
    if (state.contains("Retry"))
      for (Json& retry : state["Retry"])
        for (const char* key : {"IntervalSeconds", "MaxAttempts", "BackoffRate"}) retry.erase(key);
  return definition;
}

std::vector<std::string> differing_states(const Json& deployed, const Json& expected) {
  std::vector<std::string> names;
  for (const auto& [name, state] : expected["States"].items())
    if (member_or_null(deployed["States"], name) != state) names.push_back(name);
  for (const auto& [name, state] : deployed["States"].items())
    if (!expected["States"].contains(name)) names.push_back(name);
  return names;
}

}  // namespace

void look_at_state_table(Patient& patient) {
  look_at_table(patient, {patient.world()->names.state_table(), "status-start_time-index", true});
}

void look_at_audit_table(Patient& patient) {
  look_at_table(patient, {patient.world()->names.audit_table(), "day-timestamp-index", false});
}

void look_at_functions(Patient& patient) {
  std::vector<std::string> missing;
  std::vector<std::string> broken;
  std::size_t count = 0;
  for (const restore::Step& step : restore::all_steps()) {
    const std::string name = patient.world()->names.function(step.name);
    try {
      const Json found = ask(patient, "lambda", "GetFunctionConfiguration", {{"FunctionName", name}});
      ++count;
      const std::string state = string_or(found, "State", "Active");
      if (state != "Active" && state != "Inactive") broken.push_back(fmt::format("{} is {}", name, state));
    } catch (const aws::ServiceError& error) {
      if (!error.is("ResourceNotFoundException")) throw;
      missing.push_back(name);
    }
  }
  if (!missing.empty()) patient.fail("not there: " + join(missing, ", "), provisioning(patient));
  if (!broken.empty())
    patient.fail(join(broken, ", "), patient.aws("lambda get-function-configuration --function-name NAME"));
  if (missing.empty() && broken.empty()) patient.ok(fmt::format("all {} are there", count));
}

void look_at_state_machine(Patient& patient) {
  const restore::PipelineNames& names = patient.world()->names;
  Json machine;
  try {
    machine = ask(patient, "stepfunctions", "DescribeStateMachine",
                  {{"stateMachineArn", names.state_machine_arn()}});
  } catch (const aws::ServiceError& error) {
    if (!error.is("StateMachineDoesNotExist")) throw;
    return patient.fail(fmt::format("{} is not there in {}", names.state_machine(), names.region),
                        provisioning(patient));
  }
  const Json deployed = Json::parse(string_or(machine, "definition", ""), nullptr, false);
  if (!deployed.is_object() || !member_or_null(deployed, "States").is_object())
    return patient.fail(names.state_machine() + " has no definition that can be read", provisioning(patient));
  const Json expected =
      restore::render_definition(parse_json(restore::definition_text(), "the definition"), names);
  const auto differ =
      differing_states(without_deployment_options(deployed), without_deployment_options(expected));
  if (!differ.empty())
    return patient.warn(fmt::format("{} is of another version than this program: {} differ",
                                    names.state_machine(), join(differ, ", ")),
                        provisioning(patient));
  patient.ok(fmt::format("{} is as this version has it, with {} s for an execution", names.state_machine(),
                         int_or(deployed, "TimeoutSeconds", 0)));
}

void look_at_rollback_rule(Patient& patient) {
  const std::string name = patient.world()->names.rollback_rule();
  try {
    const std::string state =
        string_or(ask(patient, "events", "DescribeRule", {{"Name", name}}), "State", "");
    if (state == "ENABLED") return patient.ok(name);
    patient.fail(name + " is disabled: stopped executions are not rolled back",
                 patient.aws("events enable-rule --name " + name));
  } catch (const aws::ServiceError& error) {
    if (!error.is("ResourceNotFoundException")) throw;
    patient.fail(name + " is not there: stopped executions are not rolled back", provisioning(patient));
  }
}

void look_at_alarms(Patient& patient) {
  const Json answer = ask(patient, "cloudwatch", "DescribeAlarms", {{"StateValue", "ALARM"}});
  std::vector<std::string> ours;
  for (const Json& alarm : member_or_null(answer, "MetricAlarms"))
    if (const std::string name = string_or(alarm, "AlarmName", "");
        to_lower(name).find("aurora-restore") != std::string::npos ||
        to_lower(name).find("aurorarestore") != std::string::npos ||
        string_or(alarm, "Namespace", "") == "AuroraRestore")
      ours.push_back(name);
  if (ours.empty()) return patient.ok("none of the pipeline's is in ALARM");
  patient.warn("in ALARM: " + join(ours, ", "),
               patient.aws("cloudwatch describe-alarms --state-value ALARM"));
}

}  // namespace aurora::cli
