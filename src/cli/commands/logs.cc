#include <fmt/format.h>

#include <map>

#include "base/dates.h"
#include "cli/commands/commands.h"
#include "cli/log_view.h"
#include "cli/moments.h"
#include "cli/operations.h"

namespace aurora::cli {
namespace {

constexpr int kLinesOfAnOperation = 10000;
constexpr int kLinesOfAll = 100;
constexpr auto kWindowOfAll = std::chrono::hours(1);
constexpr auto kPollLocal = std::chrono::milliseconds(500);
constexpr auto kPollAws = std::chrono::seconds(3);
// CloudWatch shows a line some seconds after it was written.
constexpr auto kIngestionAws = std::chrono::seconds(15);
constexpr auto kIngestionLocal = std::chrono::seconds(1);
// Function and state machine do not share a clock.
constexpr auto kClockDifference = std::chrono::minutes(1);

struct LogsOptions {
  std::string operation_id;
  bool follow = false;
  std::string since;
  std::vector<std::string> steps;
  std::string level;
  bool errors = false;
  bool metrics = false;
  int limit = 0;
  OutputOptions output;
};

void bind_logs(Binder& binder, LogsOptions& options) {
  binder.argument("OPERATION", options.operation_id,
                  "Only lines of that operation (default: the newest of all)", false);
  binder.flag("-f,--follow", options.follow, "Go on with new lines, until the operation ends");
  binder.option("--since", "TIME", options.since,
                "From then on: 90s, 15m, 2h or 7d ago, or a time such as 2026-11-21T06:20:00Z");
  binder.list("--step", "STEP", options.steps, "Only that step's function; may be given several times", true);
  binder.option("--level", "LEVEL", options.level, "Lines of that level and above",
                {"debug", "info", "warning", "error"});
  binder.flag("--errors", options.errors, "The same as --level error");
  binder.flag("--metrics", options.metrics, "With the lines that carry metrics");
  binder.number(
      "-n,--limit", "N", options.limit, 1, 100000,
      fmt::format("The newest N lines (default {}, of one operation {})", kLinesOfAll, kLinesOfAnOperation));
  bind_output(binder, options.output, "One log line as a JSON object a line");
}

class LogsRun {
 public:
  LogsRun(Context& context, const LogsOptions& options)
      : context_(context),
        options_(options),
        world_(open_world(context)),
        reader_(context, world_, request(options)) {}

  ExitCode run() {
    TimePoint begin = first_moment();
    if (options_.output.is_table())
      context_.terminal.out(log_heading(context_, Style(context_.terminal.out_traits())));
    const std::vector<LogLine> lines = reader_.read(begin, limit());
    show(lines);
    if (reader_.left_out())
      context_.terminal.err(
          fmt::format("Only the newest {} lines are shown; --limit shows more.\n", lines.size()));
    if (lines.empty() && !options_.follow) context_.terminal.err("No lines in that time.\n");
    // What was left out does not come later, among new lines.
    if (reader_.left_out() && !lines.empty()) begin = lines.front().time + std::chrono::milliseconds(1);
    return options_.follow ? follow(begin) : ExitCode::kDone;
  }

 private:
  static LogRequest request(const LogsOptions& options) {
    return {.operation_id = options.operation_id,
            .least_level = options.errors ? "error" : options.level,
            .steps = options.steps,
            .metrics = options.metrics};
  }
  std::size_t limit() const {
    if (options_.limit > 0) return static_cast<std::size_t>(options_.limit);
    return static_cast<std::size_t>(options_.operation_id.empty() ? kLinesOfAll : kLinesOfAnOperation);
  }

  // An operation is looked up in any case, so that a misspelt one is told from one that wrote nothing.
  TimePoint first_moment() {
    const TimePoint now = context_.clock.now();
    std::optional<TimePoint> started;
    if (!options_.operation_id.empty()) {
      const Operation operation = find_operation(context_, world_, options_.operation_id);
      for (const auto& begun : {time_at(operation.state.value_or(Json::object()), "start_time"),
                                time_at(operation.execution.value_or(Json::object()), "startDate")})
        if (begun && (!started || *begun < *started)) started = begun;
    }
    if (!options_.since.empty()) return parse_moment(options_.since, "--since", now);
    return started ? *started - kClockDifference : now - kWindowOfAll;
  }

  void show(const std::vector<LogLine>& lines) {
    std::vector<LogLine> fresh;
    for (const LogLine& line : lines) {
      if (!seen_.emplace(line.id, line.time).second) continue;
      newest_ = std::max(newest_.value_or(line.time), line.time);
      fresh.push_back(line);
    }
    print_log(context_, options_.output, fresh);
  }

  bool is_over() {
    if (options_.operation_id.empty()) return false;
    Operations operations(world_);
    if (const auto execution = operations.execution(options_.operation_id))
      return string_or(*execution, "status", "") != "RUNNING";
    const auto state = operations.state(options_.operation_id);
    return state && string_or(*state, "status", "") != restore::kInProgress;
  }

  // Each look reads again what may have come late since the newest line, and drops what it showed already.
  ExitCode follow(TimePoint begin) {
    const Duration ingestion = world_.local ? Duration(kIngestionLocal) : Duration(kIngestionAws);
    const Duration poll = world_.local ? Duration(kPollLocal) : Duration(kPollAws);
    std::optional<TimePoint> end;
    try {
      for (;;) {
        if (!end && is_over()) end = context_.clock.now() + ingestion;
        if (!context_.clock.sleep_for(poll, context_.interrupted)) return interrupted();
        const bool last = end && context_.clock.now() >= *end;
        if (newest_) begin = std::max(begin, *newest_ - ingestion);
        std::erase_if(seen_,
                      [&](const auto& entry) { return entry.second + std::chrono::milliseconds(1) < begin; });
        show(reader_.read(begin, kLinesOfAnOperation));
        if (last) return ExitCode::kDone;
      }
    } catch (const Cancelled&) {
      return interrupted();
    }
  }

  ExitCode interrupted() const {
    return options_.operation_id.empty() ? ExitCode::kDone : ExitCode::kDetached;
  }

  Context& context_;
  const LogsOptions& options_;
  World world_;
  LogReader reader_;
  std::map<std::string, TimePoint> seen_;  // by id, as far back as a look reaches
  std::optional<TimePoint> newest_;
};

ExitCode run_logs(Context& context, const LogsOptions& options) {
  return LogsRun(context, options).run();
}

}  // namespace

Command logs_command() {
  return make_command<LogsOptions>(
      {.path = "logs",
       .summary = "Show what the functions logged, in the order of time",
       .description =
           "Merges the logs of all functions. With an operation: all of its lines, from its start on; "
           "without: the newest lines of the last hour. Lines that carry metrics, and Lambda's own "
           "START, END and REPORT, are left out.",
       .examples = {{"{} logs restore-20261121-065209-3f2a", "all lines of one operation"},
                    {"{} logs -f restore-20261121-065209-3f2a", "as they come, until it ends"},
                    {"{} logs --errors --since 7d", "every error of the last seven days"},
                    {"{} logs --step verify_restore --output json | jq .message",
                     "one function's, for a machine"}},
       .lists = true},
      bind_logs, run_logs);
}

}  // namespace aurora::cli
