#include "schedule/expression.h"

#include <gtest/gtest.h>

#include "base/dates.h"
#include "base/error.h"

namespace aurora::schedule {
namespace {

std::string next(const char* text, const char* after, const char* zone = "UTC",
                 const char* anchor = "2026-11-28T07:00:30Z") {
  const auto found =
      Expression::parse(text).next_after(*parse_iso(after), *Zone::find(zone), *parse_iso(anchor));
  return found ? format_iso_seconds(*found) : "never";
}

TEST(Expression, RateCountsFromItsAnchor) {
  EXPECT_EQ(next("rate(1 minute)", "2026-11-28T07:00:30Z"), "2026-11-28T07:01:30Z");
  EXPECT_EQ(next("rate(6 hours)", "2026-11-29T07:00:29Z"), "2026-11-29T07:00:30Z");
  EXPECT_EQ(next("rate(6 hours)", "2026-11-29T07:00:30Z"), "2026-11-29T13:00:30Z");
  EXPECT_EQ(next("rate(2 days)", "2026-11-01T00:00:00Z"), "2026-11-28T07:00:30Z")
      << "the anchor is the first";
  EXPECT_EQ(next("rate(9999999 days)", "2026-11-28T07:00:30Z").substr(0, 5), "29405");
}

TEST(Expression, ADayOfARateIs24HoursInEveryZone) {
  EXPECT_EQ(next("rate(1 day)", "2026-03-29T00:00:00Z", "Europe/Berlin", "2026-03-28T12:00:00Z"),
            "2026-03-29T12:00:00Z");
}

TEST(Expression, AtIsDueOnce) {
  EXPECT_EQ(next("at(2026-12-24T02:00:00)", "2026-11-28T07:00:00Z", "Europe/Berlin"), "2026-12-24T01:00:00Z");
  EXPECT_EQ(next("at(2026-12-24T02:00:00)", "2026-12-24T01:00:00Z", "Europe/Berlin"), "never");
  EXPECT_EQ(next("at(2026-03-29T02:30:00)", "2026-01-01T00:00:00Z", "Europe/Berlin"), "2026-03-29T01:30:00Z")
      << "a time that is skipped is moved rather than lost";
}

TEST(Expression, CronAsksItsZone) {
  EXPECT_EQ(next("cron(0 2 * * ? *)", "2026-11-28T07:00:00Z", "America/Los_Angeles"), "2026-11-28T10:00:00Z");
}

TEST(Expression, RefusesWhatAwsRefuses) {
  for (const char* text : {"",
                           "cron",
                           "cron()",
                           "cron(0 2 * * ? *",
                           "CRON(0 2 * * ? *)",
                           "rate()",
                           "rate(0 minutes)",
                           "rate(1 minutes)",
                           "rate(2 minute)",
                           "rate(-1 day)",
                           "rate(1.5 hours)",
                           "rate(5 seconds)",
                           "rate(1  day)",
                           "rate(99999999 days)",
                           "at(2026-12-24)",
                           "at(2026-12-24T02:00)",
                           "at(2026-02-30T02:00:00)",
                           "at(2026-12-24T02:00:00Z)",
                           "at(2026-12-24 02:00:00)",
                           "0 2 * * ? *",
                           "every(1 day)",
                           "rate(1 day))"})
    EXPECT_THROW(Expression::parse(text), Error) << text;
  EXPECT_THROW(Expression::parse("cron(0 2 * * ? " + std::string(300, '1') + ")"), Error);
}

}  // namespace
}  // namespace aurora::schedule
