#include "cli/progress.h"

#include <gtest/gtest.h>

namespace aurora::cli {
namespace {

using std::chrono::seconds;

TEST(ProgressBar, FillsByHalvesWithUnicode) {
  EXPECT_EQ(progress_bar(0, 4, Style({.unicode = true})), "────");
  EXPECT_EQ(progress_bar(40, 4, Style({.unicode = true})), "━╸──");
  EXPECT_EQ(progress_bar(100, 4, Style({.unicode = true})), "━━━━");
}

TEST(ProgressBar, PlainAndWithinItsBounds) {
  EXPECT_EQ(progress_bar(50, 4, Style({})), "[##..]");
  EXPECT_EQ(progress_bar(250, 4, Style({})), "[####]");
  EXPECT_EQ(progress_bar(-3, 4, Style({})), "[....]");
}

TEST(RemainingText, GrowsCoarserWithTime) {
  EXPECT_EQ(remaining_text(seconds(1)), "a moment left");
  EXPECT_EQ(remaining_text(seconds(45)), "45 s left");
  EXPECT_EQ(remaining_text(seconds(600)), "10 min left");
  EXPECT_EQ(remaining_text(seconds(3900)), "1 h 05 min left");
}

TEST(RemainingTime, NothingBeforeTwoValues) {
  RemainingTime remaining;
  EXPECT_FALSE(remaining.left());
  remaining.add(10, seconds(1));
  remaining.add(10, seconds(5));
  EXPECT_FALSE(remaining.left());
}

TEST(RemainingTime, FollowsThePace) {
  RemainingTime remaining;
  remaining.add(20, seconds(10));
  remaining.add(60, seconds(30));
  EXPECT_EQ(remaining.left(), Duration(seconds(20)));
}

TEST(RemainingTime, BeginsAgainWhenThePercentageFalls) {
  RemainingTime remaining;
  remaining.add(90, seconds(1));
  remaining.add(95, seconds(2));
  remaining.add(5, seconds(3));
  EXPECT_FALSE(remaining.left());
}

}  // namespace
}  // namespace aurora::cli
