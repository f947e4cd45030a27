#include <fmt/format.h>

#include "cli/commands/commands.h"
#include "cli/commands/following.h"
#include "cli/dry_run.h"
#include "cli/start_restore.h"

namespace aurora::cli {
namespace {

struct RunOptions {
  RequestOptions request;
  bool json = false;
  bool dry_run = false;
};

void bind_run(Binder& binder, RunOptions& options) {
  bind_request_options(binder, options.request);
  binder.flag("--dry-run", options.dry_run,
              "Only look whether anything stands in the way; nothing is created or changed");
  binder.flag("--json", options.json, "One JSON object a line on standard output, for machines");
}

ExitCode run_run(Context& context, const RunOptions& options) {
  const Json request = build_request(context, options.request);
  World world = open_world_starting_endpoint(context);
  if (options.dry_run) return run_dry(context, world, request, options.json);
  const StartedRestore started = start_restore(context, world, request);
  if (options.json) {
    MachineView(context).line("started", {{"operation_id", started.operation_id},
                                          {"execution_arn", started.execution_arn},
                                          {"request", started.request}});
  } else {
    const Style style(context.terminal.err_traits());
    context.terminal.err(fmt::format(
        "{} {}\n", style.bold(started.operation_id),
        style.dim(fmt::format("in {}, environment {}", world.region(), world.names.environment))));
  }
  return follow_and_sum_up(context, world, started.operation_id, options.json);
}

}  // namespace

Command run_command() {
  return make_command<RunOptions>(
      {.path = "run",
       .summary = "Restore a snapshot and follow every step",
       .description = "Starts an execution of the pipeline's state machine and follows it to its end. What "
                      "is not given here "
                      "comes from the environment's configuration (SSM parameter "
                      "/aurora-restore/ENVIRONMENT/config), so in a "
                      "configured environment a date is enough.\n\nCtrl-C detaches: the restore goes on, and "
                      "`watch` comes back "
                      "to it; `cancel` ends it and rolls back.",
       .examples = {{"{} run --snapshot-date today", "today's snapshot of the configured source cluster"},
                    {"{} run --snapshot prod-snapshot-2026-11-20 --target-cluster prod-rehearsal",
                     "a snapshot by name, under another target name"},
                    {"{} run --snapshot 'prod-snapshot-{date-1d}' --set reader_count=1",
                     "yesterday's, with a reader"},
                    {"{} run --input @restore.json", "a request from a file"},
                    {"{} run --snapshot-date latest --dry-run",
                     "what stands in the way, without doing anything"},
                    {"{} run --snapshot-date latest --json | jq -r 'select(.event == \"finished\").status'",
                     "for machines: one JSON object a line"}}},
      bind_run, run_run);
}

}  // namespace aurora::cli
