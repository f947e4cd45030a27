#include "schedule/zone.h"

#include <gtest/gtest.h>

#include "base/dates.h"

namespace aurora::schedule {
namespace {

WallTime wall(const std::string& text) {
  return WallTime(std::chrono::floor<std::chrono::seconds>(*parse_iso(text + "Z")).time_since_epoch());
}

std::string moment(const char* zone, const std::string& text) {
  const auto found = Zone::find(zone)->moment(wall(text));
  return found ? format_iso_seconds(*found) : "none";
}

TEST(Zone, KnowsWinterAndSummer) {
  EXPECT_EQ(moment("Europe/Berlin", "2026-01-15T02:00:00"), "2026-01-15T01:00:00Z");
  EXPECT_EQ(moment("Europe/Berlin", "2026-07-15T02:00:00"), "2026-07-15T00:00:00Z");
  EXPECT_EQ(moment("Asia/Kolkata", "2026-07-15T02:00:00"), "2026-07-14T20:30:00Z");
  EXPECT_EQ(moment("UTC", "2026-07-15T02:00:00"), "2026-07-15T02:00:00Z");
}

TEST(Zone, HasNoMomentOverWhichClocksAreSetForward) {
  EXPECT_EQ(moment("Europe/Berlin", "2026-03-29T02:30:00"), "none");
  EXPECT_EQ(moment("America/New_York", "2026-03-08T02:30:00"), "none");
  // Lord Howe Island sets its clocks by half an hour.
  EXPECT_EQ(moment("Australia/Lord_Howe", "2026-10-04T02:15:00"), "none");
  EXPECT_EQ(moment("Australia/Lord_Howe", "2026-10-04T02:30:00"), "2026-10-03T15:30:00Z");
  EXPECT_EQ(format_iso_seconds(Zone::find("Europe/Berlin")->moment_or_later(wall("2026-03-29T02:30:00"))),
            "2026-03-29T01:30:00Z")
      << "which clocks show as 3:30";
}

TEST(Zone, TakesTheFirstOfTwoWhenClocksAreSetBack) {
  EXPECT_EQ(moment("Europe/Berlin", "2026-10-25T02:30:00"), "2026-10-25T00:30:00Z");
  EXPECT_EQ(moment("America/New_York", "2026-11-01T01:30:00"), "2026-11-01T05:30:00Z");
}

TEST(Zone, IsFoundByItsNameOnly) {
  for (const char* name : {"Europe/Berlinn", "", "../../etc/passwd", "/etc/localtime", "Mars/Phobos"})
    EXPECT_FALSE(Zone::find(name)) << name;
  EXPECT_TRUE(Zone::find("Etc/GMT+5"));
}

}  // namespace
}  // namespace aurora::schedule
