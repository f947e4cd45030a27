#include <fmt/format.h>

#include "base/dates.h"
#include "cli/dry_run.h"
#include "cli/output.h"
#include "cli/plan/plan.h"
#include "cli/story.h"
#include "restore/prices.h"

namespace aurora::cli {
namespace {

std::string heading(const Style& style, std::string_view text) {
  return "\n" + style.bold(text) + "\n";
}

Duration rounded(double seconds) {
  return std::chrono::milliseconds(static_cast<std::int64_t>(seconds * 1000));
}

std::string range_text(double least, double most) {
  const std::string from = human_duration(rounded(least));
  const std::string to = human_duration(rounded(most));
  return from == to ? from : from + " to " + to;
}

std::string indented(const std::string& table) {
  std::string text = "  ";
  for (const char c : table) text += c == '\n' ? std::string("\n  ") : std::string(1, c);
  text.resize(text.size() - 2);
  return text;
}

std::string action_cell(const PlannedAction& action, const Style& style) {
  if (action.action == "delete") return style.red(action.action);
  if (action.action == "create" || action.action == "copy") return style.green(action.action);
  return action.action == "tell" || action.action == "keep" ? action.action : style.yellow(action.action);
}

std::string actions_text(const Plan& plan, const Style& style) {
  Table table({{"DOES"}, {"WHAT"}, {"NAME"}, {"DETAIL"}});
  for (const PlannedAction& action : plan.actions)
    table.add({action_cell(action, style), action.what, action.name, action.detail});
  return heading(style, "What it would do") + indented(table.text(style));
}

std::string basis_text(std::size_t based_on) {
  if (based_on == 0) return "assumed";
  return fmt::format("{} past operation{}", based_on, based_on == 1 ? "" : "s");
}

std::string duration_text(const Plan& plan, const Style& style) {
  Table table({{"STEP"}, {"TAKES", Table::Align::kRight}, {"FROM"}});
  for (const restore::StepEstimate& step : plan.steps)
    table.add({step_title(step.step), range_text(step.least_seconds, step.most_seconds),
               basis_text(step.based_on)});
  return heading(style, "How long: " + range_text(plan.least_seconds(), plan.most_seconds())) +
         indented(table.text(style));
}

std::string items_text(const std::vector<CostItem>& items, std::string_view label, const Style& style) {
  Table table({{"USD", Table::Align::kRight}, {std::string(label)}});
  for (const CostItem& item : items) table.add({fmt::format("{:.2f}", item.usd), item.what});
  table.add({style.bold(fmt::format("{:.2f}", total(items))), style.bold("together")});
  return indented(table.text(style));
}

std::string cost_text(const Plan& plan, const Style& style) {
  std::string text =
      heading(style, plan.local ? "What it would cost on AWS (here it costs nothing)" : "What it would cost");
  text += items_text(plan.cost.once, "ONCE", style) + items_text(plan.cost.each_month, "EACH MONTH", style);
  std::string notes = fmt::format("Estimates, by on-demand list prices of us-east-1 of {}. Not counted: ",
                                  restore::kPricesAsOf);
  for (std::size_t i = 0; i < plan.cost.not_counted.size(); ++i)
    notes += (i == 0 ? "" : "; ") + plan.cost.not_counted[i];
  const auto width = static_cast<std::size_t>(style.traits().width);
  return text + "  " + style.dim(style.traits().tty && width > 20 ? wrap_words(notes, width - 2, 2) : notes) +
         "\n";
}

std::string head_text(Context& context, const Plan& plan, const Style& style) {
  const Json& answer = plan.answer;
  return label_lines(
      {{"Snapshot", fmt::format("{} in {}", string_or(answer, "snapshot_name", ""),
                                string_or(answer, "source_region", ""))},
       {"Made", shown_time(context, string_or(answer, "created_at", ""))},
       {"Holds", fmt::format("{} GiB of {} {}{}", int_or(answer, "allocated_storage_gib", 0),
                             string_or(answer, "engine", ""), string_or(answer, "engine_version", ""),
                             bool_or(answer, "encrypted", false) ? ", encrypted" : "")},
       {"Target", fmt::format("{} in {}", string_or(answer, "target_cluster_id", ""),
                              string_or(answer, "target_region", ""))}},
      style, 2);
}

}  // namespace

std::string plan_text(Context& context, const Plan& plan) {
  const Style style(context.terminal.out_traits());
  const bool fit = member_or_null(plan.answer, "findings").empty();
  std::string text = fmt::format("{} {}\n", fit ? style.ok() : style.bad(),
                                 style.bold(string_or(plan.answer, "message", "")));
  if (bool_or(plan.answer, "snapshot_exists", false)) text += head_text(context, plan, style);
  text += findings_text(context, plan.answer, style);
  const auto width = static_cast<std::size_t>(style.traits().width);
  for (const std::string& warning : plan.warnings)
    text += fmt::format("  {} {}\n", style.warn(),
                        style.traits().tty && width > 20 ? wrap_words(warning, width - 4, 4) : warning);
  if (!plan.actions.empty())
    text += actions_text(plan, style) + duration_text(plan, style) + cost_text(plan, style);
  return text + "\n" + style.dim("Nothing was created, changed or locked.") + "\n";
}

}  // namespace aurora::cli
