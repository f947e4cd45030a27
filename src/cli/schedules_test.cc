#include "cli/schedules.h"

#include <gtest/gtest.h>

#include "base/dates.h"

namespace aurora::cli {
namespace {

const TimePoint kNow = *parse_iso("2026-11-28T07:00:30Z");

World world_of_dev() {
  World world;
  world.local = true;
  return world;
}

Json input(const std::string& expression, const std::string& zone = "UTC") {
  return create_input(world_of_dev(),
                      {.name = "nightly",
                       .expression = expression,
                       .zone = zone,
                       .role_arn = "arn:aws:iam::123456789012:role/r",
                       .request = {{"snapshot_name", "s-{date}"}, {"target_cluster_id", "t"}}},
                      kNow);
}

std::string next(const Json& schedule, TimePoint now = kNow) {
  const auto found = next_run(schedule, now);
  return found ? format_iso_seconds(*found) : "never";
}

TEST(Schedules, RunsStartExecutionsThatAreNamedAfterThem) {
  const Json target = input("cron(0 2 * * ? *)")["Target"];
  EXPECT_EQ(target["Arn"], "arn:aws:scheduler:::aws-sdk:sfn:startExecution");
  const Json start = Json::parse(string_or(target, "Input", ""));
  EXPECT_EQ(start["StateMachineArn"],
            "arn:aws:states:us-west-2:123456789012:stateMachine:aurora-restore-dev");
  EXPECT_EQ(start["Name"], "nightly-at-<aws.scheduler.execution-id>");
  EXPECT_EQ(Json::parse(string_or(start, "Input", "")),
            Json({{"snapshot_name", "s-{date}"},
                  {"target_cluster_id", "t"},
                  {"scheduled_time", "<aws.scheduler.scheduled-time>"}}));
  EXPECT_EQ(target["RetryPolicy"]["MaximumEventAgeInSeconds"], 3600);
}

TEST(Schedules, GiveBackTheirRequest) {
  EXPECT_EQ(request_of(input("rate(1 day)")),
            Json({{"snapshot_name", "s-{date}"}, {"target_cluster_id", "t"}}));
  EXPECT_THROW(request_of({{"Name", "other"}, {"Target", {{"Input", "no JSON"}}}}), Error);
}

TEST(Schedules, SayWhenTheyAreDue) {
  EXPECT_EQ(next(input("cron(0 2 * * ? *)", "Europe/Berlin")), "2026-11-29T01:00:00Z");
  EXPECT_EQ(next(input("at(2026-12-24T02:00:00)", "Europe/Berlin")), "2026-12-24T01:00:00Z");
  EXPECT_EQ(next(input("at(2026-11-24T02:00:00)")), "never");
  Json paused = input("cron(0 2 * * ? *)");
  paused["State"] = "DISABLED";
  EXPECT_EQ(next(paused), "never");
  Json ending = input("cron(0 2 * * ? *)");
  ending["EndDate"] = "2026-11-28T12:00:00Z";
  EXPECT_EQ(next(ending), "never");
}

TEST(Schedules, OfOthersDoNotBreakTheList) {
  Json foreign = input("rate(1 day)");
  foreign["ScheduleExpression"] = "cron(0 2 ? * SAT-SUN *)";
  foreign["Target"] = {{"Arn", "arn:aws:sqs:us-west-2:123456789012:q"}};
  EXPECT_EQ(next(foreign), "never");
  EXPECT_TRUE(request_inside(foreign).is_null());
}

TEST(Schedules, ARateRunsFirstOneRateFromNow) {
  const Json rate = input("rate(6 hours)");
  EXPECT_EQ(rate["StartDate"], "2026-11-28T13:00:30Z");
  EXPECT_EQ(next(rate), "2026-11-28T13:00:30Z");
  EXPECT_EQ(next(rate, kNow + std::chrono::hours(7)), "2026-11-28T19:00:30Z");
  EXPECT_FALSE(input("cron(0 2 * * ? *)").contains("StartDate"));
}

TEST(Schedules, NamesLeaveRoomForTheRunsId) {
  EXPECT_NO_THROW(check_schedule_name(std::string(40, 'a')));
  for (const std::string& name :
       {std::string(41, 'a'), std::string(), std::string("a b"), std::string("a/b")})
    EXPECT_THROW(check_schedule_name(name), Error) << name;
}

}  // namespace
}  // namespace aurora::cli
