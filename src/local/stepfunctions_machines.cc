#include <fmt/format.h>

#include "asl/validate.h"
#include "base/dates.h"
#include "base/ids.h"
#include "local/stepfunctions.h"
#include "local/stepfunctions/names.h"

namespace aurora::local {

using stepfunctions::Engine;
using stepfunctions::MachineRow;
using stepfunctions::Store;

namespace {

Json settings_of(const Call& call) {
  Json settings = Json::object();
  for (const char* key : {"loggingConfiguration", "tracingConfiguration"})
    if (call.input.contains(key)) settings[key] = call.input[key];
  return settings;
}

// Refuses what AWS refuses, in its words, and what this endpoint does not run.
void check_definition(const std::string& definition) {
  const asl::Validation validation = asl::validate(definition);
  std::vector<std::string> problems;
  for (const asl::Diagnostic& each : validation.diagnostics)
    if (each.is_error) problems.push_back(each.text());
  for (const asl::Diagnostic& each :
       asl::unsupported_features(validation, stepfunctions::ServiceTaskInvoker::knows))
    problems.push_back(each.text());
  if (problems.empty()) return;
  throw aws::ServiceError("InvalidDefinition",
                          fmt::format("Invalid State Machine Definition: '{}'", fmt::join(problems, ", ")));
}

void check_type(const Call& call) {
  const std::string type = text_or(call, "type", "STANDARD");
  if (type == "EXPRESS")
    throw aws::ServiceError(
        "StateMachineTypeNotSupported",
        "Express state machines are not offered by the local endpoint; STANDARD ones are.");
  if (type != "STANDARD")
    throw invalid_parameter(call, fmt::format("type is '{}'; it must be STANDARD.", type));
}

// The same name means the same machine only with the same definition and settings; a role may differ.
bool same_machine(const MachineRow& machine, const Call& call) {
  return machine.definition == text_or(call, "definition") && machine.settings == settings_of(call);
}

void refuse_versions(const Call& call) {
  if (bool_or(call.input, "publish", false))
    throw invalid_parameter(call,
                            "publish: versions of state machines are not offered by the local endpoint.");
}

Json described(const MachineRow& machine) {
  Json answer = {{"stateMachineArn", machine.arn},
                 {"name", machine.name},
                 {"status", machine.deleting ? "DELETING" : "ACTIVE"},
                 {"definition", machine.definition},
                 {"roleArn", machine.role_arn},
                 {"type", machine.type},
                 {"creationDate", format_iso_millis(machine.created)},
                 {"loggingConfiguration", {{"level", "OFF"}, {"includeExecutionData", false}}},
                 {"tracingConfiguration", {{"enabled", false}}},
                 {"revisionId", machine.revision_id}};
  answer.update(machine.settings);
  return answer;
}

}  // namespace

Json StepFunctionsService::create_state_machine(const Call& call) {
  const std::string name = stepfunctions::checked_name(required(call, "name"));
  const std::string definition = required(call, "definition");
  const std::string role = required(call, "roleArn");
  check_type(call);
  refuse_versions(call);
  check_definition(definition);
  return engine_.transact([&call, name, definition, role](Engine& engine) -> Json {
    const std::string arn = make_arn("states", call.region, "stateMachine:" + name);
    if (const auto existing = engine.store().machine(arn)) {
      if (existing->deleting)
        throw aws::ServiceError("StateMachineDeleting",
                                fmt::format("State Machine is being deleted: '{}'", arn));
      if (!same_machine(*existing, call))
        throw aws::ServiceError("StateMachineAlreadyExists",
                                fmt::format("State Machine Already Exists: '{}'", arn));
      return {{"stateMachineArn", arn}, {"creationDate", format_iso_millis(existing->created)}};
    }
    MachineRow machine{.arn = arn,
                       .name = name,
                       .region = call.region,
                       .role_arn = role,
                       .type = "STANDARD",
                       .revision_id = new_uuid(),
                       .definition = definition,
                       .created = engine.now(),
                       .updated = engine.now(),
                       .settings = settings_of(call)};
    add_tags(machine.tags, member_or_null(call.input, "tags"), "key", "value");
    engine.store().put_machine(machine, /*new_revision=*/true);
    return {{"stateMachineArn", arn}, {"creationDate", format_iso_millis(machine.created)}};
  });
}

Json StepFunctionsService::update_state_machine(const Call& call) {
  const std::string arn = required(call, "stateMachineArn");
  const Json settings = settings_of(call);
  if (!call.input.contains("definition") && !call.input.contains("roleArn") && settings.empty())
    throw aws::ServiceError(
        "MissingRequiredParameter",
        "Either the definition, the role ARN, the LoggingConfiguration, or the TracingConfiguration "
        "must be specified");
  refuse_versions(call);
  if (call.input.contains("definition")) check_definition(required(call, "definition"));
  return engine_.transact([&call, arn, settings](Engine& engine) -> Json {
    MachineRow machine = find_machine(engine.store(), arn);
    if (machine.deleting)
      throw aws::ServiceError("StateMachineDeleting",
                              fmt::format("State Machine is being deleted: '{}'", arn));
    machine.definition = text_or(call, "definition", machine.definition);
    machine.role_arn = text_or(call, "roleArn", machine.role_arn);
    machine.settings.update(settings);
    machine.updated = engine.now();
    machine.revision_id = new_uuid();
    engine.store().put_machine(machine, /*new_revision=*/true);
    return {{"updateDate", format_iso_millis(machine.updated)}, {"revisionId", machine.revision_id}};
  });
}

Json StepFunctionsService::describe_state_machine(const Call& call) {
  const std::string arn = required(call, "stateMachineArn");
  return read([&](Store& store) { return described(find_machine(store, arn)); });
}

Json StepFunctionsService::describe_state_machine_for_execution(const Call& call) {
  const std::string arn = required(call, "executionArn");
  return read([&](Store& store) -> Json {
    const stepfunctions::ExecutionRow execution = find_execution(store, arn);
    const stepfunctions::Revision revision = store.revision(execution.revision);
    return {{"stateMachineArn", revision.machine_arn},
            {"name", revision.machine_name},
            {"definition", revision.definition},
            {"roleArn", revision.role_arn},
            {"updateDate", format_iso_millis(revision.updated)},
            {"revisionId", revision.revision_id}};
  });
}

Json StepFunctionsService::list_state_machines(const Call& call) {
  std::vector<MachineRow> all = read([&](Store& store) { return store.machines(call.region); });
  auto [page, token] = take_page(call, {"maxResults", "nextToken", 100, 1000}, std::move(all),
                                 [](const MachineRow& machine) { return machine.name; });
  Json list = Json::array();
  for (const MachineRow& machine : page)
    list.push_back({{"stateMachineArn", machine.arn},
                    {"name", machine.name},
                    {"type", machine.type},
                    {"creationDate", format_iso_millis(machine.created)}});
  Json answer = {{"stateMachines", std::move(list)}};
  if (!token.empty()) answer["nextToken"] = token;
  return answer;
}

// Running executions go on to their end, and then the machine goes.
Json StepFunctionsService::delete_state_machine(const Call& call) {
  const std::string arn = required(call, "stateMachineArn");
  return engine_.transact([arn](Engine& engine) -> Json {
    std::optional<MachineRow> machine = engine.store().machine(arn);
    if (!machine) return Json::object();
    machine->deleting = true;
    if (engine.store().has_running(arn))
      engine.store().put_machine(*machine, /*new_revision=*/false);
    else
      engine.store().erase_machine(arn);
    return Json::object();
  });
}

Json StepFunctionsService::validate_state_machine_definition(const Call& call) {
  const std::string definition = text_or(call, "definition");
  if (definition.empty())
    throw invalid_parameter(call, "ValidateStateMachineDefinition needs the parameter definition.");
  const bool warnings = text_or(call, "severity", "ERROR") == "WARNING";
  const auto limit =
      static_cast<std::size_t>(std::clamp<std::int64_t>(int_or(call.input, "maxResults", 100), 1, 100));
  asl::Validation validation = asl::validate(definition);
  // What AWS runs and this endpoint does not is worth a warning here, and refused by CreateStateMachine.
  std::vector<asl::Diagnostic> all = validation.diagnostics;
  for (asl::Diagnostic& each :
       asl::unsupported_features(validation, stepfunctions::ServiceTaskInvoker::knows)) {
    each.is_error = false;
    all.push_back(std::move(each));
  }
  Json diagnostics = Json::array();
  bool failed = false, truncated = false;
  for (const asl::Diagnostic& each : all) {
    failed = failed || each.is_error;
    if (!each.is_error && !warnings) continue;
    truncated = diagnostics.size() == limit;
    if (truncated) break;
    Json shown = {
        {"severity", each.is_error ? "ERROR" : "WARNING"}, {"code", each.code}, {"message", each.message}};
    if (!each.location.empty()) shown["location"] = each.location;
    diagnostics.push_back(std::move(shown));
  }
  return {
      {"result", failed ? "FAIL" : "OK"}, {"diagnostics", std::move(diagnostics)}, {"truncated", truncated}};
}

// ---- tags

namespace {

aws::ServiceError no_resource(const std::string& arn) {
  return {"ResourceNotFound", fmt::format("Resource not found: '{}'", arn)};
}

}  // namespace

Json StepFunctionsService::tag_resource(const Call& call) {
  const std::string arn = required(call, "resourceArn");
  return engine_.transact([&call, arn](Engine& engine) -> Json {
    std::optional<MachineRow> machine = engine.store().machine(arn);
    if (!machine) throw no_resource(arn);
    add_tags(machine->tags, member_or_null(call.input, "tags"), "key", "value");
    constexpr std::size_t kTagsMax = 50;
    if (machine->tags.size() > kTagsMax)
      throw aws::ServiceError("TooManyTags", "A resource has at most 50 tags.");
    engine.store().put_machine(*machine, /*new_revision=*/false);
    return Json::object();
  });
}

Json StepFunctionsService::untag_resource(const Call& call) {
  const std::string arn = required(call, "resourceArn");
  return engine_.transact([&call, arn](Engine& engine) -> Json {
    std::optional<MachineRow> machine = engine.store().machine(arn);
    if (!machine) throw no_resource(arn);
    remove_tags(machine->tags, member_or_null(call.input, "tagKeys"));
    engine.store().put_machine(*machine, /*new_revision=*/false);
    return Json::object();
  });
}

Json StepFunctionsService::list_tags_for_resource(const Call& call) {
  const std::string arn = required(call, "resourceArn");
  const std::optional<MachineRow> machine = read([&](Store& store) { return store.machine(arn); });
  if (!machine) throw no_resource(arn);
  return {{"tags", tag_list(machine->tags, "key", "value")}};
}

}  // namespace aurora::local
