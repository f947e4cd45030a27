#include <fmt/format.h>

#include "base/dates.h"
#include "cli/commands/commands.h"
#include "cli/follow.h"
#include "cli/operations.h"
#include "cli/output.h"
#include "cli/progress.h"
#include "cli/summary.h"

namespace aurora::cli {
namespace {

struct StatusOptions {
  std::string operation_id;
  OutputOptions output;
};

void bind_status(Binder& binder, StatusOptions& options) {
  binder.argument("OPERATION", options.operation_id, "The operation's id", true);
  bind_output(binder, options.output, "State item and execution as one JSON object");
}

std::string steps_table(const Json& state, const Style& style) {
  Table table({{"STEP"}, {"STATUS"}, {"TOOK", Table::Align::kRight}, {"MESSAGE"}});
  for (const auto& [name, step] : member_or_null(state, "steps").items()) {
    const auto started = time_at(step, "started_at");
    const auto finished = time_at(step, "finished_at");
    table.add({name, string_or(step, "status", ""),
               started && finished ? human_duration(*finished - *started) : "",
               string_or(step, "message", "")});
  }
  return table.empty() ? "" : "\n" + table.text(style);
}

std::string progress_line(const Json& state) {
  const Progress progress = progress_of(state);
  if (progress.step.empty()) return "";
  std::string line = progress.step;
  if (progress.percent >= 0) line += fmt::format(", {:.0f} %", progress.percent);
  if (progress.remaining) line += ", " + remaining_text(*progress.remaining);
  if (!progress.message.empty()) line += ": " + progress.message;
  return line;
}

std::string status_text(Context& context, const World& world, const Operation& operation,
                        const Style& style) {
  const Json state = operation.state.value_or(Json::object());
  std::vector<std::pair<std::string, std::string>> lines;
  const auto add = [&](std::string label, std::string value) {
    if (!value.empty()) lines.emplace_back(std::move(label), std::move(value));
  };
  add("Operation", style.bold(operation.id));
  add("Status", string_or(state, "status", operation.status()));
  add("Execution", operation.execution ? operation.status() : "none: steps were invoked one by one");
  add("Step", string_or(state, "step", ""));
  if (string_or(state, "status", "") == restore::kInProgress) add("Progress", progress_line(state));
  if (const auto started = time_at(state, "start_time"))
    add("Started",
        fmt::format("{} ({})", shown_time(context, *started), age_text(*started, context.clock.now())));
  add("Snapshot", text_at(state, {"snapshot_details", "snapshot_name"}));
  add("Target", text_at(state, {"parameters", "target_cluster_id"}));
  if (const std::string error = text_at(state, {"error", "name"}); !error.empty())
    add("Error", style.red(error) + ": " + text_at(state, {"error", "message"}));
  // What a failure hints at supposes that it was undone.
  if (!bool_or(member_or_null(state, "state"), "kept", false))
    add("What to do", with_typed_commands(context, text_at(state, {"error", "hint"})));
  add("What stands", text_at(state, {"rollback", "what_stands"}));
  add("Next", with_typed_commands(context, text_at(state, {"rollback", "next_command"})));
  if (const Json& failures = member_or_null(state, "notification_failures"); !failures.empty())
    add("Notifications", style.yellow(fmt::format("{} not sent", failures.size())) +
                             "; the last: " + string_or(failures.back(), "reason", ""));
  add("Execution ARN", operation.execution_arn());
  std::string text = label_lines(lines, style) + steps_table(state, style);
  if (string_or(state, "status", "") == restore::kCompleted)
    if (const std::string line = connect_line(context, world, state); !line.empty())
      text += "\n" + line + "\n";
  return text;
}

ExitCode run_status(Context& context, const StatusOptions& options) {
  World world = open_world(context);
  const Operation operation = find_operation(context, world, options.operation_id);
  if (!options.output.is_table()) {
    print_one(context, options.output,
              {{"operation_id", operation.id},
               {"status", operation.status()},
               {"state", operation.state.value_or(Json(nullptr))},
               {"execution", operation.execution.value_or(Json(nullptr))}});
  } else {
    context.terminal.out(status_text(context, world, operation, Style(context.terminal.out_traits())));
  }
  return ExitCode::kDone;
}

}  // namespace

Command status_command() {
  return make_command<StatusOptions>(
      {.path = "status",
       .summary = "Show where an operation stands",
       .description =
           "Reads the state table's item and the execution. The exit code says whether the operation was "
           "found, not how it ended.",
       .examples = {{"{} status restore-20261121-065209-3f2a", "for people"},
                    {"{} status restore-20261121-065209-3f2a --json | jq .state.verification",
                     "one part of it"}},
       .lists = true},
      bind_status, run_status);
}

}  // namespace aurora::cli
