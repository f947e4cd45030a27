#include "cli/moments.h"

#include <gtest/gtest.h>

#include "base/dates.h"
#include "base/error.h"

namespace aurora::cli {
namespace {

const TimePoint kNow = *parse_iso("2026-11-21T06:52:09Z");

TEST(Moments, AreAgoOrDatesOrTimes) {
  const auto iso = [](const std::string& text, bool is_end = false) {
    return format_iso_millis(parse_moment(text, "--since", kNow, is_end));
  };
  EXPECT_EQ(iso("now"), "2026-11-21T06:52:09.000Z");
  EXPECT_EQ(iso("90s"), "2026-11-21T06:50:39.000Z");
  EXPECT_EQ(iso("30m"), "2026-11-21T06:22:09.000Z");
  EXPECT_EQ(iso("12h"), "2026-11-20T18:52:09.000Z");
  EXPECT_EQ(iso("2d"), "2026-11-19T06:52:09.000Z");
  EXPECT_EQ(iso("1w"), "2026-11-14T06:52:09.000Z");
  EXPECT_EQ(iso("today"), "2026-11-21T00:00:00.000Z");
  EXPECT_EQ(iso("2026-11-20"), "2026-11-20T00:00:00.000Z");
  EXPECT_EQ(iso("2026-11-20", true), "2026-11-20T23:59:59.999Z") << "--until a date means that day's end";
  EXPECT_EQ(iso("yesterday", true), "2026-11-20T23:59:59.999Z");
  EXPECT_EQ(iso("2026-11-20T10:00:00+02:00"), "2026-11-20T08:00:00.000Z");
  for (const char* bad : {"", "2", "d", "2x", "-2d", "tomorrow", "2026-13-01", "99999999d"})
    EXPECT_THROW(parse_moment(bad, "--since", kNow), Error) << bad;
}

}  // namespace
}  // namespace aurora::cli
