// The metrics of every Region, in SQLite: one row for each metric and unit in each second or minute that
// has values. As in CloudWatch, what gets old is kept in coarser rows: seconds for 3 hours, minutes for
// 15 days, 5 minutes for 63 days, hours for 455 days; so the file is bounded by the number of metrics.
#pragma once
#include <SQLiteCpp/SQLiteCpp.h>

#include <optional>
#include <string>
#include <vector>

#include "local/cloudwatch/metric.h"

namespace aurora::local::cloudwatch {

// Periods of `period` that begin with `from`, and end before `to`.
struct Window {
  TimePoint from;
  TimePoint to;
  std::chrono::seconds period;
  std::string unit = {};  // empty: any
};

struct Point {
  TimePoint start;
  std::string unit;
  Summary summary;
};

// Which metrics are listed.
struct MetricFilter {
  std::string space = {};  // empty: any, as with the name
  std::string name = {};
  // Dimensions that a metric must have; without a value, any. Others may be there.
  std::vector<std::pair<std::string, std::optional<std::string>>> dimensions = {};
  TimePoint seen_since = {};
};

// Not thread-safe: its service's lock guards it. The database outlives it. Throws SQLite::Exception.
class MetricStore {
 public:
  static std::vector<std::string> migrations();
  explicit MetricStore(SQLite::Database& database) : database_(&database) {}

  void record(const std::string& region, const Datum& datum);
  // Oldest first, and by unit.
  std::vector<Point> read(const std::string& region, const MetricId& metric, const Window& window) const;
  // By namespace, name and dimensions.
  std::vector<MetricId> list(const std::string& region, const MetricFilter& filter) const;
  // Moves what has grown old into coarser rows, and drops what is too old for any.
  void roll_up(TimePoint now);

 private:
  std::optional<std::int64_t> find(const std::string& region, const MetricId& metric) const;
  std::int64_t find_or_add(const std::string& region, const MetricId& metric, TimePoint seen);
  void merge(std::int64_t metric, const std::string& unit, std::int64_t time, int period,
             const Summary& summary);
  void coarsen(int from, int to, std::int64_t before);

  SQLite::Database* database_;
};

}  // namespace aurora::local::cloudwatch
