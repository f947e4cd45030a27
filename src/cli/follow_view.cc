#include "cli/follow_view.h"

#include <fmt/format.h>

#include "base/dates.h"
#include "base/text.h"

namespace aurora::cli {
namespace {

constexpr std::size_t kTitleWidth = 24;
constexpr std::size_t kBarWidth = 28;
constexpr std::size_t kBarWidthLeast = 8;
// " 100 %"
constexpr std::size_t kPercentWidth = 6;
constexpr std::size_t kDurationWidth = 9;

double seconds_between(TimePoint from, TimePoint to) {
  return std::chrono::duration<double>(to - from).count();
}

std::string mark_of(const Step& step, const Style& style) {
  switch (step.status) {
    case StepStatus::kSucceeded:
      return style.ok();
    case StepStatus::kFailed:
      return style.bad();
    case StepStatus::kAborted:
      return style.warn();
    default:
      return " ";
  }
}

// Only a percentage of the step at work counts; the item still shows the one before for a moment.
bool has_percentage(const Step& step, const Progress& progress) {
  return progress.percent >= 0 && (progress.step.empty() || progress.step == step.name);
}

}  // namespace

PersonView::PersonView(Context& context) : context_(context), live_(context.terminal) {}

void PersonView::step_started(const Step& step) {
  measured_step_ = step.name;
  remaining_ = {};
  quarters_told_ = 0;
  last_message_.clear();
}

void PersonView::step_finished(const Step& step) {
  const StreamTraits traits = context_.terminal.err_traits();
  const Style style(traits);
  std::string note = step.status == StepStatus::kFailed || step.status == StepStatus::kAborted
                         ? step.error + (step.cause.empty() ? "" : ": " + step.cause)
                         : step.message;
  if (note.empty()) note = last_message_;
  if (step.retries > 0)
    note += fmt::format(" ({} {})", step.retries, step.retries == 1 ? "retry" : "retries");
  const std::size_t used = 2 + 2 + kTitleWidth + 1 + kDurationWidth + 2;
  // The summary tells a failure in full.
  if (traits.tty)
    note = cut_to_width(note, static_cast<std::size_t>(std::max(traits.width, 60)) - used, traits.unicode);
  std::string line =
      fmt::format("  {} {} {}  {}", mark_of(step, style), pad_right(step_title(step.name), kTitleWidth),
                  pad_left(human_duration(step.finished - step.started), kDurationWidth),
                  step.status == StepStatus::kFailed ? style.red(note) : style.dim(note));
  line.erase(line.find_last_not_of(' ') + 1);
  live_.move({});
  live_.keep(line);
}

void PersonView::tick(const Step* step, const Progress& progress) {
  ++turn_;
  if (step == nullptr || step->is_over()) return;
  if (has_percentage(*step, progress)) remaining_.add(progress.percent, context_.clock.monotonic());
  if (progress.step == step->name) last_message_ = progress.message;
  if (context_.terminal.err_traits().tty) {
    live_.move({moving_line(*step, progress)});
  } else {
    quarter_line(*step, progress);
  }
}

std::string PersonView::moving_line(const Step& step, const Progress& progress) {
  const StreamTraits traits = context_.terminal.err_traits();
  const Style style(traits);
  std::string line =
      fmt::format("  {} {} {}  ", style.spinner(turn_), pad_right(step_title(step.name), kTitleWidth),
                  pad_left(human_duration(context_.clock.now() - step.started), kDurationWidth));
  const std::size_t used = display_width(line);
  const std::size_t room = static_cast<std::size_t>(std::max(traits.width, 60)) - used;
  if (has_percentage(step, progress)) {
    std::string left = remaining_of(progress);
    if (!left.empty()) left = "  " + left;
    const std::size_t beside = kPercentWidth + left.size();
    const std::size_t bar =
        room > beside + kBarWidthLeast ? std::min(kBarWidth, room - beside) : kBarWidthLeast;
    return line + progress_bar(progress.percent, bar, style) + fmt::format(" {:3.0f} %", progress.percent) +
           style.dim(left);
  }
  const bool is_news = progress.step == step.name && !progress.message.empty();
  return line + style.dim(cut_to_width(is_news ? progress.message : step.message, room, traits.unicode));
}

void PersonView::quarter_line(const Step& step, const Progress& progress) {
  if (!has_percentage(step, progress)) return;
  const int quarters = static_cast<int>(progress.percent / 25);
  if (quarters <= quarters_told_ || progress.percent >= 100) return;
  quarters_told_ = quarters;
  const std::string left = remaining_of(progress);
  live_.keep(fmt::format("    {} {:.0f} %{}", pad_right(step_title(step.name), kTitleWidth), progress.percent,
                         left.empty() ? "" : ", " + left));
}

std::string PersonView::remaining_of(const Progress& progress) const {
  const auto left = progress.remaining ? progress.remaining : remaining_.left();
  return left ? remaining_text(*left) : "";
}

void PersonView::notice(const std::string& text) {
  const Style style(context_.terminal.err_traits());
  live_.keep(fmt::format("  {} {}", style.warn(), text));
}

void MachineView::line(const std::string& event, Json fields) {
  Json object{{"time", format_iso_millis(context_.clock.now())}, {"event", event}};
  if (!operation_id_.empty()) object["operation_id"] = operation_id_;
  object.update(fields);
  context_.terminal.out(dump_json(object) + "\n");
}

void MachineView::step_started(const Step& step) {
  line("step_started", {{"step", step.name}, {"started_at", format_iso_millis(step.started)}});
}

void MachineView::step_finished(const Step& step) {
  Json fields{{"step", step.name},
              {"status", name_of(step.status)},
              {"seconds", seconds_between(step.started, step.finished)},
              {"looks", step.looks},
              {"retries", step.retries}};
  if (!step.message.empty()) fields["message"] = step.message;
  if (!step.error.empty()) {
    fields["error"] = step.error;
    fields["cause"] = step.cause;
  }
  line("step_finished", fields);
}

void MachineView::tick(const Step* step, const Progress& progress) {
  if (step == nullptr || !has_percentage(*step, progress)) return;
  Json fields{{"step", step->name}, {"percent", progress.percent}};
  if (!progress.message.empty()) fields["message"] = progress.message;
  if (progress.remaining)
    fields["remaining_seconds"] = std::chrono::duration<double>(*progress.remaining).count();
  // The same news is told once.
  const std::string news = dump_json(fields);
  if (news == last_progress_) return;
  last_progress_ = news;
  line("progress", fields);
}

void MachineView::notice(const std::string& text) {
  line("notice", {{"message", text}});
}

}  // namespace aurora::cli
