#include "local/stepfunctions.h"

#include <fmt/format.h>

#include "local/stepfunctions/constraints.h"

namespace aurora::local {

StepFunctionsService::StepFunctionsService(const std::filesystem::path& directory, Clock& clock,
                                           Router& router)
    : own_invoker_(std::make_unique<stepfunctions::ServiceTaskInvoker>(router)),
      invoker_(*own_invoker_),
      clock_(clock),
      engine_(directory, clock, invoker_, {}),
      reader_(directory) {}

StepFunctionsService::StepFunctionsService(const std::filesystem::path& directory, Clock& clock,
                                           stepfunctions::TaskInvoker& invoker)
    : invoker_(invoker), clock_(clock), engine_(directory, clock, invoker, {}), reader_(directory) {}

Json StepFunctionsService::handle(const Call& call) {
  using S = StepFunctionsService;
  static const Handlers<S> kHandlers = {
      {"CreateStateMachine", &S::create_state_machine},
      {"UpdateStateMachine", &S::update_state_machine},
      {"DescribeStateMachine", &S::describe_state_machine},
      {"DescribeStateMachineForExecution", &S::describe_state_machine_for_execution},
      {"ListStateMachines", &S::list_state_machines},
      {"DeleteStateMachine", &S::delete_state_machine},
      {"PublishStateMachineVersion", &S::publish_state_machine_version},
      {"ListStateMachineVersions", &S::list_state_machine_versions},
      {"DeleteStateMachineVersion", &S::delete_state_machine_version},
      {"CreateStateMachineAlias", &S::create_state_machine_alias},
      {"UpdateStateMachineAlias", &S::update_state_machine_alias},
      {"DescribeStateMachineAlias", &S::describe_state_machine_alias},
      {"DeleteStateMachineAlias", &S::delete_state_machine_alias},
      {"ListStateMachineAliases", &S::list_state_machine_aliases},
      {"ValidateStateMachineDefinition", &S::validate_state_machine_definition},
      {"TestState", &S::test_state},
      {"TagResource", &S::tag_resource},
      {"UntagResource", &S::untag_resource},
      {"ListTagsForResource", &S::list_tags_for_resource},
      {"StartExecution", &S::start_execution},
      {"StartSyncExecution", &S::start_sync_execution},
      {"DescribeExecution", &S::describe_execution},
      {"ListExecutions", &S::list_executions},
      {"StopExecution", &S::stop_execution},
      {"RedriveExecution", &S::redrive_execution},
      {"GetExecutionHistory", &S::get_execution_history},
      {"SendTaskSuccess", &S::send_task_success},
      {"SendTaskFailure", &S::send_task_failure},
      {"SendTaskHeartbeat", &S::send_task_heartbeat},
  };
  stepfunctions::check_constraints(call);
  return dispatch(*this, kHandlers, call);
}

namespace {

aws::ServiceError no_machine(const std::string& arn) {
  return {"StateMachineDoesNotExist", fmt::format("State Machine Does Not Exist: '{}'", arn)};
}

}  // namespace

stepfunctions::MachineRow StepFunctionsService::find_machine(stepfunctions::Store& store,
                                                             const std::string& arn) {
  stepfunctions::check_arn(arn, "stateMachine");
  std::optional<stepfunctions::MachineRow> machine = store.machine(arn);
  if (!machine) throw no_machine(arn);
  return *std::move(machine);
}

stepfunctions::MachineRow StepFunctionsService::find_active_machine(stepfunctions::Store& store,
                                                                    const std::string& arn) {
  stepfunctions::MachineRow machine = find_machine(store, arn);
  refuse_deleting(machine);
  return machine;
}

void StepFunctionsService::refuse_deleting(const stepfunctions::MachineRow& machine) {
  if (machine.deleting)
    throw aws::ServiceError("StateMachineDeleting",
                            fmt::format("State Machine is being deleted: '{}'", machine.arn));
}

stepfunctions::ExecutionRow StepFunctionsService::find_execution(stepfunctions::Store& store,
                                                                 const std::string& arn) {
  stepfunctions::check_arn(arn, "execution");
  std::optional<stepfunctions::ExecutionRow> execution = store.execution(arn);
  if (!execution)
    throw aws::ServiceError("ExecutionDoesNotExist", fmt::format("Execution Does Not Exist: '{}'", arn));
  return *std::move(execution);
}

StepFunctionsService::Target StepFunctionsService::resolve(stepfunctions::Store& store,
                                                           const stepfunctions::MachineArn& arn) {
  std::optional<stepfunctions::MachineRow> machine = store.machine(arn.machine);
  if (!machine) throw no_machine(arn.text);
  Target target{.machine = *std::move(machine), .version = {}, .alias = {}};
  stepfunctions::Versions versions(store);
  if (arn.version) target.version = versions.version(arn.machine, *arn.version);
  if (!arn.alias.empty()) target.alias = versions.alias(arn.machine, arn.alias);
  if (arn.is_qualified() && !target.version && !target.alias) throw no_machine(arn.text);
  return target;
}

}  // namespace aurora::local
