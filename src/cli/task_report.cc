#include "cli/task_report.h"

#include <fmt/format.h>

#include "base/dates.h"

namespace aurora::cli {
namespace {

constexpr std::size_t kTitleWidth = 24;
constexpr std::size_t kBarWidth = 28;
constexpr auto kRedraw = std::chrono::milliseconds(100);

}  // namespace

void TaskReport::task(const std::string& title, const std::function<std::string()>& work) {
  title_ = title;
  began_ = context_.clock.now();
  remaining_ = {};
  progress(-1);
  std::string note;
  try {
    note = work();
  } catch (const Error&) {
    const Style style(context_.terminal.err_traits());
    live_.move({});
    live_.keep(fmt::format("  {} {}", style.bad(), title_));
    throw;
  }
  const Style style(context_.terminal.err_traits());
  live_.move({});
  live_.keep(fmt::format("  {} {} {}  {}", style.ok(), pad_right(title_, kTitleWidth),
                         pad_left(human_duration(context_.clock.now() - began_), 9), style.dim(note)));
}

void TaskReport::progress(double percent, const std::string& note) {
  check_interrupted();
  const Style style(context_.terminal.err_traits());
  std::string line = fmt::format("  {} {} {}  ", style.spinner(turn_++), pad_right(title_, kTitleWidth),
                                 pad_left(human_duration(context_.clock.now() - began_), 9));
  if (percent >= 0) {
    remaining_.add(percent, context_.clock.monotonic());
    line += progress_bar(percent, kBarWidth, style) + fmt::format(" {:3.0f} %", percent);
    if (const auto left = remaining_.left()) line += "  " + style.dim(remaining_text(*left));
  } else {
    line += style.dim(note);
  }
  live_.move({line});
}

void TaskReport::wait(Duration interval, double percent, const std::string& note) {
  const TimePoint until = context_.clock.now() + interval;
  while (context_.clock.now() < until) {
    progress(percent, note);
    context_.clock.sleep_until(std::min<TimePoint>(until, context_.clock.now() + kRedraw),
                               context_.interrupted);
  }
}

void TaskReport::check_interrupted() const {
  if (context_.interrupted.stop_requested())
    throw Cancelled("interrupted; what was made stays, and running the command again makes the rest");
}

}  // namespace aurora::cli
