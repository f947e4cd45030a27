// The first two tables are AWS's own: "How alarm state is evaluated when data is missing", with a range of
// five datapoints, where X breaches, 0 does not and - is missing.
#include "local/cloudwatch/alarm.h"

#include <gtest/gtest.h>

#include "base/dates.h"

namespace aurora::local::cloudwatch {
namespace {

const TimePoint kStart = *parse_iso("2026-11-28T06:30:00Z");

AlarmRule rule(int datapoints, int periods, const std::string& missing) {
  return {.evaluation_periods = periods,
          .datapoints_to_alarm = datapoints,
          .threshold = 1,
          .comparison = "GreaterThanOrEqualToThreshold",
          .missing = missing};
}

std::vector<Datapoint> points(const std::string& picture) {
  std::vector<Datapoint> made;
  for (const char each : picture) {
    if (each == ' ') continue;
    Datapoint point{kStart + std::chrono::minutes(made.size()), std::nullopt};
    if (each != '-') point.value = each == 'X' ? 2 : 0;
    made.push_back(point);
  }
  return made;
}

std::string state(int datapoints, const std::string& picture, const std::string& missing) {
  const auto verdict = judge(rule(datapoints, 3, missing), points(picture), "CURRENT");
  return verdict ? verdict->state : "retained";
}

struct Row {
  const char* picture;
  const char* missing;
  const char* ignore;
  const char* breaching;
  const char* not_breaching;
};

void expect_rows(int datapoints, const std::vector<Row>& rows) {
  for (const Row& row : rows) {
    EXPECT_EQ(state(datapoints, row.picture, "missing"), row.missing) << row.picture;
    EXPECT_EQ(state(datapoints, row.picture, "ignore"), row.ignore) << row.picture;
    EXPECT_EQ(state(datapoints, row.picture, "breaching"), row.breaching) << row.picture;
    EXPECT_EQ(state(datapoints, row.picture, "notBreaching"), row.not_breaching) << row.picture;
  }
}

TEST(Alarm, WithMissingDataAndThreeOutOfThree) {
  expect_rows(3, {{"0 - X - X", "OK", "OK", "OK", "OK"},
                  {"0 - - - -", "OK", "OK", "OK", "OK"},
                  {"- - - - -", "INSUFFICIENT_DATA", "retained", "ALARM", "OK"},
                  {"0 X X - X", "ALARM", "ALARM", "ALARM", "ALARM"},
                  {"- - X - -", "ALARM", "retained", "ALARM", "OK"}});
}

TEST(Alarm, WithMissingDataAndTwoOutOfThree) {
  expect_rows(2, {{"0 - X - X", "ALARM", "ALARM", "ALARM", "ALARM"},
                  {"0 0 X 0 X", "ALARM", "ALARM", "ALARM", "ALARM"},
                  {"0 - X - -", "OK", "OK", "ALARM", "OK"},
                  {"- - - - 0", "OK", "OK", "ALARM", "OK"},
                  {"- - - X -", "ALARM", "retained", "ALARM", "OK"}});
}

TEST(Alarm, DoesNotGoOffTooEarly) {
  EXPECT_EQ(state(3, "- - - - X", "missing"), "retained");
  EXPECT_EQ(state(3, "- - - X X", "missing"), "retained");
}

TEST(Alarm, ComparesAsItsOperatorSays) {
  const auto breaching = [](const std::string& comparison, double value) {
    AlarmRule one = rule(1, 1, "missing");
    one.comparison = comparison;
    return breaches(one, value);
  };
  EXPECT_TRUE(breaching("GreaterThanOrEqualToThreshold", 1));
  EXPECT_FALSE(breaching("GreaterThanThreshold", 1));
  EXPECT_TRUE(breaching("LessThanOrEqualToThreshold", 1));
  EXPECT_FALSE(breaching("LessThanThreshold", 1));
  EXPECT_TRUE(breaching("LessThanThreshold", 0.5));
  EXPECT_FALSE(is_comparison("GreaterThanUpperThreshold"));
}

std::string reason(int datapoints, int periods, const std::string& missing, const std::string& picture,
                   const std::string& current) {
  return judge(rule(datapoints, periods, missing), points(picture), current)->reason;
}

TEST(Alarm, GivesItsReasonInCloudWatchsWords) {
  EXPECT_EQ(
      reason(1, 1, "missing", "- - X", "OK"),
      "Threshold Crossed: 1 out of the last 1 datapoints [2.0 (28/11/26 06:32:00)] was greater than or equal "
      "to the threshold (1.0) (minimum 1 datapoint for OK -> ALARM transition).");
  EXPECT_EQ(
      reason(1, 1, "missing", "X X 0", "ALARM"),
      "Threshold Crossed: 1 out of the last 1 datapoints [0.0 (28/11/26 06:32:00)] was not greater than or "
      "equal to the threshold (1.0) (minimum 1 datapoint for ALARM -> OK transition).");
  EXPECT_EQ(reason(1, 1, "missing", "- - -", "OK"), "Insufficient Data: 1 datapoint was unknown.");
  EXPECT_EQ(
      reason(1, 1, "notBreaching", "- - -", "ALARM"),
      "Threshold Crossed: no datapoints were received for 1 period and 1 missing datapoint was treated as "
      "[NonBreaching].");
}

}  // namespace
}  // namespace aurora::local::cloudwatch
