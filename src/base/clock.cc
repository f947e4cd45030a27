#include "base/clock.h"

#include <algorithm>

namespace aurora {

TimePoint SystemClock::now() const {
  return std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
}

Duration SystemClock::monotonic() const {
  return std::chrono::duration_cast<Duration>(std::chrono::steady_clock::now().time_since_epoch());
}

bool SystemClock::sleep_until(TimePoint when, std::stop_token stop) {
  std::mutex mutex;
  std::condition_variable_any changed;
  std::unique_lock lock(mutex);
  // The system clock may be set while we wait, so the wait is cut into pieces of at most a minute.
  while (!stop.stop_requested()) {
    const Duration left = when - now();
    if (left <= Duration::zero()) return true;
    changed.wait_for(lock, stop, std::min<Duration>(left, std::chrono::minutes(1)), [] { return false; });
  }
  return false;
}

TimePoint ManualClock::now() const {
  const std::lock_guard lock(mutex_);
  return now_;
}

Duration ManualClock::monotonic() const { return now().time_since_epoch(); }

bool ManualClock::sleep_until(TimePoint when, std::stop_token stop) {
  std::unique_lock lock(mutex_);
  if (stop.stop_requested()) return false;
  if (auto_advance_) {
    now_ = std::max(now_, when);
    changed_.notify_all();
    return true;
  }
  return changed_.wait(lock, stop, [&] { return now_ >= when; });
}

void ManualClock::advance(Duration by) {
  const std::lock_guard lock(mutex_);
  now_ += by;
  changed_.notify_all();
}

}  // namespace aurora
