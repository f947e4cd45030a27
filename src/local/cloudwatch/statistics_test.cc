#include "local/cloudwatch/statistics.h"

#include <gtest/gtest.h>

namespace aurora::local::cloudwatch {
namespace {

Summary of(std::initializer_list<double> values) {
  Summary summary;
  for (const double value : values) summary.add(value);
  return summary;
}

double told(std::string_view statistic, const Summary& summary) {
  return Statistic::parse(statistic)->of(summary).value();
}

TEST(Statistics, OfAFewValues) {
  const Summary summary = of({4, 1, 7});
  EXPECT_EQ(told("Sum", summary), 12);
  EXPECT_EQ(told("Average", summary), 4);
  EXPECT_EQ(told("Minimum", summary), 1);
  EXPECT_EQ(told("Maximum", summary), 7);
  EXPECT_EQ(told("SampleCount", summary), 3);
}

TEST(Statistics, OfSummariesThatAreJoined) {
  Summary summary = of({-2, 4});
  summary.add(of({10}));
  summary.add(Summary{});
  EXPECT_EQ(told("Minimum", summary), -2);
  EXPECT_EQ(told("Maximum", summary), 10);
  EXPECT_EQ(told("Average", summary), 4);
}

TEST(Statistics, PercentilesCountValuesByTheirTimes) {
  Summary summary;
  summary.add(10, 98);
  summary.add(500, 2);
  EXPECT_EQ(told("p50", summary), 10);
  EXPECT_EQ(told("p98", summary), 10);
  EXPECT_EQ(told("p99", summary), 500);
  EXPECT_EQ(told("p100", summary), 500);
}

TEST(Statistics, HaveNoPercentileOfValuesThatAreNotKept) {
  Summary summary = of({1, 2});
  Summary set{.count = 2, .sum = 9, .minimum = 4, .maximum = 5};
  set.values.reset();
  summary.add(set);
  EXPECT_FALSE(Statistic::parse("p90")->of(summary));
  EXPECT_EQ(told("Sum", summary), 12);
  Summary many;
  for (int value = 0; value <= static_cast<int>(Summary::kValuesMax); ++value) many.add(value);
  EXPECT_FALSE(Statistic::parse("p90")->of(many));
  Summary equal{.count = 9, .sum = 27, .minimum = 3, .maximum = 3};
  equal.values.reset();
  EXPECT_EQ(told("p90", equal), 3);
}

TEST(Statistics, OfOtherNamesAreNoneOfOurs) {
  for (const char* text : {"", "average", "p", "p101", "p-1", "p9x", "tm99", "PR(1:2)", "IQM"})
    EXPECT_FALSE(Statistic::parse(text)) << text;
  EXPECT_DOUBLE_EQ(Statistic::parse("p99.9")->percentile().value(), 0.999);
  EXPECT_FALSE(Statistic::parse("Sum")->percentile());
}

}  // namespace
}  // namespace aurora::local::cloudwatch
