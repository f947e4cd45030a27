// Time as a seam: everything that asks for the time or waits goes through a Clock.
#pragma once
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <stop_token>

namespace aurora {

using Duration = std::chrono::microseconds;
// UTC, microseconds since 1970.
using TimePoint = std::chrono::sys_time<Duration>;

// Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual TimePoint now() const = 0;
  // Never goes backwards; for measuring and deadlines within one process.
  virtual Duration monotonic() const = 0;
  // Waits until `now() >= when` or `stop` is requested. True when the time was reached.
  virtual bool sleep_until(TimePoint when, std::stop_token stop = {}) = 0;

  bool sleep_for(Duration duration, std::stop_token stop = {}) {
    return sleep_until(now() + duration, std::move(stop));
  }
};

class SystemClock final : public Clock {
 public:
  TimePoint now() const override;
  Duration monotonic() const override;
  bool sleep_until(TimePoint when, std::stop_token stop = {}) override;
};

// Virtual time for tests. A sleeper with `auto_advance` moves the time itself and returns at once;
// otherwise it waits until somebody calls advance().
class ManualClock final : public Clock {
 public:
  explicit ManualClock(TimePoint start, bool auto_advance = true)
      : now_(start), auto_advance_(auto_advance) {}
  TimePoint now() const override;
  Duration monotonic() const override;
  bool sleep_until(TimePoint when, std::stop_token stop = {}) override;
  void advance(Duration by);

 private:
  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  TimePoint now_;
  const bool auto_advance_;
};

}  // namespace aurora
