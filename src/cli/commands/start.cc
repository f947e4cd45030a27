#include <fmt/format.h>

#include "cli/commands/commands.h"
#include "cli/dry_run.h"
#include "cli/start_restore.h"

namespace aurora::cli {
namespace {

struct StartCommandOptions {
  RequestOptions request;
  bool json = false;
  bool dry_run = false;
};

void bind_start(Binder& binder, StartCommandOptions& options) {
  bind_request_options(binder, options.request);
  binder.flag("--dry-run", options.dry_run,
              "Only look whether anything stands in the way; nothing is created or changed");
  binder.flag("--json", options.json, "Answer as a JSON object");
}

ExitCode run_start(Context& context, const StartCommandOptions& options) {
  const Json request = build_request(context, options.request);
  World world = open_world_starting_endpoint(context);
  if (options.dry_run) return run_dry(context, world, request, options.json);
  const StartedRestore started = start_restore(context, world, request);
  if (options.json) {
    context.terminal.out(dump_json({{"operation_id", started.operation_id},
                                    {"execution_arn", started.execution_arn},
                                    {"request", started.request}}) +
                         "\n");
    return ExitCode::kDone;
  }
  // The id alone on standard output, so that a script can take it.
  context.terminal.out(started.operation_id + "\n");
  context.terminal.err(
      fmt::format("Started. Follow it: {}\n", command_line(context, "watch " + started.operation_id)));
  return ExitCode::kDone;
}

}  // namespace

Command start_command() {
  return make_command<StartCommandOptions>(
      {.path = "start",
       .summary = "Start a restore and return at once",
       .description =
           "Prints the operation's id on standard output and how to follow it on standard error. Takes the "
           "options of `run`.",
       .examples = {{"{} start --snapshot-date yesterday", "start and go on with other work"},
                    {"id=$({} start --snapshot-date latest) && {} watch \"$id\"", "in a script"}}},
      bind_start, run_start);
}

}  // namespace aurora::cli
