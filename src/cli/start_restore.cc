#include "cli/start_restore.h"

#include <fmt/format.h>

#include "cli/uploads.h"

namespace aurora::cli {
namespace {

[[noreturn]] void explain(Context& context, World& world, const aws::ServiceError& error,
                          const std::string& id) {
  if (error.is("ExecutionAlreadyExists"))
    throw Error("AlreadyFinished", fmt::format("operation {} was started before; an id is used once", id),
                fmt::format("`{}` shows it; leave operation_id away to get a new one.",
                            command_line(context, "status " + id)));
  if (error.is("StateMachineDoesNotExist"))
    throw Error(
        "PipelineNotFound",
        fmt::format("state machine {} is not there in {}", world.names.state_machine(), world.region()),
        "Is the environment deployed there? --env and --region choose it; `aurora-restore doctor` lists what "
        "is missing.");
  throw error;
}

}  // namespace

StartedRestore start_restore(Context& context, World& world, const Json& request) {
  StartedRestore started;
  started.request = with_uploaded_files(world, request);
  started.operation_id = string_or(request, "operation_id", "");
  if (started.operation_id.empty()) started.operation_id = new_operation_id(context.clock);
  started.request["operation_id"] = started.operation_id;
  try {
    const Json answer = world.api->call("stepfunctions", world.region(), "StartExecution",
                                        {{"stateMachineArn", world.names.state_machine_arn()},
                                         {"name", started.operation_id},
                                         {"input", dump_json(started.request)}});
    started.execution_arn =
        string_or(answer, "executionArn", world.names.execution_arn(started.operation_id));
  } catch (const aws::ServiceError& error) {
    explain(context, world, error, started.operation_id);
  }
  return started;
}

}  // namespace aurora::cli
