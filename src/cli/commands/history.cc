#include <fmt/format.h>

#include "base/dates.h"
#include "cli/commands/commands.h"
#include "cli/operations.h"
#include "cli/output.h"
#include "cli/story.h"
#include "cli/style.h"

namespace aurora::cli {
namespace {

struct HistoryOptions {
  std::string operation_id;
  OutputOptions output;
};

void bind_history(Binder& binder, HistoryOptions& options) {
  binder.argument("OPERATION", options.operation_id, "The operation's id", true);
  bind_output(binder, options.output, "The events as AWS gives them, one a line");
}

// The step's message where it gave one; the answer as it is otherwise.
std::string answer_text(const std::string& output) {
  const Json answer = Json::parse(output, nullptr, false);
  // The rollback's answer lies beside what the failed step was given; a failed step has none.
  const Json& rollback = member_or_null(member_or_null(answer, "rollback"), "answer");
  if (!rollback.is_object() && member_or_null(answer, "error").is_object()) return "";
  const std::string message = string_or(rollback.is_object() ? rollback : answer, "message", "");
  if (message.empty()) return "  answered " + output;
  const std::int64_t again = int_or(answer, "retry_after", 0);
  return "  " + message + (again > 0 ? fmt::format("; looks again in {} s", again) : "");
}

// What an event tells a person; empty for those that repeat what the next one says.
std::string telling(const Json& event, const Style& style) {
  const std::string type = string_or(event, "type", "");
  const Json& details = event_details(event);
  const std::string name = string_or(details, "name", "");
  const std::string error = string_or(details, "error", "");
  const std::string cause = read_cause(string_or(details, "cause", "")).message;
  const std::string why = error + (cause.empty() ? "" : ": " + cause);
  if (type == "ExecutionStarted")
    return style.bold("The execution started") + " with " + string_or(details, "input", "{}");
  if (type == "ExecutionSucceeded") return style.green("The execution succeeded");
  if (type == "ExecutionFailed") return style.red("The execution failed: ") + why;
  if (type == "ExecutionAborted") return style.yellow("The execution was stopped: ") + why;
  if (type == "ExecutionTimedOut") return style.red("The execution took longer than it may: ") + why;
  if (type.ends_with("StateEntered")) return type == "ChoiceStateEntered" ? "" : style.bold(name);
  if (type == "TaskStateExited") return answer_text(string_or(details, "output", ""));
  if (type.ends_with("StateExited")) return "";
  if (type.ends_with("Failed") || type.ends_with("TimedOut")) return "  " + style.red(type) + " " + why;
  return "";
}

ExitCode run_history(Context& context, const HistoryOptions& options) {
  World world = open_world(context);
  const Operation operation = find_operation(context, world, options.operation_id);
  if (!operation.execution)
    throw Error("OperationNotFound",
                fmt::format("operation {} has no execution: its steps were invoked one by one", operation.id),
                fmt::format("`{}` shows what they did.", command_line(context, "audit " + operation.id)));
  const std::vector<Json> events = Operations(world).events(operation.execution_arn());
  if (!options.output.is_table()) {
    print_rows(context, options.output, events);
    return ExitCode::kDone;
  }
  const Style style(context.terminal.out_traits());
  std::optional<TimePoint> started;
  for (const Json& event : events) {
    const auto at = time_at(event, "timestamp");
    if (!started && at) {
      started = at;
      context.terminal.out(style.dim(shown_time(context, *at)) + "\n");
    }
    const std::string text = telling(event, style);
    if (text.empty()) continue;
    const std::string since = at && started ? "+" + human_duration(*at - *started) : "";
    std::string line = fmt::format("{}  {}", style.dim(pad_left(since, 10)), text);
    context.terminal.out(line + "\n");
  }
  return ExitCode::kDone;
}

}  // namespace

Command history_command() {
  return make_command<HistoryOptions>(
      {.path = "history",
       .summary = "Tell an execution's events as a story",
       .description =
           "Every state that was entered, what it answered, every failure and retry, with the time since the "
           "start. --json gives the events as `aws stepfunctions get-execution-history` does.",
       .examples = {{"{} history restore-20261121-065209-3f2a", "what happened, in order"},
                    {"{} history restore-20261121-065209-3f2a --json | jq -r .type", "the bare event types"}},
       .lists = true},
      bind_history, run_history);
}

}  // namespace aurora::cli
