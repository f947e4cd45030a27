#include "cli/plan/plan.h"

#include "cli/commands/commands.h"
#include "cli/dry_run.h"
#include "cli/output.h"
#include "cli/request_input.h"

namespace aurora::cli {
namespace {

struct PlanOptions {
  RequestOptions request;
  OutputOptions output;
};

void bind_plan(Binder& binder, PlanOptions& options) {
  bind_request_options(binder, options.request);
  bind_output(binder, options.output, "The plan as one JSON object");
}

ExitCode run_plan(Context& context, const PlanOptions& options) {
  const Json request = build_request(context, options.request);
  World world = open_world_starting_endpoint(context);
  const Plan plan = make_plan(world, request);
  if (options.output.is_table())
    context.terminal.out(plan_text(context, plan));
  else
    print_one(context, options.output, plan_json(plan));
  return exit_code_of_findings(plan.answer);
}

}  // namespace

Command plan_command() {
  return make_command<PlanOptions>(
      {.path = "plan",
       .summary = "Show what a restore would do, how long it would take, and what it would cost",
       .description =
           "Takes the options of `run`, touches nothing, and says: what stands in the way; what would be "
           "created, renamed and deleted; how long each step takes, from past operations of the nearest size "
           "or, where there are none, from assumptions; what it costs by list prices. Warns when the state "
           "machine would be ended by its timeout first. The exit code is that of `run --dry-run`.",
       .examples = {{"{} plan --snapshot-date latest", "the configured restore"},
                    {"{} plan -f restore.yaml", "what a file describes"},
                    {"{} plan --snapshot-date latest --json | jq .duration.most_seconds", "for a script"}},
       .lists = true},
      bind_plan, run_plan);
}

}  // namespace aurora::cli
