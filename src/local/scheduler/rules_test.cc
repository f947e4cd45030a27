#include "local/scheduler/rules.h"

#include <gtest/gtest.h>

#include "base/dates.h"

namespace aurora::local::scheduler {
namespace {

const TimePoint kNow = *parse_iso("2026-11-28T07:00:00Z");

Json request(const Json& more) {
  Json input{{"Name", "nightly"},
             {"ScheduleExpression", "rate(1 day)"},
             {"FlexibleTimeWindow", {{"Mode", "OFF"}}},
             {"Target",
              {{"Arn", "arn:aws:states:us-west-2:123456789012:stateMachine:m"},
               {"RoleArn", "arn:aws:iam::123456789012:role/r"}}}};
  input.update(more);
  return input;
}

std::string refusal(const Json& more) {
  try {
    checked_schedule(request(more), kNow);
  } catch (const aws::ServiceError& error) {
    return error.code() + ": " + error.message();
  }
  return "taken";
}

TEST(SchedulerRules, SpeakAsAwsDoes) {
  EXPECT_EQ(refusal({{"ScheduleExpression", "cron(0 2 * * *)"}}),
            "ValidationException: Invalid Schedule Expression cron(0 2 * * *).");
  EXPECT_EQ(refusal({{"ScheduleExpressionTimezone", "Europe/Berlinn"}}),
            "ValidationException: Invalid Schedule Expression Timezone Europe/Berlinn.");
  EXPECT_EQ(refusal({{"StartDate", "2026-11-28T06:54:59Z"}}),
            "ValidationException: The StartDate you specify cannot be earlier than 5 minutes ago.");
  EXPECT_EQ(refusal({{"StartDate", "2026-11-28T06:55:00Z"}}), "taken");
  EXPECT_EQ(
      refusal({{"Name", "a b"}}),
      "ValidationException: 1 validation error detected: Value 'a b' at 'name' failed to satisfy constraint: "
      "Member must satisfy regular expression pattern: ^[0-9a-zA-Z-_.]+$");
  EXPECT_NE(refusal({{"Name", std::string(65, 'a')}}), "taken");
  EXPECT_NE(refusal({{"GroupName", "a/b"}}), "taken");
}

TEST(SchedulerRules, WindowsAndDatesFitTogether) {
  EXPECT_NE(refusal({{"FlexibleTimeWindow", {{"Mode", "FLEXIBLE"}}}}), "taken");
  EXPECT_NE(refusal({{"FlexibleTimeWindow", {{"Mode", "OFF"}, {"MaximumWindowInMinutes", 5}}}}), "taken");
  EXPECT_NE(refusal({{"FlexibleTimeWindow", {{"Mode", "FLEXIBLE"}, {"MaximumWindowInMinutes", 1441}}}}),
            "taken");
  EXPECT_NE(refusal({{"EndDate", "2026-11-28T06:59:59Z"}}), "taken");
  EXPECT_NE(refusal({{"StartDate", "2026-11-30T00:00:00Z"}, {"EndDate", "2026-11-29T00:00:00Z"}}), "taken");
}

TEST(SchedulerRules, RetriesHaveTheirDefaults) {
  const Json schedule = checked_schedule(request(Json::object()), kNow);
  EXPECT_EQ(event_age_max(schedule["Target"]), std::chrono::hours(24));
  EXPECT_EQ(retries_max(schedule["Target"]), 185);
}

TEST(SchedulerRules, AOneTimeScheduleKnowsNoEnd) {
  Json schedule = checked_schedule(
      request({{"ScheduleExpression", "at(2026-12-24T02:00:00)"}, {"EndDate", "2026-12-01T00:00:00Z"}}),
      kNow);
  arm(schedule, nullptr, kNow);
  EXPECT_EQ(schedule["next"], "2026-12-24T02:00:00.000000Z");
}

}  // namespace
}  // namespace aurora::local::scheduler
