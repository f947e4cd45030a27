#include "restore/polling.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace aurora::restore {
namespace {

using testing::AllOf;
using testing::DoubleNear;
using testing::Ge;
using testing::Le;

// The looks at a wait that ends after `seconds`, counted from its beginning; the last one sees the end.
std::vector<double> looks(KnownWait wait, double seconds) {
  std::vector<double> times;
  wait.elapsed_seconds = 0;
  while (times.size() < 1000) {
    wait.elapsed_seconds += seconds_to_next_look(wait);
    times.push_back(wait.elapsed_seconds);
    if (wait.elapsed_seconds >= seconds) break;
  }
  return times;
}

KnownWait learned(double least, double most) {
  return {.size_gib = 700, .least_seconds = least, .most_seconds = most, .learned = true};
}

TEST(Polling, NoLookBeforeTheEarliestEndThereWas) {
  EXPECT_THAT(looks(learned(1200, 1500), 1200).front(), AllOf(Ge(1200), Le(1.06 * 1200)));
}

TEST(Polling, LooksBehindAnExpectedEndAreLateByLessThanATenth) {
  for (double end = 1000; end < 3000; end += 37) {
    const auto times = looks(learned(1000, 1400), end);
    EXPECT_LE(times.back() - end, 0.1 * end) << end;
  }
}

TEST(Polling, WithoutExperienceLooksAreLateInProportion) {
  const KnownWait wait{.size_gib = 700, .least_seconds = 1440, .most_seconds = 5640};
  for (double end = 1440; end < 20000; end += 113)
    EXPECT_LE(looks(wait, end).back() - end, 0.16 * end) << end;
  // One that is over far earlier than assumed has been waited for at most twice.
  EXPECT_LE(looks(wait, 310).back(), 620);
}

TEST(Polling, SmallThingsAreLookedAtWithinSeconds) {
  const KnownWait wait{.size_gib = 1, .least_seconds = 120, .most_seconds = 600};
  EXPECT_LE(looks(wait, 1.5).back(), 2);
  EXPECT_LE(looks(wait, 5).back(), 8);
}

TEST(Polling, PercentLeadsToTheEnd) {
  const double end = 4200;
  KnownWait wait{.size_gib = 700, .least_seconds = 4320, .most_seconds = 13200};
  int count = 0;
  while (wait.elapsed_seconds < end && ++count < 100) {
    wait.percent = static_cast<int>(100 * wait.elapsed_seconds / end);
    wait.elapsed_seconds += seconds_to_next_look(wait);
  }
  EXPECT_LE(count, 5);
  EXPECT_LE(wait.elapsed_seconds - end, 0.05 * end);
}

TEST(Polling, FromFortyPercentOnTheNextLookIsTheLast) {
  const double end = 3600;
  for (double at = 0.41 * end; at < end; at += 97) {
    KnownWait wait{.elapsed_seconds = at, .percent = static_cast<int>(100 * at / end)};
    wait.elapsed_seconds += seconds_to_next_look(wait);
    EXPECT_GE(wait.elapsed_seconds, 0.997 * end) << at;
    EXPECT_LE(wait.elapsed_seconds, 1.025 * end) << at;
  }
}

TEST(Polling, AFailureIsSeenWithinFortyMinutes) {
  EXPECT_THAT(seconds_to_next_look(learned(100'000, 100'000)), DoubleNear(2400, 1e-9));
  KnownWait slow = learned(10, 10);
  slow.elapsed_seconds = 1e6;
  EXPECT_THAT(seconds_to_next_look(slow), DoubleNear(2400, 1e-9));
  slow.percent = 3;
  EXPECT_THAT(seconds_to_next_look(slow), DoubleNear(2400, 1e-9));
}

TEST(Polling, NeverLessThanASecond) {
  KnownWait wait = learned(0.01, 0.02);
  wait.elapsed_seconds = 0.02;
  EXPECT_THAT(seconds_to_next_look(wait), DoubleNear(1, 1e-9));
  wait.elapsed_seconds = 10;
  wait.percent = 99;
  EXPECT_GE(seconds_to_next_look(wait), 1);
}

}  // namespace
}  // namespace aurora::restore
