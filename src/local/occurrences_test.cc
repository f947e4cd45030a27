#include "local/occurrences.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/dates.h"

namespace aurora::local {
namespace {

using schedule::Expression;

TimePoint at(const char* text) {
  return *parse_iso(text);
}

Timetable every(const char* expression, const char* anchor = "2026-11-28T00:00:00Z") {
  return {.expression = Expression::parse(expression), .zone = schedule::Zone::utc(), .anchor = at(anchor)};
}

TEST(Occurrences, AreDueUpToNow) {
  const Occurrences found = occurrences(every("rate(1 minute)"), at("2026-11-28T07:01:00Z"),
                                        at("2026-11-28T07:02:30Z"), std::chrono::hours(1));
  EXPECT_THAT(found.due, testing::ElementsAre(at("2026-11-28T07:01:00Z"), at("2026-11-28T07:02:00Z")));
  EXPECT_EQ(found.missed, 0);
  EXPECT_EQ(found.next, at("2026-11-28T07:03:00Z"));
}

TEST(Occurrences, AreMissedWhenTheyAreTooOld) {
  for (const char* expression : {"rate(1 hour)", "cron(0 * * * ? *)"}) {
    const Occurrences found = occurrences(every(expression), at("2026-11-28T01:00:00Z"),
                                          at("2026-11-28T07:30:00Z"), std::chrono::hours(2));
    EXPECT_THAT(found.due, testing::ElementsAre(at("2026-11-28T06:00:00Z"), at("2026-11-28T07:00:00Z")));
    EXPECT_EQ(found.missed, 5) << expression;
    EXPECT_EQ(found.first_missed, at("2026-11-28T01:00:00Z"));
    EXPECT_EQ(found.last_missed, at("2026-11-28T05:00:00Z"));
    EXPECT_EQ(found.next, at("2026-11-28T08:00:00Z"));
  }
}

TEST(Occurrences, OneOnTheBorderIsNotTooOld) {
  const Occurrences found = occurrences(every("rate(1 hour)"), at("2026-11-28T05:00:00Z"),
                                        at("2026-11-28T07:00:00Z"), std::chrono::hours(1));
  EXPECT_EQ(found.missed, 1);
  EXPECT_EQ(found.due.size(), 2u);
}

TEST(Occurrences, EndWithTheEnd) {
  Timetable timetable = every("rate(1 minute)");
  timetable.end = at("2026-11-28T07:01:30Z");
  const Occurrences found =
      occurrences(timetable, at("2026-11-28T07:01:00Z"), at("2026-11-28T07:05:00Z"), std::chrono::hours(1));
  EXPECT_EQ(found.due.size(), 1u);
  EXPECT_FALSE(found.next);
}

TEST(Occurrences, OnceIsOnce) {
  const Timetable once = every("at(2026-11-28T07:00:00)");
  EXPECT_EQ(occurrences(once, at("2026-11-28T07:00:00Z"), at("2026-11-28T07:00:00Z"), Duration(0)).due.size(),
            1u);
  const Occurrences late =
      occurrences(once, at("2026-11-28T07:00:00Z"), at("2026-11-29T07:00:00Z"), std::chrono::hours(1));
  EXPECT_EQ(late.missed, 1);
  EXPECT_TRUE(late.due.empty());
}

TEST(Occurrences, YearsOfMinutesAreBounded) {
  const Occurrences rate = occurrences(every("rate(1 minute)", "1970-01-01T00:00:00Z"), TimePoint{},
                                       at("2026-11-28T07:00:00Z"), std::chrono::hours(24 * 30));
  EXPECT_EQ(rate.due.size(), 10'000u);
  EXPECT_EQ(rate.missed + 10'000, (at("2026-11-28T07:00:00Z") - TimePoint{}) / std::chrono::minutes(1) + 1);
  const Occurrences cron = occurrences(every("cron(* * * * ? *)"), at("2020-01-01T00:00:00Z"),
                                       at("2026-11-28T07:00:00Z"), std::chrono::minutes(5));
  EXPECT_EQ(cron.due.size(), 6u);
  EXPECT_EQ(cron.missed, 100'000);
}

}  // namespace
}  // namespace aurora::local
