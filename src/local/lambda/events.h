// Events that wait for their function: InvocationType=Event is answered at once and run from here.
#pragma once
#include <SQLiteCpp/SQLiteCpp.h>

#include <condition_variable>
#include <filesystem>
#include <functional>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.h"

namespace aurora::local {

struct QueuedEvent {
  std::int64_t id = 0;
  std::string region;
  std::string function;
  std::string request_id;
  std::string payload;
  int attempts = 0;
};

// Kept on disk until they are through, so that an event that was accepted survives kill -9. Thread-safe.
class EventQueue {
 public:
  enum class Verdict {
    kDone,
    kFailed,     // the function failed: twice more, as Lambda does
    kThrottled,  // no free instance: again soon, as often as it takes
    kKeep,       // the service is being stopped
  };
  using Run = std::function<Verdict(const QueuedEvent& event)>;

  struct Options {
    // Before the second and the third attempt.
    std::vector<std::chrono::milliseconds> retry_after{std::chrono::minutes(1), std::chrono::minutes(2)};
    std::chrono::milliseconds throttled_retry_after{200};
    int workers = 4;
  };

  EventQueue(const std::filesystem::path& directory, Clock& clock, Options options);
  ~EventQueue();

  void push(const QueuedEvent& event);
  // Begins to run events, also those that an earlier process left.
  void start(Run run);
  void stop();

 private:
  void work(const std::stop_token& stop);
  struct Claim {
    std::optional<QueuedEvent> event;  // due, and nobody else runs it
    std::chrono::milliseconds wait;    // else: how long until the next is due
    std::uint64_t seen;                // the state of `changes_` that this was found in
  };
  Claim claim();
  void wait_for_change(const Claim& claimed, const std::stop_token& stop);
  void settle(const QueuedEvent& event, Verdict verdict);

  Clock& clock_;
  const Options options_;
  Run run_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  SQLite::Database database_;
  std::set<std::int64_t> running_;
  std::uint64_t changes_ = 0;
  std::vector<std::jthread> workers_;
};

}  // namespace aurora::local
