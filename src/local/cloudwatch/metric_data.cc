#include "local/cloudwatch/metric_data.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "aws/error.h"
#include "base/text.h"
#include "local/cloudwatch/search.h"

namespace aurora::local::cloudwatch {
namespace {

constexpr std::size_t kQueriesMax = 500;
constexpr std::size_t kSearchResultsMax = 100;
constexpr std::int64_t kPeriodsMax = 100'800;

aws::ServiceError validation(const std::string& message) {
  return {"ValidationError", message};
}

bool is_query_id(const std::string& id) {
  return !id.empty() && std::islower(static_cast<unsigned char>(id[0])) &&
         std::ranges::all_of(
             id, [](char each) { return std::isalnum(static_cast<unsigned char>(each)) || each == '_'; });
}

std::chrono::seconds checked_period(std::int64_t seconds) {
  if (!is_period(seconds)) throw validation("Period must be 1, 5, 10, 20, 30 or a multiple of 60");
  return std::chrono::seconds(seconds);
}

Statistic checked_statistic(const std::string& name) {
  if (const auto statistic = Statistic::parse(name)) return *statistic;
  throw validation(
      fmt::format("Stat {} is not carried by this endpoint; Average, Sum, Minimum, Maximum, "
                  "SampleCount and percentiles (p99) are.",
                  name));
}

std::string label_of(const MetricId& metric) {
  std::vector<std::string> values;
  for (const auto& [name, value] : metric.dimensions) values.push_back(value);
  return fmt::format("{}", fmt::join(values, " "));
}

}  // namespace

bool is_period(std::int64_t seconds) {
  for (const std::int64_t short_one : {1, 5, 10, 20, 30})
    if (seconds == short_one) return true;
  return seconds >= 60 && seconds % 60 == 0;
}

MetricQueries::Query MetricQueries::parsed(const Json& given) {
  Query query{.id = string_or(given, "Id", ""), .label = string_or(given, "Label", "")};
  query.returns = bool_or(given, "ReturnData", true);
  if (!is_query_id(query.id))
    throw validation(
        fmt::format("Invalid metrics list: the id \"{}\" must begin with a lower-case letter and "
                    "have letters, digits and underscores only",
                    query.id));
  const std::string expression = string_or(given, "Expression", "");
  const Json& stat = member_or_null(given, "MetricStat");
  if (stat.is_object() == !expression.empty())
    throw validation(fmt::format("Invalid metrics list: {} needs either Expression or MetricStat", query.id));
  if (!expression.empty()) {
    query.expression.emplace(query.id, expression);
    if (given.contains("Period")) query.period = checked_period(int_or(given, "Period", 60));
    return query;
  }
  query.period = checked_period(int_or(stat, "Period", 0));
  query.metric = metric_of(member_or_null(stat, "Metric"));
  query.statistic = checked_statistic(string_or(stat, "Stat", ""));
  query.unit = string_or(stat, "Unit", "");
  if (query.label.empty()) query.label = query.metric.name;
  return query;
}

MetricQueries::MetricQueries(const MetricStore& store, std::string region, const Json& queries)
    : store_(store), region_(std::move(region)) {
  if (queries.empty() || queries.size() > kQueriesMax)
    throw validation(
        fmt::format("The collection MetricDataQueries must have a size of 1 to {}.", kQueriesMax));
  for (const Json& each : queries) {
    Query query = parsed(each);
    if (std::ranges::any_of(queries_, [&](const Query& other) { return other.id == query.id; }))
      throw validation(fmt::format("Invalid metrics list: the id \"{}\" comes twice", query.id));
    queries_.push_back(std::move(query));
  }
}

void MetricQueries::set_window(TimePoint from, TimePoint to) {
  from_ = from;
  to_ = to;
}

std::chrono::seconds MetricQueries::period() const {
  std::chrono::seconds longest{60};
  for (const Query& query : queries_) longest = std::max(longest, query.period);
  return longest;
}

std::size_t MetricQueries::returned() const {
  return static_cast<std::size_t>(std::ranges::count_if(queries_, &Query::returns));
}

std::vector<TimePoint> MetricQueries::periods(std::chrono::seconds period) const {
  if ((to_ - from_) / period > kPeriodsMax)
    throw validation(fmt::format("The window has more than {} periods.", kPeriodsMax));
  std::vector<TimePoint> starts;
  for (TimePoint start = from_; start < to_; start += period) starts.push_back(start);
  return starts;
}

Series MetricQueries::read(const MetricId& metric, const Statistic& statistic, std::chrono::seconds period,
                           const std::string& unit) const {
  std::map<TimePoint, Summary> summaries;
  for (const Point& point : store_.read(region_, metric, {from_, to_, period, unit}))
    summaries[point.start].add(point.summary);
  Series series{.label = metric.name, .period = period};
  for (const auto& [start, summary] : summaries)
    if (const auto value = statistic.of(summary)) series.points[start] = *value;
  return series;
}

std::vector<Series> MetricQueries::search(const std::string& text, const std::string& statistic,
                                          std::chrono::seconds period) const {
  const MetricSearch wanted(text);
  const Statistic checked = checked_statistic(statistic);
  if (period.count() == 0) period = this->period();
  checked_period(period.count());
  std::vector<Series> found;
  for (const MetricId& metric : store_.list(region_, {.space = wanted.space()})) {
    if (!wanted.matches(metric) || found.size() == kSearchResultsMax) continue;
    Series series = read(metric, checked, period, "");
    if (series.points.empty()) continue;
    series.label = label_of(metric);
    found.push_back(std::move(series));
  }
  return found;
}

MathScope MetricQueries::scope(const std::set<std::string>& asking) const {
  return {.query = [this, asking](const std::string& id) { return value(id, asking); },
          .metrics =
              [this](const std::string& text) {
                std::vector<Series> all;
                for (const Query& query : queries_)
                  if (!query.expression && query.id.find(text) != std::string::npos)
                    all.push_back(std::get<Series>(value(query, {})));
                return all;
              },
          .search = [this](const std::string& text, const std::string& statistic,
                           std::chrono::seconds period) { return search(text, statistic, period); },
          .periods = [this](std::chrono::seconds period) { return periods(period); }};
}

MathValue MetricQueries::value(const std::string& id, std::set<std::string> asking) const {
  const auto query = std::ranges::find_if(queries_, [&](const Query& each) { return each.id == id; });
  if (query == queries_.end()) throw Error("ExpressionError", fmt::format("There is no query \"{}\"", id));
  if (!asking.insert(id).second) throw Error("ExpressionError", fmt::format("\"{}\" depends on itself", id));
  return value(*query, asking);
}

MathValue MetricQueries::value(const Query& query, const std::set<std::string>& asking) const {
  if (query.expression) return query.expression->evaluate(scope(asking));
  Series series = read(query.metric, *query.statistic, query.period, query.unit);
  series.label = query.label;
  return series;
}

std::vector<MetricQueries::Result> MetricQueries::results() const {
  std::vector<Result> results;
  for (const Query& query : queries_) {
    if (!query.returns) continue;
    MathValue value = this->value(query, {query.id});
    const std::string label = query.label.empty() ? query.id : query.label;
    if (const double* number = std::get_if<double>(&value)) {
      Series series{.label = label, .period = period()};
      if (std::isfinite(*number))
        for (const TimePoint start : periods(series.period)) series.points[start] = *number;
      value = std::move(series);
    }
    if (auto* series = std::get_if<Series>(&value)) {
      series->label = label;
      results.push_back({query.id, std::move(*series)});
      continue;
    }
    for (Series& series : std::get<std::vector<Series>>(value)) {
      if (!query.label.empty()) series.label = query.label + " " + series.label;
      results.push_back({query.id, std::move(series)});
    }
  }
  return results;
}

}  // namespace aurora::local::cloudwatch
