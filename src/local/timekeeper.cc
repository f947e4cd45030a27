#include "local/timekeeper.h"

#include <algorithm>

namespace aurora::local {
namespace {

// Clocks may be set, and machines may sleep: nobody relies on a longer one.
constexpr Duration kSleepMax = std::chrono::hours(1);
constexpr Duration kAfterFailure = std::chrono::seconds(1);

}  // namespace

void Timekeeper::start() {
  thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

void Timekeeper::stop() {
  if (!thread_.joinable()) return;
  thread_.request_stop();
  wake();
  thread_.join();
}

void Timekeeper::wake() {
  const std::lock_guard lock(mutex_);
  wake_.request_stop();
}

void Timekeeper::run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    std::stop_token woken;
    {
      // Before the work, so that what changes while it is done is seen.
      const std::lock_guard lock(mutex_);
      wake_ = std::stop_source();
      woken = wake_.get_token();
    }
    // stop() may have woken the source that was replaced.
    if (stop.stop_requested()) return;
    clock_.sleep_until(work(), woken);
  }
}

TimePoint Timekeeper::work() {
  try {
    const TimePoint latest = clock_.now() + kSleepMax;
    return std::min(work_().value_or(latest), latest);
  } catch (const std::exception& failure) {
    log_.error("What is due could not be done", {{"reason", failure.what()}});
    return clock_.now() + kAfterFailure;
  }
}

}  // namespace aurora::local
