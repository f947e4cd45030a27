// Runs the service's jobs: on a few threads, in order where they touch the same things, and not faster
// than they are told to be.
#pragma once
#include <atomic>
#include <condition_variable>
#include <list>
#include <memory>
#include <mutex>
#include <stop_token>
#include <thread>

#include "base/clock.h"
#include "base/error.h"
#include "local/rds/records.h"

namespace aurora::local::rds {

// Progress of one running job, written by its work and read by whoever describes the resource.
class JobControl {
 public:
  void report(std::uint64_t done, std::uint64_t total) {
    done_ = done;
    total_ = total;
  }
  double fraction() const;  // 0 to 1; 0 before the first report
  std::stop_token stop() const { return source_.get_token(); }
  void request_stop() { source_.request_stop(); }

 private:
  std::atomic<std::uint64_t> done_{0};
  std::atomic<std::uint64_t> total_{0};
  std::stop_source source_;
};

// What a job is. None of the calls is made under the queue's lock.
class JobRunner {
 public:
  virtual ~JobRunner() = default;
  // The work has begun and takes until `job.due` at least: to be kept, so that a restart does not begin
  // the time anew.
  virtual void begun(const Job& job) = 0;
  // Does the work; may throw. What it returns goes to finished().
  virtual Json perform(const Job& job, JobControl& control) = 0;
  // Makes the result visible and forgets the job.
  virtual void finished(const Job& job, const Json& result) = 0;
  virtual void failed(const Job& job, const Error& error) = 0;
};

// Thread-safe.
class JobQueue {
 public:
  // With no threads, jobs run only in run_due().
  JobQueue(Clock& clock, JobRunner& runner, unsigned threads);
  ~JobQueue();  // stop()

  void start();
  // Interrupts running work, which stays recorded for the next process, and waits for its end.
  void stop();
  // `job` must be recorded already.
  void add(Job job);
  // Asks the job's work to stop; neither finished() nor failed() is called for it. What follows on the same
  // things waits until the work has returned.
  void cancel(std::int64_t job);
  // How far a job is, from 0 to 1, by its own count and by its minimum time, whichever is behind.
  double fraction(std::int64_t job);

  // Runs what can run now on the calling thread, finishes what is due, and repeats until nothing is left to
  // do at this time. Returns when the next is due.
  std::optional<TimePoint> run_due();
  // True when no job is left.
  bool idle();

 private:
  enum class State { kWaiting, kRunning, kHeld };  // kHeld: the work is done, the time is not
  struct Entry {
    Job job;
    State state = State::kWaiting;
    bool cancelled = false;
    Json result;
    std::optional<Error> failure;
    std::unique_ptr<JobControl> control = std::make_unique<JobControl>();
  };
  using Iterator = std::list<Entry>::iterator;

  bool blocked(Iterator entry);
  std::optional<Iterator> next_runnable();
  std::optional<Iterator> next_due();
  std::optional<TimePoint> earliest_due();
  void perform(Iterator entry);
  void begin(Iterator entry);
  void hold(Iterator entry);  // under the lock
  void conclude(Iterator entry);
  void remove(Iterator entry);
  bool step();
  void work_loop(std::stop_token stop);
  void timer_loop(std::stop_token stop);

  Clock& clock_;
  JobRunner& runner_;
  const unsigned thread_count_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::list<Entry> entries_;
  std::stop_source timer_wake_;
  bool stopping_ = false;
  std::vector<std::jthread> threads_;
};

}  // namespace aurora::local::rds
