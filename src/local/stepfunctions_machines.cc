#include <fmt/format.h>

#include "base/dates.h"
#include "base/ids.h"
#include "local/stepfunctions.h"
#include "local/stepfunctions/constraints.h"
#include "local/stepfunctions/definition.h"
#include "local/stepfunctions/names.h"
#include "local/stepfunctions/page.h"
#include "local/stepfunctions/settings.h"

namespace aurora::local {

using stepfunctions::Engine;
using stepfunctions::MachineRow;
using stepfunctions::Store;
using stepfunctions::Version;
using stepfunctions::Versions;

namespace {

void refuse_express(const Call& call) {
  if (text_or(call, "type", "STANDARD") == "STANDARD") return;
  throw aws::ServiceError("StateMachineTypeNotSupported",
                          "Express state machines are not offered by the local endpoint; STANDARD ones are.");
}

bool wants_version(const Call& call) {
  const bool publish = bool_or(call.input, "publish", false);
  if (!publish && !text_or(call, "versionDescription").empty())
    throw aws::ServiceError("ValidationException",
                            "Version description can only be set when publish is true");
  return publish;
}

// The same name means the same machine only with the same definition and settings, and with the same first
// version if one was asked for; a role may differ.
bool same_machine(const MachineRow& machine, const Call& call, const std::optional<Version>& first) {
  const bool published = first && first->created == machine.created;
  return machine.definition == text_or(call, "definition") &&
         machine.settings == stepfunctions::settings_of(call) &&
         published == bool_or(call.input, "publish", false) &&
         (!published || first->description == text_or(call, "versionDescription"));
}

MachineRow new_machine(const Call& call, const std::string& arn, TimePoint now) {
  MachineRow machine{.arn = arn,
                     .name = text_or(call, "name"),
                     .region = call.region,
                     .role_arn = text_or(call, "roleArn"),
                     .type = "STANDARD",
                     .revision_id = {},  // the first revision has none
                     .definition = text_or(call, "definition"),
                     .created = now,
                     .updated = now,
                     .settings = stepfunctions::settings_of(call)};
  add_tags(machine.tags, member_or_null(call.input, "tags"), "key", "value");
  stepfunctions::check_tag_count(machine.tags);
  return machine;
}

bool with_data(const Call& call) {
  return text_or(call, "includedData", "ALL_DATA") == "ALL_DATA";
}

Json described(const Call& call, const MachineRow& machine) {
  Json answer = {{"stateMachineArn", machine.arn},
                 {"name", machine.name},
                 {"status", machine.deleting ? "DELETING" : "ACTIVE"},
                 {"definition", with_data(call) ? machine.definition : "{}"},
                 {"roleArn", machine.role_arn},
                 {"type", machine.type},
                 {"creationDate", format_iso_millis(machine.created)}};
  stepfunctions::show_settings(answer, machine.settings);
  if (!machine.revision_id.empty()) answer["revisionId"] = machine.revision_id;
  return answer;
}

// The machine as it was when the version was published.
MachineRow as_published(Store& store, MachineRow machine, const Version& version) {
  const stepfunctions::Revision revision = store.revision(version.revision);
  machine.arn = version.arn();
  machine.definition = revision.definition;
  machine.role_arn = revision.role_arn;
  machine.revision_id = revision.revision_id;
  machine.created = version.created;
  machine.settings = version.settings;
  return machine;
}

// The version that most executions of an alias get.
Version main_version(Store& store, const stepfunctions::Alias& alias) {
  const auto heaviest = std::max_element(
      alias.routes.begin(), alias.routes.end(),
      [](const stepfunctions::Route& a, const stepfunctions::Route& b) { return a.weight < b.weight; });
  return Versions(store).version(alias.machine, heaviest->version).value();
}

}  // namespace

Json StepFunctionsService::create_state_machine(const Call& call) {
  const std::string name = stepfunctions::checked_name(required(call, "name"));
  const std::string definition = required(call, "definition");
  required(call, "roleArn");
  refuse_express(call);
  stepfunctions::settings_of(call);
  const bool publish = wants_version(call);
  stepfunctions::check_definition(definition, stepfunctions::ServiceTaskInvoker::knows);
  const std::string arn = make_arn("states", call.region, "stateMachine:" + name);
  return engine_.transact([&call, arn, publish](Engine& engine) -> Json {
    Versions versions(engine.store());
    std::optional<MachineRow> machine = engine.store().machine(arn);
    std::optional<Version> first = versions.version(arn, 1);
    if (machine) {
      refuse_deleting(*machine);
      if (!same_machine(*machine, call, first))
        throw aws::ServiceError("StateMachineAlreadyExists",
                                fmt::format("State Machine Already Exists: '{}'", arn));
    } else {
      machine = new_machine(call, arn, engine.now());
      engine.store().put_machine(*machine, /*new_revision=*/true);
      if (publish) first = versions.publish(*machine, text_or(call, "versionDescription"), machine->created);
    }
    Json answer = {{"stateMachineArn", arn}, {"creationDate", format_iso_millis(machine->created)}};
    if (publish) answer["stateMachineVersionArn"] = first->arn();
    return answer;
  });
}

// Without a change there is no new revision, and with `publish` the version is the one that is there.
Json StepFunctionsService::update_state_machine(const Call& call) {
  const std::string arn = stepfunctions::unqualified_arn(call, required(call, "stateMachineArn"));
  const Json settings = stepfunctions::settings_of(call);
  if (!call.input.contains("definition") && !call.input.contains("roleArn") && settings.empty())
    throw aws::ServiceError(
        "MissingRequiredParameter",
        "Either the definition, the role ARN, the LoggingConfiguration, or the TracingConfiguration "
        "must be specified");
  const bool publish = wants_version(call);
  if (call.input.contains("definition"))
    stepfunctions::check_definition(required(call, "definition"), stepfunctions::ServiceTaskInvoker::knows);
  return engine_.transact([&call, arn, settings, publish](Engine& engine) -> Json {
    const MachineRow before = find_active_machine(engine.store(), arn);
    MachineRow machine = before;
    machine.definition = text_or(call, "definition", machine.definition);
    machine.role_arn = text_or(call, "roleArn", machine.role_arn);
    machine.settings.update(settings);
    machine.updated = engine.now();
    const bool changed = machine.definition != before.definition || machine.role_arn != before.role_arn ||
                         machine.settings != before.settings;
    Versions versions(engine.store());
    if (publish && (changed || !versions.version_of_revision(arn, before.revision))) versions.check_room(arn);
    if (changed) machine.revision_id = new_uuid();
    engine.store().put_machine(machine, changed);
    Json answer = {{"updateDate", format_iso_millis(machine.updated)}};
    if (!machine.revision_id.empty()) answer["revisionId"] = machine.revision_id;
    if (publish)
      answer["stateMachineVersionArn"] =
          versions.publish(machine, text_or(call, "versionDescription"), machine.updated).arn();
    return answer;
  });
}

Json StepFunctionsService::describe_state_machine(const Call& call) {
  const stepfunctions::MachineArn arn = stepfunctions::parse_machine_arn(required(call, "stateMachineArn"));
  return read([&](Store& store) {
    const Target target = resolve(store, arn);
    if (!arn.is_qualified()) return described(call, target.machine);
    const Version version = target.version ? *target.version : main_version(store, *target.alias);
    Json answer = described(call, as_published(store, target.machine, version));
    if (!version.description.empty()) answer["description"] = version.description;
    return answer;
  });
}

Json StepFunctionsService::describe_state_machine_for_execution(const Call& call) {
  const std::string arn = required(call, "executionArn");
  return read([&](Store& store) -> Json {
    const stepfunctions::ExecutionRow execution = find_execution(store, arn);
    const stepfunctions::Revision revision = store.revision(execution.revision);
    Json answer = {{"stateMachineArn", revision.machine_arn},
                   {"name", revision.machine_name},
                   {"definition", with_data(call) ? revision.definition : "{}"},
                   {"roleArn", revision.role_arn},
                   {"updateDate", format_iso_millis(revision.updated)}};
    const std::optional<MachineRow> machine = store.machine(revision.machine_arn);
    stepfunctions::show_settings(answer, machine ? machine->settings : Json::object());
    if (!revision.revision_id.empty()) answer["revisionId"] = revision.revision_id;
    return answer;
  });
}

Json StepFunctionsService::list_state_machines(const Call& call) {
  std::vector<MachineRow> all = read([&](Store& store) { return store.machines(call.region); });
  auto [page, token] = stepfunctions::page_of(call, "", std::move(all), clock_.now(),
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

// Running executions go on to their end, and then the machine goes, with its versions and aliases.
Json StepFunctionsService::delete_state_machine(const Call& call) {
  const std::string arn = stepfunctions::unqualified_arn(call, required(call, "stateMachineArn"));
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

}  // namespace aurora::local
