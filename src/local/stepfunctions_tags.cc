#include <fmt/format.h>

#include "local/stepfunctions.h"
#include "local/stepfunctions/constraints.h"

namespace aurora::local {

using stepfunctions::Engine;
using stepfunctions::MachineRow;
using stepfunctions::Store;

namespace {

// Versions and aliases bear no tags.
MachineRow find_tagged(Store& store, const std::string& arn) {
  std::optional<MachineRow> machine = store.machine(arn);
  if (!machine) throw aws::ServiceError("ResourceNotFound", fmt::format("Resource not found: '{}'", arn));
  return *std::move(machine);
}

std::string tagged_arn(const Call& call) {
  std::string arn = required(call, "resourceArn");
  stepfunctions::check_arn(arn, "stateMachine");
  return arn;
}

}  // namespace

Json StepFunctionsService::tag_resource(const Call& call) {
  const std::string arn = tagged_arn(call);
  return engine_.transact([&call, arn](Engine& engine) -> Json {
    MachineRow machine = find_tagged(engine.store(), arn);
    add_tags(machine.tags, member_or_null(call.input, "tags"), "key", "value");
    stepfunctions::check_tag_count(machine.tags);
    engine.store().put_machine(machine, /*new_revision=*/false);
    return Json::object();
  });
}

Json StepFunctionsService::untag_resource(const Call& call) {
  const std::string arn = tagged_arn(call);
  return engine_.transact([&call, arn](Engine& engine) -> Json {
    MachineRow machine = find_tagged(engine.store(), arn);
    remove_tags(machine.tags, member_or_null(call.input, "tagKeys"));
    engine.store().put_machine(machine, /*new_revision=*/false);
    return Json::object();
  });
}

Json StepFunctionsService::list_tags_for_resource(const Call& call) {
  const std::string arn = tagged_arn(call);
  const MachineRow machine = read([&](Store& store) { return find_tagged(store, arn); });
  return {{"tags", tag_list(machine.tags, "key", "value")}};
}

}  // namespace aurora::local
