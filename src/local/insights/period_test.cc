#include "local/insights/period.h"

#include <gtest/gtest.h>

namespace aurora::local::insights {
namespace {

constexpr Moment kMoment{1795242051007};  // 2026-11-21 06:20:51.007, a Saturday

std::string begin(const char* period) {
  return Value::of(floor_to(kMoment, *parse_period(period))).text();
}
std::string end(const char* period) {
  return Value::of(ceil_to(kMoment, *parse_period(period))).text();
}

TEST(InsightsPeriod, BeginsWhereTheClockSays) {
  EXPECT_EQ(begin("250ms"), "2026-11-21 06:20:51.000");
  EXPECT_EQ(begin("30s"), "2026-11-21 06:20:30.000");
  EXPECT_EQ(begin("5m"), "2026-11-21 06:20:00.000");
  EXPECT_EQ(begin("1h"), "2026-11-21 06:00:00.000");
  EXPECT_EQ(begin("1 day"), "2026-11-21 00:00:00.000");
}

TEST(InsightsPeriod, FollowsTheCalendar) {
  EXPECT_EQ(begin("1w"), "2026-11-16 00:00:00.000");
  EXPECT_EQ(begin("1mo"), "2026-11-01 00:00:00.000");
  EXPECT_EQ(begin("1q"), "2026-10-01 00:00:00.000");
  EXPECT_EQ(begin("2 years"), "2026-01-01 00:00:00.000");
  EXPECT_EQ(end("1month"), "2026-12-01 00:00:00.000");
  EXPECT_EQ(end("5m"), "2026-11-21 06:25:00.000");
  EXPECT_EQ(Value::of(ceil_to({0}, *parse_period("1d"))).text(), "1970-01-01 00:00:00.000");
}

TEST(InsightsPeriod, IsNothingElse) {
  for (const char* wrong : {"", "m", "0m", "-5m", "5x", "5", "99999999h"})
    EXPECT_FALSE(parse_period(wrong)) << wrong;
  EXPECT_EQ(floor_to({INT64_MAX}, *parse_period("1y")).milliseconds, INT64_MAX);
}

}  // namespace
}  // namespace aurora::local::insights
