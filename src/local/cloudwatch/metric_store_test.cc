#include "local/cloudwatch/metric_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/dates.h"

namespace aurora::local::cloudwatch {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

constexpr char kRegion[] = "us-west-2";
const TimePoint kNoon = *parse_iso("2026-11-21T12:00:00Z");

MetricId errors_of(const std::string& function) {
  return {.space = "AWS/Lambda", .name = "Errors", .dimensions = {{"FunctionName", function}}};
}

class MetricStoreTest : public ::testing::Test {
 protected:
  MetricStoreTest() : database(":memory:", SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE), store(database) {
    for (const std::string& migration : MetricStore::migrations()) database.exec(migration);
  }
  void put(Duration after_noon, double value, int resolution = 60, const std::string& unit = "Count") {
    Datum one = datum(errors_of("f"), unit, kNoon + after_noon, value);
    one.resolution_seconds = resolution;
    store.record(kRegion, one);
  }
  std::vector<std::pair<std::int64_t, double>> sums(TimePoint from, TimePoint to,
                                                    std::chrono::seconds period) {
    std::vector<std::pair<std::int64_t, double>> found;
    for (const Point& point : store.read(kRegion, errors_of("f"), {from, to, period}))
      found.emplace_back(std::chrono::duration_cast<std::chrono::seconds>(point.start - kNoon).count(),
                         point.summary.sum);
    return found;
  }
  std::int64_t rows() { return database.execAndGet("SELECT count(*) FROM sample").getInt64(); }

  SQLite::Database database;
  MetricStore store;
};

TEST_F(MetricStoreTest, GathersValuesByPeriod) {
  put(10s, 1);
  put(70s, 2);
  put(299s, 3);
  put(300s, 4);
  EXPECT_THAT(sums(kNoon, kNoon + 10min, 300s), ElementsAre(std::pair(0, 6.0), std::pair(300, 4.0)));
  EXPECT_THAT(sums(kNoon, kNoon + 2min, 60s), ElementsAre(std::pair(0, 1.0), std::pair(60, 2.0)));
  EXPECT_EQ(rows(), 4);
}

TEST_F(MetricStoreTest, PeriodsBeginWhereTheWindowDoes) {
  put(0s, 1);
  put(3min, 2);
  put(7min, 4);
  EXPECT_THAT(sums(kNoon - 120s, kNoon + 10min, 300s),
              ElementsAre(std::pair(-120, 1.0), std::pair(180, 6.0)));
}

TEST_F(MetricStoreTest, KeepsSecondsWhereTheyAreAskedFor) {
  put(1s, 1, 1);
  put(11s, 2, 1);
  EXPECT_THAT(sums(kNoon, kNoon + 60s, 10s), ElementsAre(std::pair(0, 1.0), std::pair(10, 2.0)));
}

TEST_F(MetricStoreTest, TellsUnitsAndRegionsApart) {
  put(0s, 1);
  put(0s, 2, 60, "Bytes");
  EXPECT_THAT(store.read(kRegion, errors_of("f"), {kNoon, kNoon + 60s, 60s}), SizeIs(2));
  EXPECT_THAT(store.read(kRegion, errors_of("f"), {kNoon, kNoon + 60s, 60s, "Bytes"}), SizeIs(1));
  EXPECT_THAT(store.read("eu-west-1", errors_of("f"), {kNoon, kNoon + 60s, 60s}), IsEmpty());
}

TEST_F(MetricStoreTest, ListsByNamespaceNameAndDimensions) {
  store.record(kRegion, datum(errors_of("f"), "Count", kNoon, 1));
  store.record(kRegion, datum(errors_of("g"), "Count", kNoon, 1));
  store.record(kRegion, datum({"AWS/States", "Errors", {}}, "Count", kNoon, 1));
  EXPECT_THAT(store.list(kRegion, {}), SizeIs(3));
  EXPECT_THAT(store.list(kRegion, {.space = "AWS/Lambda"}), ElementsAre(errors_of("f"), errors_of("g")));
  EXPECT_THAT(store.list(kRegion, {.dimensions = {{"FunctionName", std::nullopt}}}), SizeIs(2));
  EXPECT_THAT(store.list(kRegion, {.dimensions = {{"FunctionName", "g"}}}), ElementsAre(errors_of("g")));
  EXPECT_THAT(store.list(kRegion, {.seen_since = kNoon + 1s}), IsEmpty());
}

TEST_F(MetricStoreTest, KeepsTheOldInCoarserRowsAndDropsTheVeryOld) {
  for (int second = 0; second < 120; ++second) put(std::chrono::seconds(second), 1, 1);
  EXPECT_EQ(rows(), 120);
  store.roll_up(kNoon + 4h);
  EXPECT_EQ(rows(), 2);
  EXPECT_THAT(sums(kNoon, kNoon + 10min, 60s), ElementsAre(std::pair(0, 60.0), std::pair(60, 60.0)));
  store.roll_up(kNoon + 24h * 16);
  EXPECT_THAT(sums(kNoon, kNoon + 10min, 300s), ElementsAre(std::pair(0, 120.0)));
  EXPECT_EQ(rows(), 1);
  store.roll_up(kNoon + 24h * 64);
  EXPECT_THAT(sums(kNoon, kNoon + 1h, 3600s), ElementsAre(std::pair(0, 120.0)));
  store.roll_up(kNoon + 24h * 456);
  EXPECT_EQ(rows(), 0);
  EXPECT_THAT(store.list(kRegion, {}), IsEmpty());
}

TEST_F(MetricStoreTest, RollingUpTwiceCountsNothingTwice) {
  put(0s, 5);
  put(60s, 5);
  store.roll_up(kNoon + 24h * 16);
  put(120s, 5);  // late
  store.roll_up(kNoon + 24h * 16);
  EXPECT_THAT(sums(kNoon, kNoon + 10min, 300s), ElementsAre(std::pair(0, 15.0)));
}

}  // namespace
}  // namespace aurora::local::cloudwatch
