#include "cli/batch_view.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/dates.h"
#include "cli/progress.h"
#include "cli/story.h"
#include "cli/table.h"

namespace aurora::cli {
namespace {

using State = BatchItem::State;

constexpr std::size_t kBarWidth = 20;
constexpr std::size_t kStepWidth = 24;
// Of a fleet that is larger than a window, those that run are shown.
constexpr std::size_t kRowsMax = 30;

std::string mark_of(const BatchItem& item, const Style& style, std::size_t turn) {
  switch (item.state) {
    case State::kRunning:
      return style.spinner(turn);
    case State::kCompleted:
      return style.ok();
    case State::kFailed:
      return style.bad();
    case State::kSkipped:
      return style.warn();
    default:
      return " ";
  }
}

std::string took(const BatchItem& item, TimePoint now) {
  if (!item.started) return "";
  return human_duration(item.finished.value_or(now) - *item.started);
}

std::string error_text(const BatchItem& item) {
  return item.message.empty() ? item.error : item.error + ": " + item.message;
}

}  // namespace

void BatchView::say(const BatchItem& item, const std::string& text) {
  live_.keep(fmt::format("{}: {}", item.plan.name, text));
}

void BatchView::started(const BatchItem& item) {
  if (!context_.terminal.err_traits().tty) say(item, "started as " + item.operation_id);
}

void BatchView::step_changed(const BatchItem& item) {
  if (!context_.terminal.err_traits().tty) say(item, step_title(item.step));
}

void BatchView::will_retry(const BatchItem& item) {
  say(item, fmt::format("{}; trying again ({} of {})", error_text(item), item.attempts, item.plan.retries));
}

void BatchView::finished(const BatchItem& item) {
  if (item.state == State::kFailed)
    say(item, "failed: " + error_text(item));
  else if (!context_.terminal.err_traits().tty)
    say(item, item.state == State::kCompleted ? "completed in " + took(item, context_.clock.now())
                                              : "skipped, because another one failed");
}

void BatchView::waits_for_slot(const BatchItem& item) {
  say(item, fmt::format("waits for one of the copy slots of {}", item.target_region));
}

void BatchView::notice(const std::string& text) {
  live_.keep(fmt::format("{} {}", Style(context_.terminal.err_traits()).warn(), text));
}

std::string BatchView::row(const BatchItem& item, std::size_t name_width) const {
  const StreamTraits traits = context_.terminal.err_traits();
  const Style style(traits);
  std::string line =
      fmt::format("  {} {}  {}", mark_of(item, style, turn_), pad_right(item.plan.name, name_width),
                  pad_left(took(item, context_.clock.now()), 8));
  if (item.state != State::kRunning) return line + "  " + style.dim(name_of(item.state));
  line += "  " + pad_right(item.step.empty() ? "starting" : step_title(item.step), kStepWidth);
  if (item.percent >= 0)
    return line + "  " + progress_bar(item.percent, kBarWidth, style) +
           fmt::format(" {:3.0f} %", item.percent);
  const std::size_t used = display_width(line) + 2;
  const std::size_t width = static_cast<std::size_t>(std::max(traits.width, 60));
  return line + "  " + style.dim(cut_to_width(item.message, width > used ? width - used : 0, traits.unicode));
}

void BatchView::tick(const std::vector<BatchItem>& items) {
  ++turn_;
  if (!context_.terminal.err_traits().tty) return;
  std::size_t name_width = 0;
  for (const BatchItem& item : items) name_width = std::max(name_width, display_width(item.plan.name));
  std::vector<std::string> rows;
  for (const BatchItem& item : items)
    if (items.size() <= kRowsMax || item.state == State::kRunning) rows.push_back(row(item, name_width));
  if (rows.size() > kRowsMax) rows.resize(kRowsMax);
  const auto over = std::ranges::count_if(items, &BatchItem::is_over);
  rows.push_back(fmt::format("  {} of {} over", over, items.size()));
  live_.move(std::move(rows));
}

std::string batch_table(Context& context, const std::vector<BatchItem>& items) {
  const Style style(context.terminal.out_traits());
  Table table({{"ITEM"},
               {"STATUS"},
               {"TOOK", Table::Align::kRight},
               {"ATTEMPTS", Table::Align::kRight},
               {"TARGET"},
               {"OPERATION"},
               {"ERROR"}});
  for (const BatchItem& item : items) {
    const std::string name(name_of(item.state));
    table.add({item.plan.name,
               item.state == State::kCompleted ? style.green(name)
               : item.state == State::kFailed  ? style.red(name)
                                               : style.yellow(name),
               took(item, context.clock.now()), std::to_string(item.attempts),
               string_or(item.plan.request, "target_cluster_id", ""), item.operation_id,
               item.error.empty() ? "" : error_text(item)});
  }
  return table.text(style);
}

Json batch_json(const std::string& batch, const BatchResult& result) {
  Json items = Json::array();
  for (const BatchItem& item : result.items) {
    Json one{{"name", item.plan.name},
             {"status", name_of(item.state)},
             {"attempts", item.attempts},
             {"target_cluster_id", string_or(item.plan.request, "target_cluster_id", "")}};
    if (!item.operation_id.empty()) one["operation_id"] = item.operation_id;
    if (item.started) one["started_at"] = format_iso_millis(*item.started);
    if (item.finished) one["finished_at"] = format_iso_millis(*item.finished);
    if (!item.error.empty()) one["error"] = {{"name", item.error}, {"message", item.message}};
    items.push_back(std::move(one));
  }
  return {{"batch", batch}, {"detached", result.detached}, {"items", items}};
}

}  // namespace aurora::cli
