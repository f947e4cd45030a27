#include <fmt/format.h>

#include "cli/commands/commands.h"
#include "cli/lambda_call.h"
#include "cli/operations.h"
#include "cli/table.h"
#include "cli/task_report.h"

namespace aurora::cli {
namespace {

constexpr char kCancellation[] = "ManualCancellation";
// Deleting a cluster on AWS takes minutes; this is a day of looks.
constexpr int kLooksMax = 2880;
// A step makes a few calls and ends.
constexpr std::chrono::seconds kStepEndsWithin{2};

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
  // One that was kept (on_failure), or whose rollback RDS refused in part, can be undone later.
  const Json known = operation.state ? member_or_null(*operation.state, "state") : Json();
  if (bool_or(known, "kept", false) || !bool_or(known, "rolled_back", true)) return;
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

// What passes by itself; the step that the stop caught in the middle may still write the state.
bool may_pass(const Error& error) {
  for (const char* name : {"StateConflict", "AwsThrottled", "AwsUnavailable", "AwsUnreachable"})
    if (error.name() == name) return true;
  return false;
}

// One look of the rollback; nothing when it has to be repeated.
std::optional<Json> look(World& world, const std::string& operation_id, const std::string& cause) {
  try {
    return invoke_step(world, "handle_failure",
                       {{"operation_id", operation_id},
                        {"cancelled", true},
                        {"error", {{"Error", kCancellation}, {"Cause", cause}}}});
  } catch (const Error& error) {
    if (!may_pass(error)) throw;
    return std::nullopt;
  }
}

// The rollback looks once per call and says how long to wait for the next look. A step that was running when
// the execution was stopped runs to its end, and may leave something after the rollback has looked: so the
// rollback looks once more a little later.
Json roll_back(Context& context, World& world, const std::string& operation_id, const std::string& cause) {
  TaskReport report(context);
  Json answer;
  report.task("Roll back", [&] {
    bool once_more = true;
    for (int looks = 0; looks < kLooksMax; ++looks) {
      const std::optional<Json> seen = look(world, operation_id, cause);
      if (seen) answer = *seen;
      const bool done = seen && string_or(answer, "rollback_status", "completed") != "in-progress";
      if (done && !once_more) return std::string();
      if (done) once_more = false;
      const auto wait =
          done || !seen ? kStepEndsWithin : std::chrono::seconds(int_or(answer, "retry_after", 1));
      report.wait(wait, -1, string_or(answer, "message", ""));
    }
    throw Error("RollbackUnfinished",
                fmt::format("operation {} is stopped, and its rollback goes on", operation_id),
                fmt::format("`{}` again takes up where it was; `{}` says what stands.",
                            command_line(context, "cancel " + operation_id),
                            command_line(context, "status " + operation_id)));
  });
  return answer;
}

std::string outcome_text(const Operation& operation, const Json& answer, const Style& style) {
  std::vector<std::pair<std::string, std::string>> lines;
  lines.emplace_back("Status", string_or(answer, "operation_status", restore::kCancelled));
  for (const Json& done : member_or_null(answer, "rolled_back"))
    lines.emplace_back("Done", done.is_string() ? done.get<std::string>() : dump_json(done));
  if (const std::string message = string_or(answer, "message", ""); !message.empty())
    lines.emplace_back("What stands", message);
  if (const std::string next = string_or(answer, "next_command", ""); !next.empty())
    lines.emplace_back("Next", next);
  return fmt::format("{} {}\n", style.ok(), style.bold("Cancelled " + operation.id)) +
         label_lines(lines, style, 2);
}

ExitCode run_cancel(Context& context, const CancelOptions& options) {
  World world = open_world(context);
  const Operation operation = find_operation(context, world, options.operation_id);
  refuse_finished(context, operation);
  const std::string cause = options.cause.empty() ? "Restore cancelled by operator" : options.cause;
  stop_execution(world, operation, cause);
  const Json answer = roll_back(context, world, operation.id, cause);
  context.terminal.out(options.json ? dump_json_pretty(answer) + "\n"
                                    : outcome_text(operation, answer, Style(context.terminal.out_traits())));
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
