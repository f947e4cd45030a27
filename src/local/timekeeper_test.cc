#include "local/timekeeper.h"

#include <gtest/gtest.h>

#include <atomic>
#include <semaphore>

#include "base/dates.h"
#include "base/error.h"

namespace aurora::local {
namespace {

class TimekeeperTest : public ::testing::Test {
 protected:
  ManualClock clock{*parse_iso("2026-11-28T07:00:00Z"), false};
  std::counting_semaphore<> worked{0};
  std::atomic<int> calls = 0;
};

TEST_F(TimekeeperTest, WorksWhenItIsDueAndWhenItIsWoken) {
  Timekeeper keeper(clock, Log::none(), [&]() -> std::optional<TimePoint> {
    ++calls;
    worked.release();
    return clock.now() + std::chrono::minutes(1);
  });
  keeper.start();
  worked.acquire();
  clock.advance(std::chrono::minutes(1));
  worked.acquire();
  keeper.wake();
  worked.acquire();
  keeper.stop();
  EXPECT_EQ(calls, 3);
}

TEST_F(TimekeeperTest, GoesOnAfterAFailure) {
  Timekeeper keeper(clock, Log::none(), [&]() -> std::optional<TimePoint> {
    worked.release();
    if (++calls == 1) throw Error("DiskFull", "no room");
    return std::nullopt;
  });
  keeper.start();
  worked.acquire();
  // It may not sleep yet; it does no harm to go on.
  while (calls < 2) {
    clock.advance(std::chrono::seconds(1));
    std::this_thread::yield();
  }
  keeper.stop();
}

TEST_F(TimekeeperTest, EndsWithoutHavingBegun) {
  Timekeeper keeper(clock, Log::none(), []() -> std::optional<TimePoint> { return std::nullopt; });
  keeper.wake();
  keeper.stop();
}

}  // namespace
}  // namespace aurora::local
