#include "cli/commands/commands.h"
#include "cli/commands/following.h"

namespace aurora::cli {
namespace {

struct WatchOptions {
  std::string operation_id;
  bool json = false;
};

void bind_watch(Binder& binder, WatchOptions& options) {
  binder.argument("OPERATION", options.operation_id, "The operation's id", true);
  binder.flag("--json", options.json, "One JSON object a line on standard output, for machines");
}

ExitCode run_watch(Context& context, const WatchOptions& options) {
  World world = open_world(context);
  const Operation operation = find_operation(context, world, options.operation_id);
  if (!operation.execution)
    throw Error("OperationNotFound",
                "operation " + options.operation_id + " has no execution: its steps were invoked one by one",
                "`" + command_line(context, "status " + options.operation_id) + "` shows where it stands.");
  return follow_and_sum_up(context, world, options.operation_id, options.json);
}

}  // namespace

Command watch_command() {
  return make_command<WatchOptions>(
      {.path = "watch",
       .summary = "Follow a restore that runs, or sum up one that is over",
       .description =
           "Shows the steps that are over, follows the one at work, and closes with the summary and the exit "
           "code of `run`.",
       .examples = {{"{} watch restore-20261121-065209-3f2a",
                     "come back after Ctrl-C, or from another terminal"}}},
      bind_watch, run_watch);
}

}  // namespace aurora::cli
