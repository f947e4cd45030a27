#include <fmt/format.h>

#include <array>

#include "base/dates.h"
#include "base/text.h"
#include "cli/commands/commands.h"
#include "cli/log_reader.h"
#include "cli/moments.h"
#include "cli/output.h"

namespace aurora::cli {
namespace {

constexpr auto kPollEvery = std::chrono::milliseconds(250);
constexpr auto kPollEveryLocal = std::chrono::milliseconds(20);
constexpr std::size_t kGroupsMax = 50;

// The queries of the operations guide, as it prints them.
struct NamedQuery {
  std::string_view name;
  std::string_view text;
};
constexpr std::array kNamed{
    NamedQuery{
        "errors",
        "filter level = \"ERROR\"\n| stats count(*) as errorCount by function_name\n| sort errorCount desc"},
    NamedQuery{"durations",
               "filter message like \"Operation completed\"\n| parse message \"in * seconds\" as duration\n"
               "| stats avg(duration), max(duration), min(duration) by function_name"},
    NamedQuery{"operation",
               "filter operation_id = \"{}\"\n| sort @timestamp asc\n"
               "| display @timestamp, level, function_name, message"},
};

struct QueryOptions {
  std::string query;
  std::string operation_id;
  std::string since = "1h";
  std::vector<std::string> functions;
  bool show = false;
  OutputOptions output;
};

void bind_query(Binder& binder, QueryOptions& options) {
  binder.argument("QUERY", options.query, "A query, or errors, durations or operation", true);
  binder.argument("OPERATION", options.operation_id, "With operation: which one", false);
  binder.option("--since", "TIME", options.since,
                "From then on: 90s, 15m, 2h or 7d ago, or a time such as 2026-11-21T06:20:00Z (default 1h)");
  binder.list("--function", "STEP", options.functions,
              "Only that step's function; may be given several times", true);
  binder.flag("--show", options.show, "Print the query instead of running it");
  bind_output(binder, options.output, "One row of the result as a JSON object a line");
}

std::string query_text(const QueryOptions& options) {
  for (const NamedQuery& named : kNamed) {
    if (named.name != options.query) continue;
    const bool wants_operation = named.name == "operation";
    if (wants_operation == options.operation_id.empty())
      throw Error("UsageError",
                  wants_operation
                      ? "logs query operation: OPERATION is missing"
                      : fmt::format("logs query {} does not take \"{}\"", named.name, options.operation_id),
                  "For example: logs query operation restore-20261121-065209-3f2a");
    if (options.operation_id.find_first_of("\"\\") != std::string::npos)
      throw Error("UsageError", "an operation's id has no quotes and no backslashes");
    return wants_operation ? fmt::format(fmt::runtime(named.text), options.operation_id)
                           : std::string(named.text);
  }
  if (!options.operation_id.empty())
    throw Error("UsageError", fmt::format("logs query does not take \"{}\"", options.operation_id),
                "A query is one word for the shell: put it in quotes.");
  return options.query;
}

Json call(World& world, std::string_view operation, const Json& input) {
  return world.api->call("logs", world.region(), operation, input);
}

// Those that are there: a function that never ran has none.
std::vector<std::string> log_groups(World& world, const std::vector<std::string>& functions) {
  std::vector<std::string> wanted;
  for (const std::string& step : known_steps(functions)) wanted.push_back(log_group_of(world, step));
  std::vector<std::string> found;
  for (const std::string& group : wanted) {
    const Json answer = call(world, "DescribeLogGroups", {{"logGroupNamePrefix", group}, {"limit", 1}});
    for (const Json& one : member_or_null(answer, "logGroups"))
      if (string_or(one, "logGroupName", "") == group && found.size() < kGroupsMax) found.push_back(group);
  }
  if (found.empty())
    throw Error(
        "PipelineNotFound",
        fmt::format("no function of environment {} has a log in {}", world.names.environment, world.region()),
        "Is the pipeline of that environment deployed in that Region, and has it ever run?");
  return found;
}

// Waits until the query is over; stops it when the person does not want to wait.
Json answer_of(Context& context, World& world, const std::string& query_id) {
  for (;;) {
    Json answer = call(world, "GetQueryResults", {{"queryId", query_id}});
    const std::string status = string_or(answer, "status", "");
    if (status == "Complete") return answer;
    if (status != "Scheduled" && status != "Running")
      throw Error("QueryFailed", fmt::format("the query ended as {}", status),
                  "Shorten its time range (--since), filter more, or group by fewer values.");
    if (context.clock.sleep_for(world.local ? kPollEveryLocal : kPollEvery, context.interrupted)) continue;
    try {
      call(world, "StopQuery", {{"queryId", query_id}});
    } catch (const Error&) {
      // It ended on its own, or ends by its own timeout.
    }
    throw Cancelled("interrupted; the query was stopped");
  }
}

std::vector<Json> rows_of(World& world, const std::string& query_id, Json answer) {
  std::vector<Json> rows;
  for (;;) {
    for (const Json& result : member_or_null(answer, "results")) {
      Json row = Json::object();
      for (const Json& field : result)
        if (string_or(field, "field", "") != "@ptr")
          row[string_or(field, "field", "")] = string_or(field, "value", "");
      rows.push_back(std::move(row));
    }
    const std::string next = string_or(answer, "nextToken", "");
    if (next.empty()) return rows;
    answer = call(world, "GetQueryResults", {{"queryId", query_id}, {"nextToken", next}});
  }
}

bool is_number(const std::string& text) {
  return !text.empty() && text.find_first_not_of("0123456789.-") == std::string::npos;
}

// "2026-11-21 06:20:51.000" is UTC; people read it in their zone.
std::string cell(Context& context, const std::string& value) {
  if (value.size() == 23 && value[10] == ' ')
    if (const auto when = parse_iso(value.substr(0, 10) + "T" + value.substr(11) + "Z"))
      return shown_time(context, *when);
  std::string one_line = value;
  for (char& c : one_line)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = ' ';
  return one_line;
}

void print_table(Context& context, const std::vector<Json>& rows) {
  std::vector<std::string> names;
  for (const Json& row : rows)
    for (const auto& [name, value] : row.items())
      if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  std::vector<Table::Column> columns;
  for (const std::string& name : names) {
    const bool numbers = std::all_of(rows.begin(), rows.end(), [&](const Json& row) {
      return !row.contains(name) || is_number(row.at(name).get<std::string>());
    });
    columns.push_back({name, numbers ? Table::Align::kRight : Table::Align::kLeft});
  }
  Table table(columns);
  for (const Json& row : rows) {
    std::vector<std::string> cells;
    for (const std::string& name : names) cells.push_back(cell(context, string_or(row, name, "")));
    table.add(std::move(cells));
  }
  context.terminal.out(table.text(Style(context.terminal.out_traits())));
}

ExitCode run_query(Context& context, const QueryOptions& options) {
  const std::string text = query_text(options);
  if (options.show) {
    context.terminal.out(text + "\n");
    return ExitCode::kDone;
  }
  const TimePoint now = context.clock.now();
  const TimePoint begin = parse_moment(options.since, "--since", now);
  World world = open_world(context);
  const Json started = call(world, "StartQuery",
                            {{"logGroupNames", log_groups(world, options.functions)},
                             {"startTime", static_cast<std::int64_t>(to_epoch_seconds(begin))},
                             {"endTime", static_cast<std::int64_t>(to_epoch_seconds(now)) + 1},
                             {"queryString", text}});
  const std::string query_id = string_or(started, "queryId", "");
  const Json answer = answer_of(context, world, query_id);
  const std::vector<Json> rows = rows_of(world, query_id, answer);
  if (!options.output.is_table()) {
    print_rows(context, options.output, rows);
    return ExitCode::kDone;
  }
  if (!rows.empty()) print_table(context, rows);
  const Json& statistics = member_or_null(answer, "statistics");
  const auto count = [&](const char* key) {
    const Json& number = member_or_null(statistics, key);
    return static_cast<std::uint64_t>(number.is_number() ? number.get<double>() : 0);
  };
  context.terminal.err(fmt::format("{} of {} log lines matched, {} scanned, since {}.\n",
                                   with_thousands(count("recordsMatched")),
                                   with_thousands(count("recordsScanned")),
                                   human_bytes(count("bytesScanned")), shown_time(context, begin)));
  return ExitCode::kDone;
}

}  // namespace

Command logs_query_command() {
  return make_command<QueryOptions>(
      {.path = "logs query",
       .summary = "Ask the functions' logs by a CloudWatch Logs Insights query",
       .description =
           "Runs the query over the logs of all functions and prints its table; nothing is saved. Three "
           "queries have names: errors counts them by function, durations compares how long functions "
           "work, operation shows one operation's lines.",
       .examples =
           {{"{} logs query errors --since 7d", "which functions failed this week"},
            {"{} logs query operation restore-20261121-065209-3f2a --since 1d", "one operation"},
            {"{} logs query 'filter @type = \"REPORT\" | stats max(@duration), pct(@duration, 90) by @log'",
             "how long Lambda says they ran"}},
       .lists = true},
      bind_query, run_query);
}

}  // namespace aurora::cli
