#include <fmt/format.h>

#include <algorithm>

#include "base/dates.h"
#include "base/files.h"
#include "cli/batch_view.h"
#include "cli/commands/commands.h"
#include "cli/dry_run.h"
#include "cli/executions.h"
#include "cli/operations.h"
#include "cli/output.h"
#include "restore/settings.h"

namespace aurora::cli {
namespace {

struct RunOptions {
  std::string file;
  std::string name;
  bool dry_run = false;
  OutputOptions output;
};

struct StatusOptions {
  std::string name;
  OutputOptions output;
};

void bind_run(Binder& binder, RunOptions& options) {
  binder.argument("FILE", options.file, "The fleet, as YAML or JSON; - for standard input", true);
  binder.option("--name", "NAME", options.name,
                "What to call this batch; the fleet's name and the time when not given", {});
  binder.flag("--dry-run", options.dry_run,
              "Only look whether anything stands in the way of each; nothing is created or changed");
  bind_output(binder, options.output, "The whole batch at its end");
}

void bind_status(Binder& binder, StatusOptions& options) {
  binder.argument("BATCH", options.name, "The batch's name, as `batch run` said it", true);
  bind_output(binder, options.output, "One restore a line");
}

Fleet read_fleet(Context& context, const std::string& file) {
  return file == "-" ? parse_fleet(context.terminal.read_input(), "standard input")
                     : parse_fleet(read_file(file), file);
}

std::string batch_name(Context& context, const RunOptions& options, const Fleet& fleet) {
  constexpr std::size_t kNameMax = 40;
  const std::string name = !options.name.empty()
                               ? options.name
                               : fleet.name + format_strftime(context.clock.now(), "-%Y%m%d-%H%M%S");
  if (!restore::is_operation_id(name) || name.size() > kNameMax)
    throw Error("InvalidInput", fmt::format("a batch cannot be called \"{}\"", name),
                fmt::format("Allowed are 1 to {} letters, digits, dots, underscores and hyphens.", kNameMax));
  return name;
}

// All of them are looked at; the code is the first one's that something stands in the way of.
ExitCode look_at_all(Context& context, World& world, const Fleet& fleet, bool json) {
  ExitCode code = ExitCode::kDone;
  for (const FleetItem& item : fleet.items) {
    if (!json) context.terminal.out(fmt::format("{}\n", item.name));
    const ExitCode found = run_dry(context, world, item.request, json);
    if (code == ExitCode::kDone) code = found;
  }
  return code;
}

void say_how_to_come_back(Context& context, const std::string& batch, const BatchResult& result) {
  const auto count = [&](BatchItem::State state) {
    return std::ranges::count(result.items, state, &BatchItem::state);
  };
  const Style style(context.terminal.err_traits());
  context.terminal.err(
      fmt::format("\n{} Detached. {} running and go on by themselves; {} not been started and will not be.\n "
                  " See how they "
                  "do: {}\n",
                  style.warn(), count(BatchItem::State::kRunning), count(BatchItem::State::kWaiting),
                  command_line(context, "batch status " + batch)));
  for (const BatchItem& item : result.items)
    if (item.state == BatchItem::State::kRunning)
      context.terminal.err(
          fmt::format("  End one:         {}\n", command_line(context, "cancel " + item.operation_id)));
}

ExitCode run_run(Context& context, const RunOptions& options) {
  const Fleet fleet = read_fleet(context, options.file);
  const std::string batch = batch_name(context, options, fleet);
  World world = open_world_starting_endpoint(context);
  if (options.dry_run) return look_at_all(context, world, fleet, !options.output.is_table());
  context.terminal.err(
      fmt::format("Batch {}: {} restores, {} at once.\n", batch, fleet.items.size(), fleet.concurrency));
  BatchView view(context);
  const BatchResult result = run_batch(context, world, fleet, batch, view);
  view.end();
  if (options.output.is_table())
    context.terminal.out(batch_table(context, result.items));
  else
    print_one(context, options.output, batch_json(batch, result));
  if (result.detached) {
    say_how_to_come_back(context, batch, result);
    return ExitCode::kDetached;
  }
  return result.all_completed() ? ExitCode::kDone : ExitCode::kFailed;
}

ExitCode run_status(Context& context, const StatusOptions& options) {
  World world = open_world(context);
  std::vector<Json> rows;
  for (const Json& execution : recent_executions(world)) {
    const std::string operation = string_or(execution, "name", "");
    if (!operation.starts_with(options.name + "-")) continue;
    const Outcome outcome = outcome_of(world, execution);
    Json row{{"item", operation.substr(options.name.size() + 1)},
             {"status", outcome.text},
             {"operation_id", operation},
             {"started_at", member_or_null(execution, "startDate")}};
    if (execution.contains("stopDate")) row["finished_at"] = execution["stopDate"];
    if (!outcome.message.empty()) row["message"] = outcome.message;
    rows.push_back(std::move(row));
  }
  if (rows.empty())
    throw Error("BatchNotFound",
                fmt::format("no restore of a batch {} was started in environment {}", options.name,
                            world.names.environment),
                fmt::format("`{}` shows recent operations; a batch's are called after it.",
                            command_line(context, "list")));
  std::ranges::reverse(rows);
  if (!options.output.is_table()) {
    print_rows(context, options.output, rows);
    return ExitCode::kDone;
  }
  Table table({{"ITEM"}, {"STATUS"}, {"STARTED"}, {"TOOK", Table::Align::kRight}, {"OPERATION"}});
  for (const Json& row : rows) {
    const TimePoint end = time_at(row, "finished_at").value_or(context.clock.now());
    table.add({string_or(row, "item", ""), string_or(row, "status", ""),
               shown_time(context, string_or(row, "started_at", "")),
               human_duration(end - time_at(row, "started_at").value_or(end)),
               string_or(row, "operation_id", "")});
  }
  context.terminal.out(table.text(Style(context.terminal.out_traits())));
  return ExitCode::kDone;
}

}  // namespace

Command batch_run_command() {
  return make_command<RunOptions>(
      {.path = "batch run",
       .summary = "Restore a whole fleet of clusters, as one YAML file describes it",
       .description = "Checks every item before the first is started, and names each finding with its line "
                      "and column. Then runs "
                      "as many at once as `concurrency` says, those of higher `priority` first, never more "
                      "copies into a Region "
                      "than `copy_slots`, everybody's counted. Exits with 0 only if all succeeded.\n\nCtrl-C "
                      "detaches: what was "
                      "started goes on, the rest is not started. docs/SCHEDULES.md describes the file.",
       .examples =
           {{"{} batch run fleet.yaml --dry-run", "what stands in the way, without doing anything"},
            {"{} batch run fleet.yaml", "restore all, and follow"},
            {"{} batch run fleet.yaml --json | jq -r '.items[] | select(.status != \"completed\").name'",
             "the names of those that did not succeed"}}},
      bind_run, run_run);
}

Command batch_status_command() {
  return make_command<StatusOptions>(
      {.path = "batch status",
       .summary = "How the restores of a batch do",
       .description =
           "From the executions that are called after it; also from another machine, and long afterwards.",
       .examples = {{"{} batch status nightly-20261128-020000", ""}},
       .lists = true},
      bind_status, run_status);
}

}  // namespace aurora::cli
