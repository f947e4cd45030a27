#include "local/cloudwatch/expression.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "aws/error.h"

namespace aurora::local::cloudwatch {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TimePoint minute(int number) {
  return TimePoint(std::chrono::minutes(number));
}

Series series(const std::map<int, double>& values) {
  Series made;
  for (const auto& [when, value] : values) made.points[minute(when)] = value;
  return made;
}

class Math : public ::testing::Test {
 protected:
  Math() {
    scope.query = [this](const std::string& id) { return MathValue(queries.at(id)); };
    scope.metrics = [this](const std::string& text) {
      std::vector<Series> found;
      for (const auto& [id, one] : queries)
        if (id.find(text) != std::string::npos) found.push_back(one);
      return found;
    };
    scope.search = [this](const std::string& text, const std::string& statistic,
                          std::chrono::seconds period) {
      searched = text + "|" + statistic + "|" + std::to_string(period.count());
      return std::vector{series({{0, 1}}), series({{0, 2}})};
    };
    scope.periods = [](std::chrono::seconds) { return std::vector{minute(0), minute(1), minute(2)}; };
  }

  MathValue value(const std::string& text) { return Expression("e1", text).evaluate(scope); }
  std::map<int, double> points(const std::string& text) {
    std::map<int, double> found;
    const auto computed = value(text);
    for (const auto& [when, number] : std::get<Series>(computed).points)
      found[static_cast<int>(std::chrono::floor<std::chrono::minutes>(when.time_since_epoch()).count())] =
          number;
    return found;
  }
  double number(const std::string& text) { return std::get<double>(value(text)); }
  std::string refusal(const std::string& text) {
    try {
      value(text);
      return "accepted";
    } catch (const aws::ServiceError& error) {
      return error.message();
    }
  }

  std::map<std::string, Series> queries{{"failed", series({{0, 1}, {1, 0}, {2, 3}})},
                                        {"succeeded", series({{0, 3}, {2, 0}})}};
  MathScope scope;
  std::string searched;
};

TEST_F(Math, CalculatesAsWritten) {
  EXPECT_EQ(number("1 + 2 * 3"), 7);
  EXPECT_EQ(number("(1 + 2) * 3 - -4"), 13);
  EXPECT_EQ(number("2 ^ 3 / 4"), 2);
  EXPECT_EQ(number("10 - 4 - 3"), 3);
}

TEST_F(Math, CombinesSeriesWhereBothHaveValues) {
  EXPECT_EQ(points("failed + succeeded"), (std::map<int, double>{{0, 4}, {2, 3}}));
  EXPECT_EQ(points("100 * failed"), (std::map<int, double>{{0, 100}, {1, 0}, {2, 300}}));
}

TEST_F(Math, ASuccessRateHasNoValueWhereNothingRan) {
  const std::string rate = "100 * FILL(succeeded, 0) / (FILL(succeeded, 0) + failed)";
  EXPECT_EQ(points(rate), (std::map<int, double>{{0, 75}, {2, 0}}));
}

TEST_F(Math, AggregatesASeriesToANumberAndAnArrayToASeries) {
  EXPECT_EQ(number("SUM(failed)"), 4);
  EXPECT_EQ(number("MAX(failed) - MIN(failed)"), 3);
  EXPECT_EQ(points("SUM([failed, succeeded])"), (std::map<int, double>{{0, 4}, {1, 0}, {2, 3}}));
  EXPECT_EQ(points("AVG(METRICS())"), (std::map<int, double>{{0, 2}, {1, 0}, {2, 1.5}}));
  EXPECT_EQ(points("SUM(METRICS('fail'))"), points("failed"));
}

TEST_F(Math, FillsGaps) {
  EXPECT_EQ(points("FILL(succeeded, -1)"), (std::map<int, double>{{0, 3}, {1, -1}, {2, 0}}));
  EXPECT_EQ(points("FILL(succeeded, REPEAT)"), (std::map<int, double>{{0, 3}, {1, 3}, {2, 0}}));
}

TEST_F(Math, SearchesForMetrics) {
  EXPECT_EQ(points("SUM(SEARCH('{AuroraRestore,ErrorName} MetricName=\"Errors\"', 'Sum', 300))"),
            (std::map<int, double>{{0, 3}}));
  EXPECT_EQ(searched, "{AuroraRestore,ErrorName} MetricName=\"Errors\"|Sum|300");
}

TEST_F(Math, RefusesWhatItDoesNotKnowByName) {
  EXPECT_EQ(refusal("ANOMALY_DETECTION_BAND(failed, 2)"),
            "Error in expression 'e1': Unsupported function: ANOMALY_DETECTION_BAND");
  EXPECT_THAT(refusal("failed +"), HasSubstr("ends early"));
  EXPECT_THAT(refusal("SUM(failed"), HasSubstr("expected ')'"));
  EXPECT_THAT(refusal("failed $ 2"), HasSubstr("unexpected"));
  EXPECT_THAT(refusal("FILL(failed)"), HasSubstr("FILL takes 2 arguments"));
  EXPECT_THAT(refusal("METRICS() + METRICS()"), HasSubstr("Two arrays"));
  EXPECT_THAT(refusal(std::string(100'000, '(')), HasSubstr("nested too deeply"));
}

}  // namespace
}  // namespace aurora::local::cloudwatch
