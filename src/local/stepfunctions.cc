#include "local/stepfunctions.h"

#include <fmt/format.h>

namespace aurora::local {

StepFunctionsService::StepFunctionsService(const std::filesystem::path& directory, Clock& clock,
                                           Router& router)
    : own_invoker_(std::make_unique<stepfunctions::ServiceTaskInvoker>(router)),
      engine_(directory, clock, *own_invoker_, {}),
      reader_(directory) {}

StepFunctionsService::StepFunctionsService(const std::filesystem::path& directory, Clock& clock,
                                           stepfunctions::TaskInvoker& invoker)
    : engine_(directory, clock, invoker, {}), reader_(directory) {}

Json StepFunctionsService::handle(const Call& call) {
  using S = StepFunctionsService;
  static const Handlers<S> kHandlers = {
      {"CreateStateMachine", &S::create_state_machine},
      {"UpdateStateMachine", &S::update_state_machine},
      {"DescribeStateMachine", &S::describe_state_machine},
      {"DescribeStateMachineForExecution", &S::describe_state_machine_for_execution},
      {"ListStateMachines", &S::list_state_machines},
      {"DeleteStateMachine", &S::delete_state_machine},
      {"ValidateStateMachineDefinition", &S::validate_state_machine_definition},
      {"TagResource", &S::tag_resource},
      {"UntagResource", &S::untag_resource},
      {"ListTagsForResource", &S::list_tags_for_resource},
      {"StartExecution", &S::start_execution},
      {"DescribeExecution", &S::describe_execution},
      {"ListExecutions", &S::list_executions},
      {"StopExecution", &S::stop_execution},
      {"RedriveExecution", &S::redrive_execution},
      {"GetExecutionHistory", &S::get_execution_history},
      {"SendTaskSuccess", &S::send_task_success},
      {"SendTaskFailure", &S::send_task_failure},
      {"SendTaskHeartbeat", &S::send_task_heartbeat},
  };
  return dispatch(*this, kHandlers, call);
}

stepfunctions::MachineRow StepFunctionsService::find_machine(stepfunctions::Store& store,
                                                             const std::string& arn) {
  if (arn_part(arn, 2) != "states" || !arn_part(arn, 5).starts_with("stateMachine:"))
    throw aws::ServiceError("InvalidArn", fmt::format("Invalid Arn: '{}' is no ARN of a state machine", arn));
  std::optional<stepfunctions::MachineRow> machine = store.machine(arn);
  if (!machine)
    throw aws::ServiceError("StateMachineDoesNotExist",
                            fmt::format("State Machine Does Not Exist: '{}'", arn));
  return *std::move(machine);
}

stepfunctions::ExecutionRow StepFunctionsService::find_execution(stepfunctions::Store& store,
                                                                 const std::string& arn) {
  if (arn_part(arn, 2) != "states" || !arn_part(arn, 5).starts_with("execution:"))
    throw aws::ServiceError("InvalidArn", fmt::format("Invalid Arn: '{}' is no ARN of an execution", arn));
  std::optional<stepfunctions::ExecutionRow> execution = store.execution(arn);
  if (!execution)
    throw aws::ServiceError("ExecutionDoesNotExist", fmt::format("Execution Does Not Exist: '{}'", arn));
  return *std::move(execution);
}

}  // namespace aurora::local
