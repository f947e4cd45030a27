#include <fmt/format.h>

#include "base/dates.h"
#include "local/stepfunctions.h"
#include "local/stepfunctions/page.h"

namespace aurora::local {

using stepfunctions::Alias;
using stepfunctions::Engine;
using stepfunctions::MachineArn;
using stepfunctions::MachineRow;
using stepfunctions::Store;
using stepfunctions::Version;
using stepfunctions::Versions;

namespace {

// The name of the revision that a machine has before its first update.
constexpr char kFirstRevision[] = "INITIAL";

std::string revision_name(const MachineRow& machine) {
  return machine.revision_id.empty() ? kFirstRevision : machine.revision_id;
}

void check_revision(const MachineRow& machine, const std::string& wanted) {
  if (wanted.empty() || wanted == revision_name(machine)) return;
  throw aws::ServiceError("ConflictException",
                          fmt::format("Failed to publish the State Machine version for revision {}. The "
                                      "current State Machine revision is {}.",
                                      wanted, revision_name(machine)));
}

MachineArn version_arn(const Call& call) {
  MachineArn arn = stepfunctions::parse_machine_arn(required(call, "stateMachineVersionArn"));
  if (!arn.version)
    throw aws::ServiceError("ValidationException",
                            fmt::format("'{}' is not the ARN of a state machine version.", arn.text));
  return arn;
}

void refuse_referenced(Versions& versions, const MachineArn& arn) {
  std::vector<std::string> names;
  for (const Alias& alias : versions.aliases(arn.machine))
    if (alias.routes_to(*arn.version)) names.push_back(alias.name);
  if (names.empty()) return;
  throw aws::ServiceError(
      "ConflictException",
      fmt::format("Version to be deleted must not be referenced by an alias. Current list "
                  "of aliases referencing this version: [{}]",
                  fmt::join(names, ", ")));
}

}  // namespace

Json StepFunctionsService::publish_state_machine_version(const Call& call) {
  const std::string arn = stepfunctions::unqualified_arn(call, required(call, "stateMachineArn"));
  return engine_.transact([&call, arn](Engine& engine) -> Json {
    const MachineRow machine = find_active_machine(engine.store(), arn);
    check_revision(machine, text_or(call, "revisionId"));
    const Version version =
        Versions(engine.store()).publish(machine, text_or(call, "description"), engine.now());
    return {{"stateMachineVersionArn", version.arn()}, {"creationDate", format_iso_millis(version.created)}};
  });
}

Json StepFunctionsService::list_state_machine_versions(const Call& call) {
  const std::string arn = stepfunctions::unqualified_arn(call, required(call, "stateMachineArn"));
  std::vector<Version> all = read([&](Store& store) {
    find_machine(store, arn);
    return Versions(store).versions(arn);
  });
  auto [page, token] = stepfunctions::page_of(
      call, arn, std::move(all), clock_.now(),
      [](const Version& version) { return stepfunctions::descending(version.number); });
  Json answer = {{"stateMachineVersions", Json::array()}};
  for (const Version& version : page)
    answer["stateMachineVersions"].push_back(
        {{"stateMachineVersionArn", version.arn()}, {"creationDate", format_iso_millis(version.created)}});
  if (!token.empty()) answer["nextToken"] = token;
  return answer;
}

// One that is not there is deleted already. Executions that run on it go on.
Json StepFunctionsService::delete_state_machine_version(const Call& call) {
  const MachineArn arn = version_arn(call);
  return engine_.transact([arn](Engine& engine) -> Json {
    Versions versions(engine.store());
    refuse_referenced(versions, arn);
    versions.erase_version(arn.machine, *arn.version);
    return Json::object();
  });
}

}  // namespace aurora::local
