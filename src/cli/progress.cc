#include "cli/progress.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace aurora::cli {
namespace {

// Enough to smooth out the steps in which services report, few enough to follow a change of pace.
constexpr std::size_t kSamplesMax = 32;

}  // namespace

std::string progress_bar(double percent, std::size_t width, const Style& style) {
  const double share = std::clamp(percent, 0.0, 100.0) / 100.0;
  const auto halves = static_cast<std::size_t>(std::floor(share * static_cast<double>(width) * 2));
  const std::size_t full = halves / 2;
  if (!style.traits().unicode) {
    return "[" + std::string(full, '#') + std::string(width - full, '.') + "]";
  }
  std::string done;
  for (std::size_t i = 0; i < full; ++i) done += "━";
  std::size_t rest = width - full;
  if (halves % 2 == 1) {
    done += "╸";
    --rest;
  }
  std::string open;
  // Without colours a thin line tells what is left from what is done.
  for (std::size_t i = 0; i < rest; ++i) open += style.traits().colour ? "━" : "─";
  return style.green(done) + style.dim(open);
}

std::string remaining_text(Duration left) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(left).count();
  if (seconds < 2) return "a moment left";
  if (seconds < 90) return fmt::format("{} s left", seconds);
  const auto minutes = (seconds + 30) / 60;
  if (minutes < 60) return fmt::format("{} min left", minutes);
  return fmt::format("{} h {:02} min left", minutes / 60, minutes % 60);
}

void RemainingTime::add(double percent, Duration at) {
  if (!samples_.empty() && percent < samples_.back().percent) samples_.clear();
  if (!samples_.empty() && percent == samples_.back().percent) return;
  samples_.push_back({percent, at});
  if (samples_.size() > kSamplesMax) samples_.pop_front();
}

std::optional<Duration> RemainingTime::left() const {
  if (samples_.size() < 2) return std::nullopt;
  const Sample& first = samples_.front();
  const Sample& last = samples_.back();
  const double rate = (last.percent - first.percent) / static_cast<double>((last.at - first.at).count());
  if (!std::isfinite(rate) || rate <= 0) return std::nullopt;
  return Duration(static_cast<std::int64_t>((100.0 - last.percent) / rate));
}

}  // namespace aurora::cli
