// A thread that does what is due, sleeps until something is due again, and can be woken.
#pragma once
#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>

#include "base/clock.h"
#include "base/log.h"

namespace aurora::local {

class Timekeeper {
 public:
  // Does what is due and says when it is to be called again; nothing: when somebody wakes it. What it throws
  // is logged, and it is called again a second later.
  using Work = std::function<std::optional<TimePoint>()>;

  // `clock` outlives it.
  Timekeeper(Clock& clock, Log log, Work work)
      : clock_(clock), log_(std::move(log)), work_(std::move(work)) {}
  ~Timekeeper() { stop(); }
  Timekeeper(const Timekeeper&) = delete;
  Timekeeper& operator=(const Timekeeper&) = delete;

  void start();
  // Returns when the work at hand is done.
  void stop();
  // The work is done at once, because what is due has changed. Does nothing before start().
  void wake();

 private:
  void run(const std::stop_token& stop);
  TimePoint work();

  Clock& clock_;
  const Log log_;
  const Work work_;
  std::mutex mutex_;
  std::stop_source wake_;
  std::jthread thread_;
};

}  // namespace aurora::local
