#include <fmt/format.h>

#include "cli/commands/commands.h"
#include "cli/seed/seed.h"

namespace aurora::cli {
namespace {

void bind_seed(Binder& binder, SeedOptions& options) {
  binder.option("--engine", "NAME", options.engine, "aurora-postgresql, or aurora-mysql beside it");
  binder.number("--scale", "N", options.scale, 1, 1000, "Size of the data: 15 MB each, or 5 MB for MySQL");
  binder.flag("--fresh-snapshot", options.fresh_snapshot, "Replace today's snapshot by a new one");
}

ExitCode run_seed(Context& context, const SeedOptions& options) {
  if (chosen_environment(context) != kLocalEnvironment)
    throw Error("UsageError", "the demo's world is made on the local endpoint only",
                "Leave --env (and $ENVIRONMENT) away, or say --env local.");
  const DemoSource& source = demo_source(options.engine);
  World world = open_world_starting_endpoint(context);
  seed_world(context, world, options);
  context.terminal.out(
      fmt::format("Ready: {}\n", command_line(context, demo_run_arguments(source, context.clock))));
  return ExitCode::kDone;
}

}  // namespace

Command local_seed_command() {
  return make_command<SeedOptions>(
      {.path = "local seed",
       .summary = "Make a source cluster with data, a snapshot, secrets and configuration",
       .description =
           "Makes what the guide's environment `dev` has: the cluster dev-source-cluster with real data in "
           "us-east-1, today's snapshot of it, secrets with generated passwords, topic, queue, bucket, "
           "subnet "
           "group, and the pipeline's configuration. Running it again makes only what is missing.",
       .examples = {{"{} local seed", "once, before the first run"},
                    {"{} local seed --engine aurora-mysql",
                     "the same for Aurora MySQL: the cluster dev-mysql-source"},
                    {"{} local seed --fresh-snapshot", "after the source's data changed"}}},
      bind_seed, run_seed);
}

}  // namespace aurora::cli
