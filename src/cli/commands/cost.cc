#include <fmt/format.h>

#include "cli/commands/commands.h"
#include "cli/cost/cost_facts.h"
#include "cli/moments.h"
#include "cli/output.h"
#include "cli/records.h"
#include "restore/prices.h"

namespace aurora::cli {
namespace {

struct CostOptions {
  std::string operation_id;
  std::string since;
  int limit = 20;
  OutputOptions output;
};

void bind_cost(Binder& binder, CostOptions& options) {
  binder.argument("OPERATION", options.operation_id, "The operation's id; without it, all of --since", false);
  binder.option("--since", "TIME", options.since, "All operations begun since: 2d, a date, or a time in UTC");
  binder.number("-n,--limit", "N", options.limit, 1, 100, "How many operations at most");
  bind_output(binder, options.output, "One operation's cost a line");
}

struct Costed {
  Operation operation;
  CostSheet sheet;
};

Json cost_json(const World& world, const Costed& costed) {
  Json json{{"operation_id", costed.operation.id},
            {"status", costed.operation.status()},
            {"currency", "USD"},
            {"prices_as_of", restore::kPricesAsOf},
            {"prices_of", "on-demand list prices of us-east-1"},
            {"free_tier_deducted", false},
            {"charged", !world.local}};
  json.update(sheet_json(costed.sheet));
  return json;
}

// Small sums keep what is different in them: 0.00153, and large ones are amounts of money: 12.40.
std::string usd(double amount) {
  if (amount == 0) return "0";
  return amount < 0.1 ? fmt::format("{:.5f}", amount) : fmt::format("{:.2f}", amount);
}

std::string quantity(double amount) {
  return amount == static_cast<double>(static_cast<std::int64_t>(amount)) ? fmt::format("{:.0f}", amount)
                                                                          : fmt::format("{:.3f}", amount);
}

void add_rows(Table& table, const std::vector<CostLine>& lines, const char* sum, double total) {
  for (const CostLine& line : lines)
    table.add({line.what, quantity(line.quantity), line.unit, usd(line.usd),
               line.basis == Basis::kMeasured ? "measured" : "estimated"});
  if (!lines.empty()) table.add({sum, "", "", usd(total), ""});
}

std::string prices_note(const World& world) {
  return fmt::format("On-demand list prices of us-east-1 as of {}, in USD; free tiers are not deducted.{}\n",
                     restore::kPricesAsOf,
                     world.local ? " Nothing was charged: on AWS the same work would cost this." : "");
}

void print_sheet(Context& context, const World& world, const Costed& costed) {
  const Style style(context.terminal.out_traits());
  Table table(
      {{"WHAT"}, {"QUANTITY", Table::Align::kRight}, {"UNIT"}, {"USD", Table::Align::kRight}, {"BASIS"}});
  add_rows(table, costed.sheet.pipeline, "The pipeline", costed.sheet.pipeline_usd());
  add_rows(table, costed.sheet.resources, "What it worked on", costed.sheet.resources_usd());
  if (!table.empty()) context.terminal.out(table.text(style));
  for (const std::string& unknown : costed.sheet.unknown)
    context.terminal.out(fmt::format("Not known: {}.\n", unknown));
  context.terminal.out(prices_note(world));
}

Costed cost_of(Context& context, World& world, const std::string& operation_id) {
  Costed costed{find_operation(context, world, operation_id), {}};
  costed.sheet = cost_sheet(cost_facts(context, world, costed.operation));
  return costed;
}

double transitions_of(const CostSheet& sheet) {
  for (const CostLine& line : sheet.pipeline)
    if (line.unit == "transitions") return line.quantity;
  return 0;
}

void print_summary(Context& context, const World& world, const std::vector<Costed>& all) {
  const Style style(context.terminal.out_traits());
  Table table({{"OPERATION"},
               {"STATUS"},
               {"TRANSITIONS", Table::Align::kRight},
               {"PIPELINE", Table::Align::kRight},
               {"WORKED ON", Table::Align::kRight},
               {"NOT KNOWN", Table::Align::kRight}});
  double transitions = 0;
  double pipeline = 0;
  double resources = 0;
  for (const Costed& one : all) {
    const double count = transitions_of(one.sheet);
    transitions += count;
    pipeline += one.sheet.pipeline_usd();
    resources += one.sheet.resources_usd();
    table.add({one.operation.id, one.operation.status(), quantity(count), usd(one.sheet.pipeline_usd()),
               usd(one.sheet.resources_usd()), std::to_string(one.sheet.unknown.size())});
  }
  const auto count = static_cast<double>(all.size());
  table.add({"mean", "", fmt::format("{:.1f}", transitions / count), usd(pipeline / count),
             usd(resources / count), ""});
  context.terminal.out(table.text(style));
  context.terminal.out(prices_note(world));
}

ExitCode run_cost(Context& context, const CostOptions& options) {
  if (options.operation_id.empty() == options.since.empty())
    throw Error("UsageError", "give either an OPERATION or --since",
                "`aurora-restore list` shows the operations there are.");
  World world = open_world(context);
  std::vector<Costed> all;
  if (!options.operation_id.empty()) {
    all.push_back(cost_of(context, world, options.operation_id));
  } else {
    OperationFilter filter{.status = {}, .target = {}, .since = {}, .until = {}};
    filter.since = parse_moment(options.since, "--since", context.clock.now());
    filter.count_max = static_cast<std::size_t>(options.limit);
    const Records records = read_operations(world, filter);
    for (const std::string& note : records.notes) context.terminal.err(note + "\n");
    for (const Json& item : records.items)
      all.push_back(cost_of(context, world, string_or(item, "operation_id", "")));
  }
  if (!options.output.is_table()) {
    std::vector<Json> rows;
    for (const Costed& one : all) rows.push_back(cost_json(world, one));
    if (options.operation_id.empty())
      print_rows(context, options.output, rows);
    else
      print_one(context, options.output, rows.front());
  } else if (all.empty()) {
    context.terminal.err("No operations in that time.\n");
  } else if (!options.operation_id.empty()) {
    print_sheet(context, world, all.front());
  } else {
    print_summary(context, world, all);
  }
  return ExitCode::kDone;
}

}  // namespace

Command cost_command() {
  return make_command<CostOptions>(
      {.path = "cost",
       .summary = "Show what an operation cost: the pipeline itself, the copy, and the instances",
       .description = "Counts from what the operation left: state transitions and calls in the execution's "
                      "history, billed "
                      "times in Lambda's report lines, requests in the functions' metric lines. Each line "
                      "says whether its "
                      "quantity was measured or estimated; what is not known is named. Prices are list "
                      "prices with their date, "
                      "free tiers are not deducted. With --since, one line an operation and the mean.",
       .examples = {{"{} cost restore-20261121-065209-3f2a", "one operation, line by line"},
                    {"{} cost --since 7d", "all of a week, and their mean"},
                    {"{} cost restore-20261121-065209-3f2a --output json | jq .pipeline_usd",
                     "for a script"}},
       .lists = true},
      bind_cost, run_cost);
}

}  // namespace aurora::cli
