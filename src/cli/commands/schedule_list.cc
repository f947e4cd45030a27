#include <fmt/format.h>

#include "base/dates.h"
#include "cli/commands/commands.h"
#include "cli/executions.h"
#include "cli/local_endpoint.h"
#include "cli/operations.h"
#include "cli/output.h"
#include "cli/schedules.h"

namespace aurora::cli {
namespace {

struct ListOptions {
  OutputOptions output;
};

void bind_list(Binder& binder, ListOptions& options) {
  bind_output(binder, options.output, "One schedule a line");
}

// The endpoint's own record of runs that were delivered, refused or missed; AWS has none that can be asked
// for.
Json endpoint_report(Context& context, const World& world) {
  if (!world.local) return Json::array();
  return context.host.ask_endpoint(world.endpoint_url, "GET", "/_aurora/schedules",
                                   Json::object())["schedules"];
}

const Json& reported(const Json& report, const World& world, const std::string& name) {
  static const Json kNothing;
  for (const Json& each : report)
    if (string_or(each, "group", "") == schedule_group(world) && string_or(each, "name", "") == name)
      return each;
  return kNothing;
}

bool is_run_of(const std::string& execution, const std::string& schedule) {
  return execution.starts_with(schedule + kScheduledRun) || execution.starts_with(schedule + kManualRun);
}

// The last run: an execution, or a delivery that the state machine refused.
Json last_run(World& world, const std::string& name, const std::vector<Json>& executions,
              const Json& report) {
  for (const Json& execution : executions) {
    const std::string operation = string_or(execution, "name", "");
    if (!is_run_of(operation, name)) continue;
    const Outcome outcome = outcome_of(world, execution);
    Json run{{"operation_id", operation},
             {"started_at", member_or_null(execution, "startDate")},
             {"result", outcome.text}};
    if (!outcome.message.empty()) run["message"] = outcome.message;
    return run;
  }
  for (const Json& run : member_or_null(report, "runs"))
    if (string_or(run, "outcome", "") == "failed")
      return {{"started_at", member_or_null(run, "at")},
              {"result", member_or_null(run, "error")},
              {"message", member_or_null(run, "message")}};
  return nullptr;
}

Json described(Context& context, World& world, const Json& schedule, const std::vector<Json>& executions,
               const Json& report) {
  const std::string name = string_or(schedule, "Name", "");
  const Json& own = reported(report, world, name);
  const auto next = next_run(schedule, context.clock.now());
  Json described{
      {"name", name},
      {"expression", string_or(schedule, "ScheduleExpression", "")},
      {"timezone", string_or(schedule, "ScheduleExpressionTimezone", "UTC")},
      {"state", string_or(schedule, "State", "ENABLED") == "ENABLED" ? (next ? "active" : "over") : "paused"},
      {"next_run", next ? Json(format_iso_seconds(*next)) : Json()},
      {"last_run", last_run(world, name, executions, own)},
      {"request", request_inside(schedule)}};
  described["missed_runs"] = own.is_null() ? Json() : member_or_null(own, "missed");
  return described;
}

std::string result_cell(const std::string& result, const Style& style) {
  if (result == "completed") return style.green(result);
  if (result == "running") return style.cyan(result);
  if (result == "cancelled" || result.empty()) return style.yellow(result);
  return style.red(result);
}

void print_table(Context& context, const std::vector<Json>& rows) {
  const Style style(context.terminal.out_traits());
  Table table({{"SCHEDULE"},
               {"WHEN"},
               {"STATE"},
               {"NEXT RUN"},
               {"LAST RUN"},
               {"RESULT"},
               {"MISSED", Table::Align::kRight},
               {"OPERATION"}});
  for (const Json& row : rows) {
    const std::string zone = string_or(row, "timezone", "UTC");
    const std::string state = string_or(row, "state", "");
    const Json& last = member_or_null(row, "last_run");
    const Json& missed = member_or_null(row, "missed_runs");
    table.add({string_or(row, "name", ""),
               string_or(row, "expression", "") + (zone == "UTC" ? "" : " " + zone),
               state == "active" ? style.green(state) : style.yellow(state),
               shown_time(context, string_or(row, "next_run", "")),
               shown_time(context, string_or(last, "started_at", "")),
               result_cell(string_or(last, "result", ""), style), missed.is_null() ? "-" : dump_json(missed),
               string_or(last, "operation_id", "")});
  }
  context.terminal.out(table.text(style));
}

ExitCode run_list(Context& context, const ListOptions& options) {
  World world = open_world(context);
  const std::vector<Json> schedules = Schedules(context, world).all();
  const Json report = schedules.empty() ? Json::array() : endpoint_report(context, world);
  const std::vector<Json> executions = schedules.empty() ? std::vector<Json>() : recent_executions(world);
  std::vector<Json> rows;
  for (const Json& schedule : schedules)
    rows.push_back(described(context, world, schedule, executions, report));
  if (!options.output.is_table()) {
    print_rows(context, options.output, rows);
  } else if (rows.empty()) {
    context.terminal.err(fmt::format("No schedules in environment {}. `{}` makes one.\n",
                                     world.names.environment, command_line(context, "schedule add")));
  } else {
    print_table(context, rows);
  }
  return ExitCode::kDone;
}

}  // namespace

Command schedule_list_command() {
  return make_command<ListOptions>(
      {.path = "schedule list",
       .summary = "Schedules with their next and last runs",
       .description = "The next run, the last one with its result and operation, and how many were missed "
                      "because nobody could "
                      "start them in time. On AWS, missed runs are not counted: Scheduler's metric "
                      "InvocationDroppedCount in "
                      "CloudWatch tells of them.",
       .examples = {{"{} schedule list", "all of the environment"},
                    {"{} schedule list --json | jq -r 'select(.last_run.result != \"completed\").name'",
                     "those whose last run did not succeed"}},
       .lists = true},
      bind_list, run_list);
}

}  // namespace aurora::cli
