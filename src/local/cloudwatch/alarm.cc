#include "local/cloudwatch/alarm.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/dates.h"

namespace aurora::local::cloudwatch {
namespace {

struct Comparison {
  std::string_view name;
  std::string_view words;
  bool (*holds)(double value, double threshold);
};
constexpr Comparison kComparisons[] = {
    {"GreaterThanOrEqualToThreshold", "greater than or equal to", [](double v, double t) { return v >= t; }},
    {"GreaterThanThreshold", "greater than", [](double v, double t) { return v > t; }},
    {"LessThanThreshold", "less than", [](double v, double t) { return v < t; }},
    {"LessThanOrEqualToThreshold", "less than or equal to", [](double v, double t) { return v <= t; }},
};

const Comparison& comparison_of(const AlarmRule& rule) {
  const auto found = std::ranges::find(kComparisons, rule.comparison, &Comparison::name);
  return found == std::end(kComparisons) ? kComparisons[0] : *found;
}

// CloudWatch writes 1 as "1.0".
std::string decimal(double value) {
  const std::string text = fmt::format("{}", value);
  return text.find_first_of(".en") == std::string::npos ? text + ".0" : text;
}

std::string plural(std::int64_t count, std::string_view noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

// The real datapoints of the range, the most recent first, no more than are evaluated.
std::vector<Datapoint> recent(const AlarmRule& rule, const std::vector<Datapoint>& points) {
  std::vector<Datapoint> found;
  for (auto point = points.rbegin(); point != points.rend(); ++point)
    if (point->value && found.size() < static_cast<std::size_t>(rule.evaluation_periods))
      found.push_back(*point);
  return found;
}

// Whether everything there is breaches, and began to early enough that waiting for more is of no use.
bool is_overdue(const AlarmRule& rule, const std::vector<Datapoint>& points) {
  const auto first =
      std::ranges::find_if(points, [](const Datapoint& each) { return each.value.has_value(); });
  if (first == points.end()) return false;
  const bool all_breach = std::all_of(
      first, points.end(), [&](const Datapoint& each) { return !each.value || breaches(rule, *each.value); });
  return all_breach && points.end() - first >= rule.datapoints_to_alarm;
}

std::string filled_words(const AlarmRule& rule) {
  return rule.missing == "breaching" ? "Breaching" : "NonBreaching";
}

std::string reason_of(const AlarmRule& rule, const std::vector<Datapoint>& evaluated,
                      const std::string& state, std::int64_t filled, std::string_view current) {
  if (evaluated.empty()) {
    if (filled == 0)
      return fmt::format("Insufficient Data: {} {} unknown.", plural(rule.evaluation_periods, "datapoint"),
                         rule.evaluation_periods == 1 ? "was" : "were");
    return fmt::format("Threshold Crossed: no datapoints were received for {} and {} {} treated as [{}].",
                       plural(rule.evaluation_periods, "period"), plural(filled, "missing datapoint"),
                       filled == 1 ? "was" : "were", filled_words(rule));
  }
  std::vector<std::string> shown;
  std::int64_t count = 0;
  for (const Datapoint& point : evaluated) {
    if (breaches(rule, *point.value) != (state == kAlarm)) continue;
    ++count;
    shown.push_back(
        fmt::format("{} ({})", decimal(*point.value), format_strftime(point.time, "%d/%m/%y %H:%M:%S")));
  }
  const int needed =
      state == kAlarm ? rule.datapoints_to_alarm : rule.evaluation_periods - rule.datapoints_to_alarm + 1;
  std::string text =
      fmt::format("Threshold Crossed: {} out of the last {} datapoints [{}] {} {}{} the threshold ({})",
                  count, rule.evaluation_periods, fmt::join(shown, ", "), count == 1 ? "was" : "were",
                  state == kAlarm ? "" : "not ", comparison_of(rule).words, decimal(rule.threshold));
  if (filled > 0)
    text += fmt::format(" and {} {} treated as [{}]", plural(filled, "missing datapoint"),
                        filled == 1 ? "was" : "were", filled_words(rule));
  return text + fmt::format(" (minimum {} for {} -> {} transition).", plural(needed, "datapoint"),
                            current == state ? (state == kAlarm ? kOk : kAlarm) : current, state);
}

}  // namespace

AlarmRule AlarmRule::of(const Json& alarm) {
  AlarmRule rule;
  rule.evaluation_periods = static_cast<int>(int_or(alarm, "EvaluationPeriods", 1));
  rule.datapoints_to_alarm = static_cast<int>(int_or(alarm, "DatapointsToAlarm", rule.evaluation_periods));
  rule.threshold = alarm.value("Threshold", 0.0);
  rule.comparison = string_or(alarm, "ComparisonOperator", "");
  rule.missing = string_or(alarm, "TreatMissingData", "missing");
  return rule;
}

bool is_comparison(std::string_view name) {
  return std::ranges::find(kComparisons, name, &Comparison::name) != std::end(kComparisons);
}

bool breaches(const AlarmRule& rule, double value) {
  return comparison_of(rule).holds(value, rule.threshold);
}

std::optional<AlarmVerdict> judge(const AlarmRule& rule, const std::vector<Datapoint>& points,
                                  std::string_view current_state) {
  std::vector<Datapoint> evaluated = recent(rule, points);
  const auto breaching =
      std::ranges::count_if(evaluated, [&](const Datapoint& each) { return breaches(rule, *each.value); });
  const auto verdict = [&](const char* state, std::int64_t filled = 0) {
    std::string reason = reason_of(rule, evaluated, state, filled, current_state);
    return AlarmVerdict{state, std::move(reason), std::move(evaluated)};
  };
  const auto missing = static_cast<std::int64_t>(rule.evaluation_periods) - std::ssize(evaluated);
  if (breaching >= rule.datapoints_to_alarm) return verdict(kAlarm);
  if (missing == 0) return verdict(kOk);
  if (rule.missing == "breaching")
    return verdict(breaching + missing >= rule.datapoints_to_alarm ? kAlarm : kOk, missing);
  if (rule.missing == "notBreaching") return verdict(kOk, missing);
  const bool any_is_fine = breaching < std::ssize(evaluated);
  if (any_is_fine) return verdict(kOk);
  if (rule.missing == "ignore") return std::nullopt;
  if (evaluated.empty()) return verdict(kInsufficientData);
  if (is_overdue(rule, points)) return verdict(kAlarm);
  return std::nullopt;
}

}  // namespace aurora::local::cloudwatch
