#include <fmt/format.h>

#include "cli/commands/commands.h"
#include "cli/moments.h"
#include "cli/operations.h"
#include "cli/output.h"
#include "cli/records.h"
#include "cli/table.h"

namespace aurora::cli {
namespace {

constexpr char kWeek[] = "7d";
// Before there was any AWS to restore from.
constexpr char kEver[] = "2006-01-01";

struct AuditOptions {
  std::string operation_id;
  std::string operation_option;
  std::string since;
  std::string until = "now";
  std::string status;
  std::string step;
  int limit = 200;
  bool oldest_first = false;
  bool newest_first = false;
  OutputOptions output;
};

void bind_audit(Binder& binder, AuditOptions& options) {
  binder.argument("OPERATION", options.operation_id, "The operation's id; all operations when absent", false);
  binder.option("--operation", "OPERATION", options.operation_option, "The same as an option");
  binder.option("--since", "TIME", options.since,
                "From when: 7d, a date, or a time in UTC (default 7d; an operation's whole trail)");
  binder.option("--until", "TIME", options.until, "Until when");
  binder.option("--status", "STATUS", options.status, "Only events of that status",
                {"started", "waiting", "succeeded", "failed", "warning"});
  binder.option("--step", "STEP", options.step, "Only events of that step");
  binder.number("-n,--limit", "N", options.limit, 1, 10000, "How many at most");
  binder.flag("--oldest-first", options.oldest_first, "The oldest first, as one operation's trail always is");
  binder.flag("--newest-first", options.newest_first, "The newest first, as all operations' events are");
  bind_output(binder, options.output, "One audit event a line");
}

std::string details_text(const Json& details) {
  if (!details.is_object()) return "";
  const std::string message = string_or(details, "message", "");
  const std::string error = string_or(details, "error", "");
  if (!error.empty()) return error + ": " + message;
  return message.empty() && !details.empty() ? dump_json(details) : message;
}

std::string status_cell(const std::string& status, const Style& style) {
  if (status == "succeeded") return style.green(status);
  if (status == "failed") return style.red(status);
  if (status == "warning") return style.yellow(status);
  return status;
}

AuditFilter filter_of(const AuditOptions& options, TimePoint now) {
  if (options.oldest_first && options.newest_first)
    throw Error("UsageError", "--oldest-first and --newest-first exclude each other", "Give one of them.");
  const bool one = !options.operation_id.empty() || !options.operation_option.empty();
  if (!options.operation_id.empty() && !options.operation_option.empty() &&
      options.operation_id != options.operation_option)
    throw Error("UsageError", "two operations are given", "Give one, as an argument or with --operation.");
  const std::string since = !options.since.empty() ? options.since : one ? kEver : kWeek;
  return {.operation_id = options.operation_id.empty() ? options.operation_option : options.operation_id,
          .step = options.step,
          .status = options.status,
          .since = parse_moment(since, "--since", now),
          .until = parse_moment(options.until, "--until", now, true),
          .oldest_first = one ? !options.newest_first : options.oldest_first,
          .count_max = static_cast<std::size_t>(options.limit)};
}

void print_table(Context& context, const std::vector<Json>& events, bool one) {
  const Style style(context.terminal.out_traits());
  std::vector<Table::Column> columns{{"TIME"}, {"STEP"}, {"STATUS"}, {"DETAILS"}};
  if (!one) columns.insert(columns.begin() + 1, {"OPERATION"});
  Table table(std::move(columns));
  for (const Json& event : events) {
    // The sort key has microseconds and a sequence behind its seconds.
    const std::string at = string_or(event, "timestamp", "");
    std::vector<std::string> row{
        shown_time(context, at.substr(0, at.find('.')) + "Z"), string_or(event, "step", ""),
        status_cell(string_or(event, "status", ""), style), details_text(member_or_null(event, "details"))};
    if (!one) row.insert(row.begin() + 1, string_or(event, "operation_id", ""));
    table.add(std::move(row));
  }
  context.terminal.out(table.text(style));
}

ExitCode run_audit(Context& context, const AuditOptions& options) {
  World world = open_world(context);
  const AuditFilter filter = filter_of(options, context.clock.now());
  const Records records = read_audit(world, filter);
  for (const std::string& note : records.notes) context.terminal.err(note + "\n");
  const bool one = !filter.operation_id.empty();
  const bool narrowed = !options.since.empty() || !options.step.empty() || !options.status.empty();
  // The audit trail outlives the state, so an empty trail alone decides what is unknown.
  if (records.items.empty() && one && !narrowed) find_operation(context, world, filter.operation_id);
  if (!options.output.is_table()) {
    print_rows(context, options.output, records.items);
  } else if (records.items.empty()) {
    context.terminal.err("No audit events of that kind.\n");
  } else {
    print_table(context, records.items, one);
  }
  if (records.items.size() == filter.count_max)
    context.terminal.err(
        fmt::format("There may be more than these {}; --limit shows more.\n", filter.count_max));
  return ExitCode::kDone;
}

}  // namespace

Command audit_command() {
  return make_command<AuditOptions>(
      {.path = "audit",
       .summary = "Show an operation's audit trail, or everybody's",
       .description =
           "What every step did and when, from the audit table, which keeps events for ever unless "
           "audit_retention_days is set. Without an operation: all operations' events, day by day.",
       .examples = {{"{} audit restore-20261121-065209-3f2a", "the whole trail"},
                    {"{} audit --since 7d --status failed", "what failed this week"},
                    {"{} audit restore-20261121-065209-3f2a --json | jq 'select(.status == \"failed\")'",
                     "what failed, with all details"}},
       .lists = true},
      bind_audit, run_audit);
}

}  // namespace aurora::cli
