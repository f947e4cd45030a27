#include "restore/orphans.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/dates.h"
#include "base/text.h"
#include "cli/commands/commands.h"
#include "cli/operations.h"
#include "cli/output.h"
#include "cli/records.h"
#include "cli/task_report.h"
#include "restore/prices.h"

namespace aurora::cli {
namespace {

using restore::Orphan;

constexpr std::chrono::seconds kLookEvery{15};
constexpr std::chrono::milliseconds kLookEveryLocally{500};
constexpr int kLooksMax = 240;

struct OrphansOptions {
  std::vector<std::string> regions;
  int older_than = 0;
  bool remove = false;
  bool yes = false;
  OutputOptions output;
};

void bind_orphans(Binder& binder, OrphansOptions& options) {
  binder.list("--in-region", "REGION,...", options.regions,
              "Where to look; the pipeline's Region and the source Regions of its operations when absent",
              true);
  binder.number("--older-than", "HOURS", options.older_than, 0, 87600,
                "Only what was made so many hours ago");
  binder.flag("--delete", options.remove, "Remove what is listed, after asking");
  binder.flag("-y,--yes", options.yes, "Do not ask");
  bind_output(binder, options.output, "One resource a line");
}

std::vector<std::string> regions_to_search(const OrphansOptions& options, const World& world,
                                           const std::vector<Json>& operations) {
  if (!options.regions.empty()) return options.regions;
  std::vector<std::string> regions{world.region()};
  for (const Json& operation : operations) {
    const std::string source = text_at(operation, {"parameters", "source_region"});
    if (!source.empty() && std::find(regions.begin(), regions.end(), source) == regions.end())
      regions.push_back(source);
  }
  return regions;
}

bool is_old_enough(const Orphan& orphan, const OrphansOptions& options, TimePoint now) {
  if (options.older_than == 0) return true;
  return orphan.created && now - *orphan.created >= std::chrono::hours(options.older_than);
}

Json to_json(const Orphan& orphan) {
  return {{"kind", restore::name_of(orphan.kind)},
          {"identifier", orphan.identifier},
          {"region", orphan.region},
          {"status", orphan.status},
          {"operation_id", orphan.operation_id},
          {"reason", orphan.reason},
          {"created_at", orphan.created ? Json(format_iso_millis(*orphan.created)) : Json(nullptr)},
          {"monthly_cost_usd", orphan.monthly_cost ? Json(*orphan.monthly_cost) : Json(nullptr)},
          {"kept_because", orphan.kept_because}};
}

std::string cost_text(const std::optional<double>& cost) {
  return cost ? fmt::format("{:.2f}", *cost) : "-";
}

void print(Context& context, const std::vector<Orphan>& orphans) {
  const Style style(context.terminal.out_traits());
  Table table({{"KIND"},
               {"NAME"},
               {"REGION"},
               {"AGE"},
               {"USD A MONTH", Table::Align::kRight},
               {"OPERATION"},
               {"WHY"}});
  double total = 0;
  for (const Orphan& orphan : orphans) {
    total += orphan.monthly_cost.value_or(0);
    const std::string why =
        orphan.kept_because.empty()
            ? orphan.reason
            : fmt::format("{}; {}", orphan.reason, style.yellow("stays: " + orphan.kept_because));
    table.add({std::string(restore::name_of(orphan.kind)), orphan.identifier, orphan.region,
               orphan.created ? age_text(*orphan.created, context.clock.now()) : "",
               cost_text(orphan.monthly_cost), orphan.operation_id, why});
  }
  context.terminal.out(table.text(style));
  context.terminal.err(
      fmt::format("{} left behind, about {:.2f} USD a month (list prices of us-east-1, {}; local clusters "
                  "cost nothing).\n",
                  orphans.size(), total, restore::kPricesAsOf));
}

void confirm(Context& context, const OrphansOptions& options, std::size_t count) {
  if (options.yes) return;
  const auto answer =
      context.terminal.ask(fmt::format("This removes {} of them for good. Type yes to go on: ", count));
  if (!answer || to_lower(trim(*answer)) != "yes")
    throw Error("NotConfirmed", "nothing was removed", "Answer yes, or give --yes.");
}

// One that cannot be removed does not keep the others.
std::size_t remove_all(Context& context, World& world, const std::vector<Orphan>& orphans) {
  TaskReport report(context);
  std::size_t failed = 0;
  for (const Orphan& orphan : orphans) {
    if (!orphan.kept_because.empty()) continue;
    try {
      report.task(fmt::format("Remove {} {}", restore::name_of(orphan.kind), orphan.identifier), [&] {
        for (int look = 0; look < kLooksMax; ++look) {
          if (restore::remove_orphan(*world.api, orphan)) return std::string();
          report.wait(world.local ? Duration(kLookEveryLocally) : Duration(kLookEvery), -1,
                      "RDS is deleting it");
        }
        return std::string("RDS goes on deleting it");
      });
    } catch (const Cancelled&) {
      throw;
    } catch (const Error& error) {
      context.terminal.err(fmt::format("  {}\n", error.what()));
      ++failed;
    }
  }
  return failed;
}

ExitCode run_orphans(Context& context, const OrphansOptions& options) {
  World world = open_world(context);
  const std::vector<Json> operations = all_operations(world);
  std::vector<Orphan> orphans =
      restore::find_orphans(*world.api, regions_to_search(options, world, operations), operations);
  std::erase_if(orphans,
                [&](const Orphan& orphan) { return !is_old_enough(orphan, options, context.clock.now()); });
  if (orphans.empty()) {
    if (!options.output.is_table()) print_rows(context, options.output, {});
    context.terminal.err("Nothing was left behind.\n");
    return ExitCode::kDone;
  }
  if (options.output.is_table()) {
    print(context, orphans);
  } else {
    std::vector<Json> rows;
    for (const Orphan& orphan : orphans) rows.push_back(to_json(orphan));
    print_rows(context, options.output, rows);
  }
  if (!options.remove) return ExitCode::kDone;
  const auto removable = static_cast<std::size_t>(std::count_if(
      orphans.begin(), orphans.end(), [](const Orphan& orphan) { return orphan.kept_because.empty(); }));
  if (removable == 0) return ExitCode::kDone;
  confirm(context, options, removable);
  if (const std::size_t failed = remove_all(context, world, orphans); failed > 0)
    throw Error("NotRemoved", fmt::format("{} of {} could not be removed", failed, removable),
                "The others are gone, and these stay. What each said stands above; `aurora-restore orphans "
                "--delete` tries again.");
  return ExitCode::kDone;
}

}  // namespace

Command orphans_command() {
  return make_command<OrphansOptions>(
      {.path = "orphans",
       .summary = "List, and on request remove, what restores left behind",
       .description =
           "Looks for clusters, copied snapshots and subnet groups that carry the pipeline's tag, and for "
           "clusters "
           "that were put aside, while their operation is over. Shows their age and what they cost a month. "
           "Targets of completed restores, final snapshots and what runs are not among them.",
       .examples = {{"{} orphans", "what is there"},
                    {"{} orphans --older-than 24 --delete",
                     "remove what a day did not clean up, after asking"}},
       .lists = true},
      bind_orphans, run_orphans);
}

}  // namespace aurora::cli
