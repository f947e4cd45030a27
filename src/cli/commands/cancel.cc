#include <fmt/format.h>

#include "cli/commands/commands.h"
#include "cli/lambda_call.h"
#include "cli/operations.h"
#include "cli/table.h"

namespace aurora::cli {
namespace {

constexpr char kCancellation[] = "ManualCancellation";

struct CancelOptions {
  std::string operation_id;
  std::string cause;
  bool json = false;
};

void bind_cancel(Binder& binder, CancelOptions& options) {
  binder.argument("OPERATION", options.operation_id, "The operation's id", true);
  binder.option("--cause", "TEXT", options.cause, "Why, for the history and the audit trail");
  binder.flag("--json", options.json, "The rollback's answer as JSON");
}

void refuse_finished(Context& context, const Operation& operation) {
  const std::string recorded = operation.state ? string_or(*operation.state, "status", "") : "";
  if (operation.execution && operation.status() == "RUNNING") return;
  // An execution that was stopped by other means leaves its operation open; the rollback is still due.
  if (recorded == restore::kInProgress) return;
  throw Error(
      "AlreadyFinished",
      fmt::format("operation {} is over: {}", operation.id, recorded.empty() ? operation.status() : recorded),
      fmt::format("Nothing was changed. `{}` shows it.", command_line(context, "status " + operation.id)));
}

void stop_execution(World& world, const Operation& operation, const std::string& cause) {
  if (!operation.execution || operation.status() != "RUNNING") return;
  world.api->call("stepfunctions", world.region(), "StopExecution",
                  {{"executionArn", operation.execution_arn()}, {"error", kCancellation}, {"cause", cause}});
}

Json roll_back(World& world, const std::string& operation_id, const std::string& cause) {
  return invoke_step(world, "handle_failure",
                     {{"operation_id", operation_id},
                      {"cancelled", true},
                      {"error", {{"Error", kCancellation}, {"Cause", cause}}}});
}

std::string outcome_text(World& world, const Operation& operation, const Json& answer, const Style& style) {
  std::vector<std::pair<std::string, std::string>> lines;
  const Json state = Operations(world).state(operation.id).value_or(Json::object());
  lines.emplace_back("Status", string_or(state, "status", restore::kCancelled));
  if (const std::string message = string_or(answer, "message", ""); !message.empty())
    lines.emplace_back("What stands", message);
  for (const auto& [key, value] : member_or_null(answer, "rollback_results").items())
    lines.emplace_back(key, value.is_string() ? value.get<std::string>() : dump_json(value));
  return fmt::format("{} {}\n", style.ok(), style.bold("Cancelled " + operation.id)) +
         label_lines(lines, style, 2);
}

ExitCode run_cancel(Context& context, const CancelOptions& options) {
  World world = open_world(context);
  const Operation operation = find_operation(context, world, options.operation_id);
  refuse_finished(context, operation);
  const std::string cause = options.cause.empty() ? "Restore cancelled by operator" : options.cause;
  const Style notes(context.terminal.err_traits());
  stop_execution(world, operation, cause);
  context.terminal.err(notes.dim("Execution stopped; rolling back.") + "\n");
  const Json answer = roll_back(world, operation.id, cause);
  context.terminal.out(options.json
                           ? dump_json_pretty(answer) + "\n"
                           : outcome_text(world, operation, answer, Style(context.terminal.out_traits())));
  return ExitCode::kDone;
}

}  // namespace

Command cancel_command() {
  return make_command<CancelOptions>(
      {.path = "cancel",
       .summary = "Stop a restore and roll it back",
       .description = "Stops the execution (error ManualCancellation) and runs the rollback: the old cluster "
                      "gets its name back, "
                      "and what the restore had half made is removed. Says what stands afterwards.",
       .examples = {{"{} cancel restore-20261121-065209-3f2a --cause 'wrong snapshot'",
                     "with a reason for the record"}}},
      bind_cancel, run_cancel);
}

}  // namespace aurora::cli
