#include <fmt/format.h>

#include <algorithm>

#include "cli/commands/deploy_commands.h"
#include "cli/deploy/outcome.h"
#include "cli/deploy/place.h"
#include "cli/deploy/release.h"
#include "cli/deploy/stack_watch.h"
#include "cli/output.h"

namespace aurora::cli {
namespace {

struct DeployStatusOptions {
  std::string stack;
  int events = 10;
  OutputOptions output;
};

void bind_deploy_status(Binder& binder, DeployStatusOptions& options) {
  binder.option("--stack", "NAME", options.stack, "The stack's name (default: aurora-restore-ENVIRONMENT)");
  binder.number("--events", "COUNT", options.events, 1, 1000, "So many of the last events");
  bind_output(binder, options.output, "The stack with events and outputs as one JSON object");
}

// How the version that is deployed stands to this program's.
std::string compared(const Context& context, const Release& deployed) {
  if (deployed.version.empty()) return "";
  const int order = compare_versions(deployed.version, context.version);
  if (order == 0) return "this program's version";
  return fmt::format("{} than this program, {}", order < 0 ? "older" : "newer", context.version);
}

Json event_json(const StackEvent& event) {
  return {{"time", event.time},
          {"resource", event.logical_id},
          {"type", event.type},
          {"status", event.status},
          {"reason", event.reason}};
}

void print_text(Context& context, const Stack& stack, const RunningWork& running,
                const std::vector<StackEvent>& events) {
  const Style style(context.terminal.out_traits());
  const Release deployed = parse_release(stack.parameter("Release"));
  std::vector<std::pair<std::string, std::string>> lines;
  const auto add = [&](std::string label, std::string value) {
    if (!value.empty()) lines.emplace_back(std::move(label), std::move(value));
  };
  add("Stack", style.bold(stack.name));
  add("Status", stack.status + (stack.reason.empty() ? "" : ": " + stack.reason));
  add("Release", deployed.text());
  add("Version", compared(context, deployed));
  add("Created", shown_time(context, stack.created));
  add("Updated", shown_time(context, stack.updated));
  add("Protected", stack.protected_from_termination ? "from deletion" : "");
  add("Operations", running_text(running));
  context.terminal.out(label_lines(lines, style));
  context.terminal.out("\n" + style.bold("Last events") + "\n");
  for (const StackEvent& event : events)
    context.terminal.out("  " + event_line(context, event, style) + "\n");
  if (!stack.outputs.empty())
    context.terminal.out("\n" + style.bold("Outputs") + "\n" + outputs_text(stack, style));
}

ExitCode run_deploy_status(Context& context, const DeployStatusOptions& options) {
  DeployPlace place = open_deploy_place(context, options.stack, "");
  Formation formation(*place.world.api, place.world.region());
  const Stack stack = require_stack(formation, place);
  const auto events = formation.events(stack.id, "", static_cast<std::size_t>(options.events));
  const RunningWork running = running_work(place, stack);
  if (options.output.is_table()) {
    print_text(context, stack, running, events);
    return ExitCode::kDone;
  }
  Json result = stack_json(stack);
  result["version"] = parse_release(stack.parameter("Release")).version;
  result["program_version"] = context.version;
  result["running"] = running.executions;
  result["events"] = Json::array();
  for (const StackEvent& event : events) result["events"].push_back(event_json(event));
  print_one(context, options.output, result);
  return ExitCode::kDone;
}

}  // namespace

Command deploy_status_command() {
  return make_command<DeployStatusOptions>(
      {.path = "deploy status",
       .summary = "Show what is deployed, its release, last events and outputs",
       .description =
           "The release is the version that was deployed and a hash over all that was; the version is "
           "compared with this program's. Changes nothing.",
       .examples = {{"{} deploy status --env prod", "where the stack stands"},
                    {"{} deploy status --env prod --json | jq -r .outputs.StateMachineArn", "one output"}},
       .lists = true},
      bind_deploy_status, run_deploy_status);
}

}  // namespace aurora::cli
