#include "local/cloudwatch/metric_data.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "aws/error.h"
#include "base/dates.h"

namespace aurora::local::cloudwatch {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

constexpr char kRegion[] = "us-west-2";
const TimePoint kNoon = *parse_iso("2026-11-21T12:00:00Z");

Json metric_query(const std::string& id, const std::string& name, const std::string& stat,
                  bool returns = true) {
  return {{"Id", id},
          {"MetricStat",
           {{"Metric", {{"Namespace", "N"}, {"MetricName", name}}}, {"Period", 60}, {"Stat", stat}}},
          {"ReturnData", returns}};
}

class MetricQueriesTest : public ::testing::Test {
 protected:
  MetricQueriesTest() : database(":memory:", SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE), store(database) {
    for (const std::string& migration : MetricStore::migrations()) database.exec(migration);
    put("succeeded", 0, 3);
    put("failed", 0, 1);
    put("failed", 1, 2);
    put("Errors", 0, 1, {{"Name", "A"}});
    put("Errors", 1, 5, {{"Name", "B"}});
  }
  void put(const std::string& name, int minute, double value, Dimensions dimensions = {}) {
    store.record(kRegion, datum({"N", name, std::move(dimensions)}, "Count",
                                kNoon + std::chrono::minutes(minute), value));
  }
  std::vector<MetricQueries::Result> results(const Json& queries) {
    MetricQueries parsed(store, kRegion, queries);
    parsed.set_window(kNoon, kNoon + 3min);
    return parsed.results();
  }
  static std::vector<double> values(const MetricQueries::Result& result) {
    std::vector<double> found;
    for (const auto& [when, value] : result.series.points) found.push_back(value);
    return found;
  }
  std::string refusal(const Json& queries) {
    try {
      results(queries);
      return "accepted";
    } catch (const aws::ServiceError& error) {
      return error.code() + ": " + error.message();
    }
  }

  SQLite::Database database;
  MetricStore store;
};

TEST_F(MetricQueriesTest, ComputeASuccessRateFromMetricsThatReturnNothing) {
  const auto found =
      results({metric_query("s", "succeeded", "Sum", false),
               metric_query("f", "failed", "Sum", false),
               {{"Id", "rate"}, {"Expression", "100*FILL(s,0)/(FILL(s,0)+FILL(f,0))"}, {"Label", "Rate"}}});
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_EQ(found[0].series.label, "Rate");
  EXPECT_THAT(values(found[0]), ElementsAre(75, 0));
}

TEST_F(MetricQueriesTest, SearchGivesOneResultForEachMetric) {
  const auto found =
      results({{{"Id", "e"}, {"Expression", "SEARCH('{N,Name} MetricName=\"Errors\"', 'Sum', 60)"}}});
  ASSERT_THAT(found, SizeIs(2));
  EXPECT_EQ(found[0].series.label, "A");
  EXPECT_THAT(values(found[1]), ElementsAre(5));
}

TEST_F(MetricQueriesTest, ANumberIsALevelLine) {
  const auto found =
      results({metric_query("f", "failed", "Sum", false), {{"Id", "all"}, {"Expression", "SUM(f)"}}});
  EXPECT_THAT(values(found.at(0)), ElementsAre(3, 3, 3));
}

TEST_F(MetricQueriesTest, RefuseWhatMakesNoSense) {
  EXPECT_THAT(refusal({{{"Id", "a"}, {"Expression", "b + 1"}}, {{"Id", "b"}, {"Expression", "a"}}}),
              HasSubstr("depends on itself"));
  EXPECT_THAT(refusal({{{"Id", "a"}, {"Expression", "c"}}}), HasSubstr("There is no query \"c\""));
  EXPECT_THAT(refusal({{{"Id", "A"}, {"Expression", "1"}}}), HasSubstr("lower-case"));
  EXPECT_THAT(refusal({{{"Id", "a"}}}), HasSubstr("either Expression or MetricStat"));
  EXPECT_THAT(refusal(Json::array({metric_query("a", "m", "tm90")})), HasSubstr("tm90 is not carried"));
  EXPECT_THAT(refusal({metric_query("a", "m", "Sum"), metric_query("a", "m", "Sum")}),
              HasSubstr("comes twice"));
  Json odd = metric_query("a", "m", "Sum");
  odd["MetricStat"]["Period"] = 45;
  EXPECT_THAT(refusal(Json::array({odd})), HasSubstr("multiple of 60"));
}

}  // namespace
}  // namespace aurora::local::cloudwatch
