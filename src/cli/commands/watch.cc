#include <fmt/format.h>

#include "cli/commands/commands.h"
#include "cli/commands/following.h"
#include "cli/follow_all_view.h"

namespace aurora::cli {
namespace {

struct WatchOptions {
  std::string operation_id;
  bool forever = false;
  bool json = false;
};

void bind_watch(Binder& binder, WatchOptions& options) {
  binder.argument("OPERATION", options.operation_id, "The operation's id; all that run when absent", false);
  binder.flag("--forever", options.forever, "Without OPERATION: wait for more when none runs any more");
  binder.flag("--json", options.json, "One JSON object a line on standard output, for machines");
}

ExitCode watch_one(Context& context, World& world, const WatchOptions& options) {
  if (options.forever)
    throw Error("UsageError", "--forever is for all operations, and one is named",
                fmt::format("`{}` follows all of them.", command_line(context, "watch --forever")));
  const Operation operation = find_operation(context, world, options.operation_id);
  if (!operation.execution)
    throw Error("OperationNotFound",
                "operation " + options.operation_id + " has no execution: its steps were invoked one by one",
                "`" + command_line(context, "status " + options.operation_id) + "` shows where it stands.");
  return follow_and_sum_up(context, world, options.operation_id, options.json);
}

ExitCode code_of(const FollowAllResult& result) {
  if (result.detached) return ExitCode::kDetached;
  return result.failed > 0 ? ExitCode::kFailed : ExitCode::kDone;
}

ExitCode watch_all(Context& context, World& world, const WatchOptions& options) {
  if (options.json) {
    MachineAllView view(context);
    return code_of(follow_all(context, world, options.forever, view));
  }
  FollowAllResult result;
  {
    TableView view(context);
    result = follow_all(context, world, options.forever, view);
  }
  if (result.succeeded + result.failed == 0 && !result.detached)
    context.terminal.err(fmt::format("No operation runs in environment {}. Recent ones: {}\n",
                                     world.names.environment, command_line(context, "list")));
  else
    context.terminal.err(fmt::format("{} restored, {} failed or stopped{}.\n", result.succeeded,
                                     result.failed, result.detached ? "; what runs goes on" : ""));
  return code_of(result);
}

ExitCode run_watch(Context& context, const WatchOptions& options) {
  World world = open_world(context);
  return options.operation_id.empty() ? watch_all(context, world, options)
                                      : watch_one(context, world, options);
}

}  // namespace

Command watch_command() {
  return make_command<WatchOptions>(
      {.path = "watch",
       .summary = "Follow one restore, or all that run",
       .description =
           "With OPERATION: shows the steps that are over, follows the one at work, and closes with the "
           "summary and the exit code of `run`.\nWithout: follows all operations that run, in one table on a "
           "terminal and with one line an event in a pipe, until none runs. The exit code is then 1 if one "
           "of "
           "them failed. Ctrl-C ends the watching only.",
       .examples = {{"{} watch restore-20261121-065209-3f2a",
                     "come back after Ctrl-C, or from another terminal"},
                    {"{} watch", "all that run"},
                    {"{} watch --forever >> restores.log", "keep a log of every restore"}}},
      bind_watch, run_watch);
}

}  // namespace aurora::cli
