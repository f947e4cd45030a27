#include "base/dates.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <ctime>
#include <string>

namespace aurora {
namespace {

using namespace std::chrono_literals;

const TimePoint kWhen = TimePoint(Duration(1'795'242'051'123'456));

TEST(Dates, FormatsEachForm) {
  EXPECT_EQ(format_iso_seconds(kWhen), "2026-11-21T06:20:51Z");
  EXPECT_EQ(format_iso_millis(kWhen), "2026-11-21T06:20:51.123Z");
  EXPECT_EQ(format_iso_micros(kWhen), "2026-11-21T06:20:51.123456Z");
  EXPECT_EQ(format_basic(kWhen), "20261121T062051Z");
  EXPECT_EQ(format_http_date(kWhen), "Sat, 21 Nov 2026 06:20:51 GMT");
  EXPECT_EQ(format_strftime(kWhen, "%Y/%m/%d %H"), "2026/11/21 06");
}

TEST(Dates, FormatsInUtcWhateverTheZoneOfTheProcess) {
  const char* const before = std::getenv("TZ");
  const std::string kept = before == nullptr ? "" : before;
  ::setenv("TZ", "Asia/Kolkata", 1);
  ::tzset();
  EXPECT_EQ(format_iso_seconds(kWhen), "2026-11-21T06:20:51Z");
  EXPECT_EQ(format_iso_millis(kWhen), "2026-11-21T06:20:51.123Z");
  EXPECT_EQ(format_date(kWhen), "2026-11-21");
  EXPECT_EQ(format_basic(kWhen), "20261121T062051Z") << "signatures bear this time";
  EXPECT_EQ(format_http_date(kWhen), "Sat, 21 Nov 2026 06:20:51 GMT");
  kept.empty() ? ::unsetenv("TZ") : ::setenv("TZ", kept.c_str(), 1);
  ::tzset();
}

TEST(Dates, ParsesIsoWithFractionsAndOffsets) {
  EXPECT_EQ(parse_iso("2026-11-21T06:20:51.123456Z"), kWhen);
  EXPECT_EQ(parse_iso("2026-11-21T06:20:51.123456789Z"), kWhen);
  EXPECT_EQ(parse_iso("2026-11-21T08:20:51.123456+02:00"), kWhen);
  EXPECT_EQ(parse_iso("2026-11-21T06:20:51Z"), kWhen - 123456us);
  EXPECT_EQ(parse_iso("2026-11-21"), TimePoint(std::chrono::sys_days(std::chrono::year(2026) / 11 / 21)));
}

TEST(Dates, RefusesWhatIsNoDate) {
  for (const char* text : {"", "2026-02-30", "2026-11-21T06:20:51", "2026-11-21 06:20:51Z", "2026-13-01",
                           "2026-11-21T25:20:51Z", "yesterday", "2026-11-21T06:20:51.Z"})
    EXPECT_FALSE(parse_iso(text)) << text;
}

TEST(Dates, HttpDateRoundTrips) {
  EXPECT_EQ(parse_http_date(format_http_date(kWhen)), kWhen - 123456us);
}

TEST(Dates, HumanDuration) {
  EXPECT_EQ(human_duration(120ms), "120 ms");
  EXPECT_EQ(human_duration(4200ms), "4.2 s");
  EXPECT_EQ(human_duration(192s), "3m 12s");
  EXPECT_EQ(human_duration(2h + 5min), "2h 05m");
  EXPECT_EQ(human_duration(24h), "24h 00m");
  EXPECT_EQ(human_duration(7 * 24h + 90min), "7d 01h");
}

}  // namespace
}  // namespace aurora
