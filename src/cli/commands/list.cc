#include <fmt/format.h>

#include "base/dates.h"
#include "base/text.h"
#include "cli/commands/commands.h"
#include "cli/moments.h"
#include "cli/operations.h"
#include "cli/output.h"
#include "cli/records.h"

namespace aurora::cli {
namespace {

struct ListOptions {
  std::string status;
  std::string target;
  std::string since;
  std::string until;
  int limit = 20;
  OutputOptions output;
};

void bind_list(Binder& binder, ListOptions& options) {
  binder.option("--status", "STATUS", options.status, "Only operations of that status",
                {"in-progress", "completed", "failed", "cancelled"});
  binder.option("--target", "CLUSTER", options.target, "Only operations on that target cluster");
  binder.option("--since", "TIME", options.since, "Only those begun since: 2d, a date, or a time in UTC");
  binder.option("--until", "TIME", options.until, "Only those begun until then");
  binder.number("-n,--limit", "N", options.limit, 1, 1000, "How many at most");
  bind_output(binder, options.output, "One state item a line");
}

std::string status_cell(const std::string& status, const Style& style) {
  if (status == restore::kCompleted) return style.green(status);
  if (status == restore::kFailed) return style.red(status);
  if (status == restore::kInProgress) return style.cyan(status);
  return style.yellow(status);
}

std::string took(const Json& item, TimePoint now) {
  const auto started = time_at(item, "start_time");
  const auto updated = time_at(item, "last_updated_time");
  if (!started || !updated) return "";
  const bool runs = string_or(item, "status", "") == restore::kInProgress;
  return human_duration((runs ? now : *updated) - *started);
}

ExitCode run_list(Context& context, const ListOptions& options) {
  World world = open_world(context);
  const std::string status = replace_all(to_upper(options.status), "-", "_");
  const TimePoint now = context.clock.now();
  OperationFilter filter{.status = status,
                         .target = options.target,
                         .since = {},
                         .until = {},
                         .count_max = static_cast<std::size_t>(options.limit)};
  if (!options.since.empty()) filter.since = parse_moment(options.since, "--since", now);
  if (!options.until.empty()) filter.until = parse_moment(options.until, "--until", now, true);
  const Records records = read_operations(world, filter);
  const std::vector<Json>& items = records.items;
  for (const std::string& note : records.notes) context.terminal.err(note + "\n");
  if (!options.output.is_table()) {
    print_rows(context, options.output, items);
    return ExitCode::kDone;
  }
  if (items.empty()) {
    context.terminal.err(fmt::format("No operations{} in environment {}.\n",
                                     status.empty() ? "" : " with status " + status,
                                     world.names.environment));
    return ExitCode::kDone;
  }
  const Style style(context.terminal.out_traits());
  Table table({{"OPERATION"},
               {"STATUS"},
               {"STEP"},
               {"STARTED"},
               {"TOOK", Table::Align::kRight},
               {"TARGET"},
               {"SNAPSHOT"}});
  for (const Json& item : items) {
    const auto started = time_at(item, "start_time");
    table.add({string_or(item, "operation_id", ""), status_cell(string_or(item, "status", ""), style),
               string_or(item, "step", ""), started ? shown_time(context, *started) : "",
               took(item, context.clock.now()), text_at(item, {"parameters", "target_cluster_id"}),
               text_at(item, {"snapshot_details", "snapshot_name"})});
  }
  context.terminal.out(table.text(style));
  return ExitCode::kDone;
}

}  // namespace

Command list_command() {
  return make_command<ListOptions>(
      {.path = "list",
       .summary = "List recent operations, the newest first",
       .description = "",
       .examples = {{"{} list --limit 5", "the last five"},
                    {"{} list --since 7d --target staging-db", "a week of one cluster"},
                    {"{} list --status failed", "those that failed"}},
       .lists = true},
      bind_list, run_list);
}

}  // namespace aurora::cli
