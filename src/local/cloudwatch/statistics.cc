#include "local/cloudwatch/statistics.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace aurora::local::cloudwatch {
namespace {

// The least value that at least that part of all values does not exceed.
double at_rank(const std::map<double, double>& values, double rank) {
  double seen = 0;
  for (const auto& [value, times] : values) {
    seen += times;
    if (seen >= rank) return value;
  }
  return values.rbegin()->first;
}

}  // namespace

void Summary::add(double value, double times) {
  Summary one{.count = times, .sum = value * times, .minimum = value, .maximum = value};
  one.values = std::map<double, double>{{value, times}};
  add(one);
}

void Summary::add(const Summary& other) {
  if (other.count <= 0) return;
  minimum = count > 0 ? std::min(minimum, other.minimum) : other.minimum;
  maximum = count > 0 ? std::max(maximum, other.maximum) : other.maximum;
  count += other.count;
  sum += other.sum;
  if (!values || !other.values) {
    values.reset();
    return;
  }
  for (const auto& [value, times] : *other.values) (*values)[value] += times;
  if (values->size() > kValuesMax) values.reset();
}

std::optional<Statistic> Statistic::parse(std::string_view text) {
  for (const char* plain : {"Average", "Sum", "Minimum", "Maximum", "SampleCount"})
    if (text == plain) return Statistic(plain);
  if (!text.starts_with('p')) return std::nullopt;
  double percent = 0;
  const auto [end, error] = std::from_chars(text.data() + 1, text.data() + text.size(), percent);
  if (error != std::errc() || end != text.data() + text.size() || percent < 0 || percent > 100)
    return std::nullopt;
  return Statistic(std::string(text), percent / 100);
}

std::optional<double> Statistic::of(const Summary& summary) const {
  if (summary.count <= 0) return std::nullopt;
  if (name_ == "Average") return summary.sum / summary.count;
  if (name_ == "Sum") return summary.sum;
  if (name_ == "Minimum") return summary.minimum;
  if (name_ == "Maximum") return summary.maximum;
  if (name_ == "SampleCount") return summary.count;
  // Equal values need not be kept to be known.
  if (summary.minimum == summary.maximum) return summary.minimum;
  if (!summary.values || summary.values->empty()) return std::nullopt;
  return at_rank(*summary.values, fraction_ * summary.count);
}

std::optional<double> Statistic::percentile() const {
  return name_.starts_with('p') ? std::optional(fraction_) : std::nullopt;
}

}  // namespace aurora::local::cloudwatch
