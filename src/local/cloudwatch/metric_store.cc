#include "local/cloudwatch/metric_store.h"

#include <algorithm>

#include "base/dates.h"

namespace aurora::local::cloudwatch {
namespace {

using namespace std::chrono_literals;

constexpr char kMetrics[] =
    "CREATE TABLE metric(id INTEGER PRIMARY KEY, region TEXT NOT NULL, space TEXT NOT NULL, name TEXT NOT "
    "NULL,"
    "dimensions TEXT NOT NULL, seen INTEGER NOT NULL, UNIQUE(region, space, name, dimensions))";
constexpr char kSamples[] =
    "CREATE TABLE sample(metric INTEGER NOT NULL, time INTEGER NOT NULL, period INTEGER NOT NULL,"
    "unit TEXT NOT NULL, count REAL NOT NULL, sum REAL NOT NULL, minimum REAL NOT NULL, maximum REAL NOT "
    "NULL,"
    "value_counts TEXT, PRIMARY KEY(metric, time, period, unit)) WITHOUT ROWID;"
    "CREATE INDEX sample_by_age ON sample(period, time)";

struct Tier {
  int period;
  std::chrono::seconds kept;
};
constexpr Tier kTiers[] = {{1, 3h}, {60, 24h * 15}, {300, 24h * 63}, {3600, 24h * 455}};

std::int64_t seconds_of(TimePoint when) {
  return std::chrono::floor<std::chrono::seconds>(when).time_since_epoch().count();
}

std::int64_t floored(std::int64_t time, std::int64_t period) {
  return time - ((time % period) + period) % period;
}

std::string dimensions_key(const Dimensions& dimensions) {
  Json list = Json::array();
  for (const auto& [name, value] : dimensions) list.push_back({name, value});
  return dump_json(list);
}

Dimensions parse_dimensions(const std::string& key) {
  Dimensions dimensions;
  for (const Json& pair : parse_json(key, "stored dimensions"))
    dimensions[pair.at(0).get<std::string>()] = pair.at(1).get<std::string>();
  return dimensions;
}

// The columns count, sum, minimum, maximum, value_counts from `first` on.
Summary read_summary(SQLite::Statement& row, int first) {
  Summary summary{.count = row.getColumn(first).getDouble(),
                  .sum = row.getColumn(first + 1).getDouble(),
                  .minimum = row.getColumn(first + 2).getDouble(),
                  .maximum = row.getColumn(first + 3).getDouble()};
  if (row.getColumn(first + 4).isNull()) {
    summary.values.reset();
    return summary;
  }
  for (const Json& pair : parse_json(row.getColumn(first + 4).getString(), "stored values"))
    (*summary.values)[pair.at(0).get<double>()] = pair.at(1).get<double>();
  return summary;
}

bool passes(const MetricFilter& filter, const Dimensions& dimensions) {
  return std::ranges::all_of(filter.dimensions, [&](const auto& wanted) {
    const auto found = dimensions.find(wanted.first);
    return found != dimensions.end() && (!wanted.second || *wanted.second == found->second);
  });
}

}  // namespace

std::vector<std::string> MetricStore::migrations() {
  return {kMetrics, kSamples};
}

std::optional<std::int64_t> MetricStore::find(const std::string& region, const MetricId& metric) const {
  SQLite::Statement query(
      *database_, "SELECT id FROM metric WHERE region = ? AND space = ? AND name = ? AND dimensions = ?");
  query.bind(1, region);
  query.bind(2, metric.space);
  query.bind(3, metric.name);
  query.bind(4, dimensions_key(metric.dimensions));
  if (!query.executeStep()) return std::nullopt;
  return query.getColumn(0).getInt64();
}

std::int64_t MetricStore::find_or_add(const std::string& region, const MetricId& metric, TimePoint seen) {
  SQLite::Statement upsert(*database_,
                           "INSERT INTO metric(region, space, name, dimensions, seen) VALUES(?, ?, ?, ?, ?) "
                           "ON CONFLICT DO UPDATE SET seen = max(seen, excluded.seen) RETURNING id");
  upsert.bind(1, region);
  upsert.bind(2, metric.space);
  upsert.bind(3, metric.name);
  upsert.bind(4, dimensions_key(metric.dimensions));
  upsert.bind(5, seconds_of(seen));
  upsert.executeStep();
  return upsert.getColumn(0).getInt64();
}

void MetricStore::record(const std::string& region, const Datum& datum) {
  const int period = datum.resolution_seconds == 1 ? 1 : 60;
  merge(find_or_add(region, datum.metric, datum.time), datum.unit, floored(seconds_of(datum.time), period),
        period, datum.summary);
}

void MetricStore::merge(std::int64_t metric, const std::string& unit, std::int64_t time, int period,
                        const Summary& added) {
  SQLite::Statement query(*database_,
                          "SELECT count, sum, minimum, maximum, value_counts FROM sample "
                          "WHERE metric = ? AND time = ? AND period = ? AND unit = ?");
  query.bind(1, metric);
  query.bind(2, time);
  query.bind(3, period);
  query.bind(4, unit);
  Summary summary = query.executeStep() ? read_summary(query, 0) : Summary{};
  summary.add(added);
  SQLite::Statement put(*database_, "INSERT OR REPLACE INTO sample VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?)");
  put.bind(1, metric);
  put.bind(2, time);
  put.bind(3, period);
  put.bind(4, unit);
  put.bind(5, summary.count);
  put.bind(6, summary.sum);
  put.bind(7, summary.minimum);
  put.bind(8, summary.maximum);
  if (summary.values) {
    Json pairs = Json::array();
    for (const auto& [value, times] : *summary.values) pairs.push_back({value, times});
    put.bind(9, dump_json(pairs));
  }
  put.exec();
}

std::vector<Point> MetricStore::read(const std::string& region, const MetricId& metric,
                                     const Window& window) const {
  const std::optional<std::int64_t> id = find(region, metric);
  if (!id) return {};
  SQLite::Statement query(
      *database_,
      "SELECT time, unit, count, sum, minimum, maximum, value_counts FROM sample "
      "WHERE metric = ? AND time >= ? AND time < ? AND (?4 = '' OR unit = ?4) ORDER BY time");
  query.bind(1, *id);
  query.bind(2, seconds_of(window.from));
  query.bind(3, seconds_of(window.to));
  query.bind(4, window.unit);
  std::map<std::pair<std::int64_t, std::string>, Summary> points;
  const std::int64_t origin = seconds_of(window.from);
  while (query.executeStep()) {
    const std::int64_t start =
        origin + floored(query.getColumn(0).getInt64() - origin, window.period.count());
    points[{start, query.getColumn(1).getString()}].add(read_summary(query, 2));
  }
  std::vector<Point> result;
  for (auto& [key, summary] : points)
    result.push_back({TimePoint(std::chrono::seconds(key.first)), key.second, std::move(summary)});
  return result;
}

std::vector<MetricId> MetricStore::list(const std::string& region, const MetricFilter& filter) const {
  SQLite::Statement query(
      *database_,
      "SELECT space, name, dimensions FROM metric WHERE region = ?1 AND (?2 = '' OR space = ?2) "
      "AND (?3 = '' OR name = ?3) AND seen >= ?4 ORDER BY space, name, dimensions");
  query.bind(1, region);
  query.bind(2, filter.space);
  query.bind(3, filter.name);
  query.bind(4, seconds_of(filter.seen_since));
  std::vector<MetricId> found;
  while (query.executeStep()) {
    Dimensions dimensions = parse_dimensions(query.getColumn(2).getString());
    if (passes(filter, dimensions))
      found.push_back(
          {query.getColumn(0).getString(), query.getColumn(1).getString(), std::move(dimensions)});
  }
  return found;
}

void MetricStore::coarsen(int from, int to, std::int64_t before) {
  SQLite::Statement query(*database_,
                          "SELECT metric, unit, time, count, sum, minimum, maximum, value_counts FROM sample "
                          "WHERE period = ? AND time < ?");
  query.bind(1, from);
  query.bind(2, before);
  while (query.executeStep())
    merge(query.getColumn(0).getInt64(), query.getColumn(1).getString(),
          floored(query.getColumn(2).getInt64(), to), to, read_summary(query, 3));
}

void MetricStore::roll_up(TimePoint now) {
  for (std::size_t tier = 0; tier < std::size(kTiers); ++tier) {
    const bool is_last = tier + 1 == std::size(kTiers);
    const int next = is_last ? kTiers[tier].period : kTiers[tier + 1].period;
    // Whole rows of the next tier, so that none of them is made in two halves.
    const std::int64_t before = floored(seconds_of(now - kTiers[tier].kept), next);
    if (!is_last) coarsen(kTiers[tier].period, next, before);
    SQLite::Statement drop(*database_, "DELETE FROM sample WHERE period = ? AND time < ?");
    drop.bind(1, kTiers[tier].period);
    drop.bind(2, before);
    drop.exec();
  }
  SQLite::Statement drop(*database_, "DELETE FROM metric WHERE seen < ?");
  drop.bind(1, seconds_of(now - std::end(kTiers)[-1].kept));
  drop.exec();
}

}  // namespace aurora::local::cloudwatch
