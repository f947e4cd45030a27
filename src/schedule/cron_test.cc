#include "schedule/cron.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/dates.h"
#include "base/error.h"

namespace aurora::schedule {
namespace {

std::string next(const char* fields, const char* after, const char* zone = "UTC") {
  const auto found = Cron::parse(fields).next_after(*parse_iso(after), *Zone::find(zone));
  return found ? format_iso_seconds(*found) : "never";
}

// The times after `after`, as UTC.
std::vector<std::string> series(const char* fields, const char* after, const char* zone, int count) {
  const Cron cron = Cron::parse(fields);
  TimePoint at = *parse_iso(after);
  std::vector<std::string> times;
  for (int i = 0; i < count; ++i) {
    at = *cron.next_after(at, *Zone::find(zone));
    times.push_back(format_iso_seconds(at));
  }
  return times;
}

std::string refusal(const std::string& fields) {
  try {
    Cron::parse(fields);
  } catch (const Error& error) {
    return error.name() + ": " + error.message();
  }
  return "taken";
}

TEST(Cron, EveryDayAtTwo) {
  EXPECT_EQ(next("0 2 * * ? *", "2026-11-28T01:59:59.5Z"), "2026-11-28T02:00:00Z");
  EXPECT_EQ(next("0 2 * * ? *", "2026-11-28T02:00:00Z"), "2026-11-29T02:00:00Z") << "after, not at";
  EXPECT_EQ(next("0 2 * * ? *", "2026-12-31T02:00:01Z"), "2027-01-01T02:00:00Z");
}

TEST(Cron, ListsRangesStepsAndNames) {
  EXPECT_THAT(series("0/15 8-9 ? * MON-FRI *", "2026-11-27T09:20:00Z", "UTC", 4),
              testing::ElementsAre("2026-11-27T09:30:00Z", "2026-11-27T09:45:00Z", "2026-11-30T08:00:00Z",
                                   "2026-11-30T08:15:00Z"));
  EXPECT_THAT(series("10-40/20,55 3 1,15 jan,JUN ? *", "2026-01-15T03:30:00Z", "UTC", 3),
              testing::ElementsAre("2026-01-15T03:55:00Z", "2026-06-01T03:10:00Z", "2026-06-01T03:30:00Z"));
  EXPECT_EQ(next("*/30 * * * ? *", "2026-11-28T07:01:00Z"), "2026-11-28T07:30:00Z");
  EXPECT_EQ(next("0 0 1/10 * ? *", "2026-11-22T00:00:00Z"), "2026-12-01T00:00:00Z") << "1, 11, 21 and 31";
}

TEST(Cron, SundayIsOne) {
  EXPECT_EQ(next("0 0 ? * 1 *", "2026-11-28T12:00:00Z"), "2026-11-29T00:00:00Z");
  EXPECT_EQ(next("0 0 ? * SAT *", "2026-11-28T12:00:00Z"), "2026-12-05T00:00:00Z");
  EXPECT_EQ(next("0 0 ? * L *", "2026-11-28T12:00:00Z"), "2026-12-05T00:00:00Z");
}

TEST(Cron, LastDays) {
  EXPECT_THAT(series("0 0 L * ? *", "2028-01-01T00:00:00Z", "UTC", 3),
              testing::ElementsAre("2028-01-31T00:00:00Z", "2028-02-29T00:00:00Z", "2028-03-31T00:00:00Z"));
  // 2027-01-31 and 2027-02-28 are Sundays.
  EXPECT_THAT(series("0 0 LW * ? *", "2027-01-01T00:00:00Z", "UTC", 3),
              testing::ElementsAre("2027-01-29T00:00:00Z", "2027-02-26T00:00:00Z", "2027-03-31T00:00:00Z"));
  EXPECT_THAT(series("0 0 ? * 6L *", "2026-11-01T00:00:00Z", "UTC", 2),
              testing::ElementsAre("2026-11-27T00:00:00Z", "2026-12-25T00:00:00Z"));
  EXPECT_EQ(next("0 0 ? * FRIL *", "2026-11-01T00:00:00Z"), "2026-11-27T00:00:00Z");
}

TEST(Cron, NearestWeekdayStaysInItsMonth) {
  // 2026-08-01 is a Saturday, 2026-08-15 too; 2026-11-15 is a Sunday; 2026-05-31 is a Sunday.
  EXPECT_EQ(next("0 0 1W 8 ? *", "2026-07-01T00:00:00Z"), "2026-08-03T00:00:00Z");
  EXPECT_EQ(next("0 0 15W 8 ? *", "2026-08-01T00:00:00Z"), "2026-08-14T00:00:00Z");
  EXPECT_EQ(next("0 0 15W 11 ? *", "2026-11-01T00:00:00Z"), "2026-11-16T00:00:00Z");
  EXPECT_EQ(next("0 0 31W * ? *", "2026-05-01T00:00:00Z"), "2026-05-29T00:00:00Z");
  EXPECT_EQ(next("0 0 31W * ? *", "2026-05-30T00:00:00Z"), "2026-07-31T00:00:00Z") << "June has no 31st";
}

TEST(Cron, NthWeekday) {
  EXPECT_EQ(next("0 12 ? * 3#2 *", "2026-11-01T00:00:00Z"), "2026-11-10T12:00:00Z");
  EXPECT_EQ(next("0 12 ? * SUN#5 *", "2026-11-01T00:00:00Z"), "2026-11-29T12:00:00Z");
  EXPECT_EQ(next("0 12 ? * SUN#5 *", "2026-11-30T00:00:00Z"), "2027-01-31T12:00:00Z");
}

TEST(Cron, YearsEnd) {
  EXPECT_EQ(next("0 0 1 1 ? 2028/2", "2026-11-01T00:00:00Z"), "2028-01-01T00:00:00Z");
  EXPECT_EQ(next("0 0 1 1 ? 2025", "2026-11-01T00:00:00Z"), "never");
  EXPECT_EQ(next("0 0 29 2 ? *", "2096-03-01T00:00:00Z"), "2104-02-29T00:00:00Z") << "2100 is no leap year";
  EXPECT_EQ(next("0 0 30 2 ? *", "2026-11-01T00:00:00Z"), "never");
  EXPECT_EQ(next("0 0 * * ? *", "2199-12-31T00:00:00Z"), "never");
}

TEST(Cron, SkipsWhatDoesNotExistInSpring) {
  EXPECT_THAT(series("30 2 * * ? *", "2026-03-27T12:00:00Z", "Europe/Berlin", 3),
              testing::ElementsAre("2026-03-28T01:30:00Z", "2026-03-30T00:30:00Z", "2026-03-31T00:30:00Z"));
  EXPECT_THAT(series("0/30 1-3 * * ? *", "2026-03-08T05:59:00Z", "America/New_York", 5),
              testing::ElementsAre("2026-03-08T06:00:00Z", "2026-03-08T06:30:00Z", "2026-03-08T07:00:00Z",
                                   "2026-03-08T07:30:00Z", "2026-03-09T05:00:00Z"));
}

TEST(Cron, RunsOnceWhatComesTwiceInAutumn) {
  EXPECT_THAT(series("30 2 * * ? *", "2026-10-24T12:00:00Z", "Europe/Berlin", 2),
              testing::ElementsAre("2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"));
  EXPECT_THAT(series("0/30 * * * ? *", "2026-11-01T04:59:00Z", "America/New_York", 4),
              testing::ElementsAre("2026-11-01T05:00:00Z", "2026-11-01T05:30:00Z", "2026-11-01T07:00:00Z",
                                   "2026-11-01T07:30:00Z"));
  EXPECT_EQ(next("30 2 * * ? *", "2026-10-25T00:45:00Z", "Europe/Berlin"), "2026-10-26T01:30:00Z");
  EXPECT_EQ(next("45 1 * * ? *", "2026-04-04T14:50:00Z", "Australia/Lord_Howe"), "2026-04-05T15:15:00Z");
}

TEST(Cron, RefusesWhatAwsRefuses) {
  EXPECT_EQ(refusal("0 2 * * *"), "InvalidSchedule: the cron expression has 5 fields");
  EXPECT_THAT(refusal("0 2 * * * *"), testing::HasSubstr("\"*\" for the day of month and \"*\""));
  EXPECT_THAT(refusal("0 2 ? * ? *"), testing::HasSubstr("\"?\""));
  EXPECT_THAT(refusal("60 2 * * ? *"),
              testing::HasSubstr("the field minutes of the cron expression is \"60\""));
  EXPECT_THAT(refusal("0 24 * * ? *"), testing::HasSubstr("hours"));
  EXPECT_THAT(refusal("0 0 0 * ? *"), testing::HasSubstr("day of month"));
  EXPECT_THAT(refusal("0 0 ? * 3#2,6#3 *"), testing::HasSubstr("3#2,6#3"));
  EXPECT_THAT(refusal("0 0 ? * 3#6 *"), testing::HasSubstr("3#6"));
  for (const char* fields :
       {"0/0 * * * ? *", "0/61 * * * ? *", "5-1 * * * ? *", "-1 * * * ? *", "1, * * * ? *", "a * * * ? *",
        "0 0 W * ? *", "0 0 32W * ? *", "0 0 ? * 2/2 *", "0 0 * 13 ? *", "0 0 * FOO ? *", "0 0 * * ? 1969",
        "0 0 * * ? 2200", "0 0 * * ? 99999999999999999999", "+1 * * * ? *", "0 0 ? * #2 *", "? 0 * * ? *"})
    EXPECT_NE(refusal(fields), "taken") << fields;
}

TEST(Cron, HostileTextIsBounded) {
  std::string many = "0";
  for (int i = 0; i < 100; ++i) many += ",0";
  EXPECT_NE(refusal(many + " * * * ? *"), "taken");
  EXPECT_EQ(next("0 0 31 2,4,6,9,11 ? *", "1970-01-01T00:00:00Z", "Europe/Berlin"), "never");
}

}  // namespace
}  // namespace aurora::schedule
