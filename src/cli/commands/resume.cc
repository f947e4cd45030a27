#include <fmt/format.h>

#include "cli/commands/commands.h"
#include "cli/commands/following.h"
#include "cli/lambda_call.h"
#include "cli/operations.h"

namespace aurora::cli {
namespace {

struct ResumeOptions {
  std::string operation_id;
  bool detach = false;
  bool json = false;
};

void bind_resume(Binder& binder, ResumeOptions& options) {
  binder.argument("OPERATION", options.operation_id, "The operation's id", true);
  binder.flag("--detach", options.detach, "Do not follow it");
  binder.flag("--json", options.json, "One JSON object a line on standard output, for machines");
}

// Before anything is changed: an execution that cannot be redriven cannot go on.
void refuse_what_cannot_be_redriven(Context& context, const Operation& operation) {
  if (!operation.execution) return;
  if (operation.status() == "RUNNING")
    throw Error(
        "AlreadyRunning", fmt::format("operation {} is running", operation.id),
        fmt::format("Nothing was changed. `{}` follows it.", command_line(context, "watch " + operation.id)));
  if (string_or(*operation.execution, "redriveStatus", "") == "REDRIVABLE") return;
  throw Error(
      "NotResumable",
      fmt::format("operation {} cannot be resumed: {}", operation.id,
                  string_or(*operation.execution, "redriveStatusReason", "its execution cannot be redriven")),
      "Nothing was changed. `" + command_line(context, "status " + operation.id) +
          "` shows what it was asked; start it again with `" + command_line(context, "run") + "`.");
}

ExitCode run_resume(Context& context, const ResumeOptions& options) {
  World world = open_world(context);
  const Operation operation = find_operation(context, world, options.operation_id);
  refuse_what_cannot_be_redriven(context, operation);
  const Json answer =
      invoke_step(world, "handle_failure", {{"operation_id", operation.id}, {"resume", true}});
  const std::string step = string_or(answer, "resume_at", "");
  if (!operation.execution) {
    context.terminal.err(fmt::format(
        "Operation {} has no execution: its steps are invoked by hand. Go on with `{}`.\n", operation.id,
        command_line(context, fmt::format("invoke {} --operation-id {}", step, operation.id))));
    return ExitCode::kDone;
  }
  world.api->call("stepfunctions", world.region(), "RedriveExecution",
                  {{"executionArn", operation.execution_arn()}});
  context.terminal.err(fmt::format("Operation {} goes on with {}.\n", operation.id, step));
  if (options.detach) return ExitCode::kDone;
  return follow_and_sum_up(context, world, operation.id, options.json);
}

}  // namespace

Command resume_command() {
  return make_command<ResumeOptions>(
      {.path = "resume",
       .summary = "Go on with a failed restore from the step that failed",
       .description = "After a rollback that is the first step that has to be done again; with on_failure "
                      "keep it is the step "
                      "that failed. Nothing is done twice: what still stands is taken as it is. The "
                      "execution is redriven, "
                      "which Step Functions allows within 14 days.",
       .examples = {{"{} resume restore-20261121-065209-3f2a", "when what was wrong is put right"},
                    {"{} resume restore-20261121-065209-3f2a --detach", "and come back later with watch"}}},
      bind_resume, run_resume);
}

}  // namespace aurora::cli
