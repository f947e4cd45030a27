// Runs executions: one thread owns the writing connection and feeds every execution that something
// happened to; what many of them write shares one commit. Tasks run on a pool of their own, and only
// after their events are stored.
//
// Recovery: a process that starts finds every running execution in its rows. Timers that fell due in the
// meantime fire at once. A task that was running when the process died is recorded as failed with
// States.TaskFailed and scheduled again without touching Retry (asl::kRerunsMax times in one visit of the
// state, then Retry and Catch decide): what Lambda promises is at least once too, and functions of this
// product may run twice. A task that waits for its token goes on waiting.
#pragma once
#include <condition_variable>
#include <deque>
#include <list>
#include <mutex>
#include <queue>
#include <thread>
#include <unordered_map>

#include "base/clock.h"
#include "local/stepfunctions/store.h"
#include "local/stepfunctions/tasks.h"
#include "local/stepfunctions/worker_pool.h"

namespace aurora::local::stepfunctions {

// Who hears of executions that begin and end (EventBridge).
class StatusListener {
 public:
  virtual ~StatusListener() = default;
  // Asked inside the engine's transaction: must be quick. Only events that are wanted are stored. The first
  // spares making an event that nobody wants; it may say yes too often.
  virtual bool may_want(const std::string& region, std::string_view status) = 0;
  virtual bool wants(const std::string& region, const Json& event) = 0;
  // At least once, after the event is stored. What it throws is repeated by the next process.
  virtual void deliver(const std::string& region, const Json& event) = 0;
};

class Engine {
 public:
  // Told of every execution that begins, is redriven or ends, inside the engine's transaction: must be quick.
  using Observer = std::function<void(const ExecutionRow& execution)>;

  struct Options {
    int workers_max = 64;
    std::size_t cached_executions = 128;
    // How long a disk that refuses to be written is left alone.
    std::chrono::milliseconds retry_after{1000};
  };

  Engine(const std::filesystem::path& directory, Clock& clock, TaskInvoker& invoker, Options options);
  ~Engine();

  // Before start(); it outlives the engine.
  void set_listener(StatusListener* listener) { listener_ = listener; }
  void set_observer(Observer observer) { observer_ = std::move(observer); }
  void start();
  // Tasks that still run are told to stop; those that do not answer in time are run again by the next start.
  void stop();

  // Runs `work` on the engine's thread inside its next transaction, and returns when that is committed.
  // What `work` throws is thrown here; it must not have written anything then.
  template <typename F>
  auto transact(F work) -> std::invoke_result_t<F, Engine&>;

  // For use inside transact().
  Store& store() { return store_; }
  TimePoint now() const { return clock_.now(); }
  void begin_execution(const ExecutionRow& row);
  // Takes up an execution that ended without success.
  void redrive(const ExecutionRow& row, const std::string& token);
  // False when the execution is not running.
  bool feed(std::int64_t execution, const std::function<void(asl::Execution&, TimePoint)>& input);
  // Null when it is not running; valid until the transaction ends.
  const asl::Execution* running(std::int64_t execution);

 private:
  using Work = std::function<void()>;
  // Where a caller waits for the end of the transaction that holds its work.
  class Completion {
   public:
    void set(std::exception_ptr failure);
    // Throws the failure, if it was one.
    void wait();

   private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::exception_ptr failure_;
    bool done_ = false;
  };
  // One piece of work of the engine's thread.
  struct Job {
    Work work;
    Completion* caller;  // null for the engine's own work
  };
  // One commit holds all calls that wait, and so much of the engine's own work: ten thousand timers that fall
  // due at once keep nobody waiting for long.
  static constexpr std::size_t kOwnJobsPerBatch = 128;
  struct Running;
  // A compiled revision.
  struct Program {
    std::shared_ptr<const asl::Machine> machine;
    std::string machine_name, role_arn;
  };
  struct Dispatch {
    std::int64_t execution = 0;
    std::string region;
    asl::TaskStart task;
  };
  struct Timer {
    TimePoint when;
    std::int64_t execution;
    bool operator>(const Timer& other) const { return when > other.when; }
  };
  using Cache = std::list<std::unique_ptr<Running>>;

  void post(Job job);
  void post_feed(std::int64_t execution, std::function<void(asl::Execution&, TimePoint)> input);
  void work(const std::stop_token& stop);
  std::vector<Job> take_batch();
  void run_batch(std::vector<Job>& batch);
  void settle_batch(std::vector<Job>& batch, std::vector<std::exception_ptr>& failures);
  void after_failed_commit(std::vector<Job>& batch, const std::exception_ptr& failure,
                           std::vector<std::exception_ptr>& failures);
  void recover();

  Running* find_running(std::int64_t execution);
  Running& remember(std::unique_ptr<Running> running);
  void forget(std::int64_t execution);
  void store_changes(Running& running);
  void finish(Running& running);
  const Program& program(std::int64_t revision);
  static asl::ExecutionIdentity identity_of(const ExecutionRow& row, const Program& program);
  void announce(const ExecutionRow& row);
  void deliver(Store::Outgoing outgoing);
  void dispatch(Dispatch dispatch);
  void answer(std::int64_t execution, const asl::TaskStart& task, const TaskAnswer& answer);

  void arm(TimePoint when, std::int64_t execution);
  void keep_time(const std::stop_token& stop);
  void fire(std::int64_t execution);

  Clock& clock_;
  TaskInvoker& invoker_;
  StatusListener* listener_ = nullptr;
  Observer observer_;
  const Options options_;
  Store store_;

  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::vector<Job> calls_;    // with a caller
  std::deque<Job> own_jobs_;  // without
  bool stopping_ = false;

  // The engine thread's own.
  Cache cache_;  // the most recently used first
  std::unordered_map<std::int64_t, Cache::iterator> cached_;
  std::map<std::int64_t, Program> programs_;
  std::vector<Dispatch> to_dispatch_;
  std::vector<Timer> to_arm_;
  std::vector<Store::Outgoing> to_deliver_;
  std::vector<std::int64_t> to_proceed_;
  std::stop_token stop_;

  std::mutex timer_mutex_;
  std::priority_queue<Timer, std::vector<Timer>, std::greater<>> timers_;
  std::stop_source timer_wake_;

  WorkerPool pool_;
  std::jthread timekeeper_;
  std::jthread worker_;
};

template <typename F>
auto Engine::transact(F work) -> std::invoke_result_t<F, Engine&> {
  std::optional<std::invoke_result_t<F, Engine&>> result;
  Completion completion;
  post({[&] { result = work(*this); }, &completion});
  completion.wait();
  return *std::move(result);
}

}  // namespace aurora::local::stepfunctions
