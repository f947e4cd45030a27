// The queries of GetMetricData, which alarms with metric math have too: each is a metric with a statistic,
// or an expression over others.
#pragma once
#include <map>
#include <set>
#include <string>
#include <vector>

#include "local/cloudwatch/expression.h"
#include "local/cloudwatch/metric_store.h"

namespace aurora::local::cloudwatch {

// Periods of a metric that are allowed: 1, 5, 10, 20, 30 and multiples of 60.
bool is_period(std::int64_t seconds);

class MetricQueries {
 public:
  // The store outlives the queries. Throws ServiceError "ValidationError" that names what is wrong.
  MetricQueries(const MetricStore& store, std::string region, const Json& queries);

  // From the first period on that begins at `from`, and before `to`.
  void set_window(TimePoint from, TimePoint to);

  struct Result {
    std::string id;
    Series series;
  };
  // Of every query that returns data, in their order; an array has one for each of its series.
  std::vector<Result> results() const;
  // The longest period of all metrics, a minute at least.
  std::chrono::seconds period() const;
  std::size_t returned() const;

 private:
  struct Query {
    std::string id = {};
    std::string label = {};
    bool returns = true;
    std::optional<Expression> expression = {};
    std::chrono::seconds period{60};
    // Of a metric.
    MetricId metric = {};
    std::optional<Statistic> statistic = {};
    std::string unit = {};
  };
  static Query parsed(const Json& query);
  MathValue value(const std::string& id, std::set<std::string> asking) const;
  MathValue value(const Query& query, const std::set<std::string>& asking) const;
  MathScope scope(const std::set<std::string>& asking) const;
  Series read(const MetricId& metric, const Statistic& statistic, std::chrono::seconds period,
              const std::string& unit) const;
  std::vector<Series> search(const std::string& text, const std::string& statistic,
                             std::chrono::seconds period) const;
  std::vector<TimePoint> periods(std::chrono::seconds period) const;

  const MetricStore& store_;
  const std::string region_;
  std::vector<Query> queries_;
  TimePoint from_;
  TimePoint to_;
};

}  // namespace aurora::local::cloudwatch
