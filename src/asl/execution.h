// One execution of a state machine: a step machine that is fed with what happens (started, a task
// answered, time has come, stop) and tells what to store and then to do. It has no threads, reads no
// clock and opens nothing.
//
// History first: take_changes() hands out the new events, the changed strands and the tasks to begin;
// the owner stores the first two in one transaction and begins the tasks only after that.
//
// What waits is a strand: the execution itself, one per branch of a Parallel, one per iteration of a
// Map. A strand is a small row; its inputs and outputs are payloads of events, looked up by id.
#pragma once
#include <deque>
#include <functional>
#include <map>
#include <set>

#include "asl/event.h"
#include "asl/host.h"
#include "asl/model.h"

namespace aurora::asl {

// The quota of Step Functions on the events of one execution: the last of them says so and fails it.
inline constexpr std::int64_t kHistoryEventsMax = 25'000;
// How often a task that was running when the endpoint died is begun again before it counts as failed.
inline constexpr int kRerunsMax = 3;
// The quota of the cause of a failure, in bytes; the rest is cut off.
inline constexpr std::size_t kCauseBytesMax = 32'768;
// What the branches of a Parallel or the iterations of a Map may answer together while it runs; its result
// may have kPayloadBytesMax.
inline constexpr std::size_t kResultsBytesMax = 32 * kPayloadBytesMax;
// Iterations of a Map that run at the same time when MaxConcurrency does not say less (AWS's inline limit).
inline constexpr int kMapConcurrencyMax = 40;

struct ExecutionIdentity {
  std::string arn, name, machine_arn, machine_name, role_arn, region;
  TimePoint start_time;
  int redrive_count = 0;
};

enum class ExecutionStatus { kRunning, kSucceeded, kFailed, kTimedOut, kAborted };
std::string_view status_name(ExecutionStatus status);  // "RUNNING"

struct Strand {
  enum class Phase : std::uint8_t {
    kEnter,     // about to enter `state`
    kWaiting,   // in a Wait state
    kTask,      // a task is scheduled or running
    kRetrying,  // waits to try `state` again
    kChildren,  // branches or iterations run
    kDone,      // a branch or iteration that succeeded, kept for its output
  };
  int id = 0;
  int parent = -1;
  int index = 0;  // of the branch or iteration
  Phase phase = Phase::kEnter;
  std::string state;
  std::int64_t entered_event = 0;  // its payload is the state's input
  std::int64_t payload_event =
      0;  // kEnter: its payload is the next input; kDone: the output; 0: see first_input
  std::int64_t last_event = 0;
  TimePoint entered_time;
  std::optional<TimePoint> wake_at;
  // Changes whenever the strand begins to wait for something else, so that late answers are told apart.
  std::int64_t ticket = 0;
  std::vector<int> attempts;  // per retrier of the state
  int retry_count = 0;
  int reruns = 0;
  // Of a task.
  bool begun = false;      // its Started event is written
  bool submitted = false;  // its TaskSubmitted event is written: only the callback is missing
  std::optional<TimePoint> timeout_at;
  std::optional<double> heartbeat_seconds;
  std::optional<TimePoint> heartbeat_at;
  // Of a Parallel or Map.
  int total = 0, started = 0, finished = 0, concurrency = 0;

  Json to_json() const;  // everything but id and wake_at
  static Strand from_json(int id, std::optional<TimePoint> wake_at, const Json& json);
};

// A task to begin, after its events are stored.
struct TaskStart {
  int strand = 0;
  std::int64_t ticket = 0;
  Resource resource;
  std::string input;  // what the function gets, or the integration's parameters
  Json credentials;
};

struct Changes {
  std::vector<Event> events;
  std::vector<int> changed_strands;
  std::vector<int> removed_strands;
  std::vector<TaskStart> tasks;
  // More can be done at once: call proceed() after storing this.
  bool more = false;
};

class Execution {
 public:
  using PayloadLookup = std::function<std::string(std::int64_t event_id)>;

  Execution(std::shared_ptr<const Machine> machine, ExecutionIdentity identity, Value input, Host& host);
  // As it was when `strands` were stored; `events` events are written so far.
  Execution(std::shared_ptr<const Machine> machine, ExecutionIdentity identity, Value input, Host& host,
            std::vector<Strand> strands, std::int64_t events, PayloadLookup lookup);
  ~Execution();

  // The inputs. Each names the time at which it happened.
  void start(TimePoint now);
  void proceed(TimePoint now);
  void task_submitted(int strand, std::int64_t ticket, const std::string& output, TimePoint now);
  void task_succeeded(int strand, std::int64_t ticket, const std::string& output, TimePoint now);
  void task_failed(int strand, std::int64_t ticket, const std::string& error, const std::string& cause,
                   TimePoint now);
  // Puts the next heartbeat off. All of these ignore answers to what nobody waits for any more.
  void task_heartbeat(int strand, std::int64_t ticket, TimePoint now);
  // The process that ran the task is gone: run again (kRerunsMax times), then fail with States.TaskFailed.
  void task_interrupted(int strand, std::int64_t ticket, const std::string& cause, TimePoint now);
  // Does everything whose time has come.
  void time_passed(TimePoint now);
  void stop(const std::optional<std::string>& error, const std::optional<std::string>& cause, TimePoint now);
  void time_out(TimePoint now);
  // Takes up an execution that ended without success: `unfinished` is what it left, the identity's
  // redrive_count counts this one too. The execution was made with its events and without strands.
  void redrive(std::vector<Strand> unfinished, TimePoint now);

  // Whether an answer with this ticket would be heard.
  bool waits_for(int strand, std::int64_t ticket) const;
  Changes take_changes();

  ExecutionStatus status() const { return status_; }
  const std::string& output() const { return output_; }
  const std::optional<std::string>& error() const { return error_; }
  const std::optional<std::string>& cause() const { return cause_; }
  std::int64_t event_count() const { return events_; }
  // After an end without success: the strands as they were, for redrive().
  std::vector<Strand> unfinished() const;
  const std::map<int, Strand>& strands() const { return strands_; }
  // The earliest time at which time_passed() has something to do.
  std::optional<TimePoint> next_wake() const;

 private:
  struct Live;  // what a strand holds in memory only
  struct Failure {
    std::string error;
    std::string cause;
    bool has_error = true, has_cause = true;
    bool is_heartbeat = false;
  };

  // Bounds what one call writes, so that an endless loop in a definition cannot fill the memory.
  static constexpr std::size_t kEventsPerRun = 400;
  static constexpr std::size_t kBytesPerRun = 4 << 20;

  Live& live(const Strand& strand);
  const StateList& list_of(const Strand& strand);
  const State& state_of(const Strand& strand);
  const Value& input_of(const Strand& strand);
  Value first_input(const Strand& strand);
  const Json& context_of(const Strand& strand);
  Scope scope(const Strand& strand, const Json& data);
  Strand* find(int id);
  Strand& add_strand(int parent, int index);
  void changed(const Strand& strand) { changed_.insert(strand.id); }
  void remove(int id);
  void ready(Strand& strand);

  Event& add_event(EventType type, std::int64_t previous, std::string payload = {}, Json details = {});
  void add_strand_event(Strand& strand, EventType type, std::string payload = {}, Json details = {});
  Event& add_state_event(Strand& strand, std::string_view suffix, std::int64_t previous,
                         std::string payload = {});

  void run();
  bool may_go_on() const;
  void enter(Strand& strand);
  void execute(Strand& strand);
  void guarded(Strand& strand, const std::function<void()>& action);

  // The kinds of states.
  void execute_pass(Strand& strand, const PassState& pass);
  void execute_choice(Strand& strand, const ChoiceState& choice);
  void execute_wait(Strand& strand, const WaitState& wait);
  void execute_succeed(Strand& strand);
  void execute_fail(Strand& strand, const FailState& fail);
  void execute_task(Strand& strand, const TaskState& task);
  void execute_parallel(Strand& strand, const ParallelState& parallel);
  void execute_map(Strand& strand, const MapState& map);
  TimePoint wait_end(const Strand& strand, const WaitState& wait, const Json& data);
  std::optional<double> seconds_of(const Strand& strand, const NumberField& field, std::string_view name,
                                   const Json& data);

  // Data on its way through a state.
  Value effective_input(const Strand& strand);
  Value with_parameters(const Strand& strand, const Value& data);
  Value place(const Strand& strand, const PathField& where, const Value& result);
  Value finish_output(const Strand& strand, const Value& output);
  void complete(Strand& strand, const Value& result);
  void check_size(const Value& value, const std::string& what);

  // From state to state.
  void exit_state(Strand& strand, const Value& output, const std::string& next, std::int64_t previous);
  void strand_finished(Strand& strand);
  void finish(EventType type, ExecutionStatus status, std::int64_t previous);

  // Tasks.
  void schedule_task(Strand& strand, const TaskState& task);
  void begin_tasks();
  void record_task_failure(Strand& strand, const Failure& failure);
  void record_timeout(Strand& strand);
  void set_task_wake(Strand& strand);
  Strand* waiting_task(int id, std::int64_t ticket);

  // Branches and iterations.
  void start_children(Strand& strand);
  void start_child(Strand& strand, std::int64_t previous);
  void child_succeeded(Strand& child);
  void results_too_large(Strand& child);
  void compound_succeeded(Strand& strand, std::int64_t previous);
  void child_failed(Strand& child, const Failure& failure);
  void abort_children(Strand& strand, int except, std::int64_t previous);
  void abort_state(Strand& strand, std::int64_t previous);
  void remove_children(int parent);
  std::vector<int> children_of(int parent) const;
  const Json& items_of(const Strand& strand);
  int map_concurrency(const Strand& strand, const MapState& map, const Json& data);
  void check_tolerated(const Strand& strand, const MapState& map, const Json& data);

  // Failures.
  void fail_state(Strand& strand, const Failure& failure);
  bool try_retry(Strand& strand, const State& state, const Failure& failure);
  bool try_catch(Strand& strand, const State& state, const Failure& failure);
  void fail_strand(Strand& strand, const Failure& failure, std::int64_t previous);
  void fail_execution(const Failure& failure, std::int64_t previous);
  void runtime_error(const Strand& strand, const std::string& message);

  std::shared_ptr<const Machine> machine_;
  ExecutionIdentity identity_;
  Value input_;
  Host& host_;
  PayloadLookup lookup_;
  ExecutionStatus status_ = ExecutionStatus::kRunning;
  std::string output_;
  std::optional<std::string> error_, cause_;
  TimePoint now_;
  std::int64_t events_ = 0;
  std::map<int, Strand> strands_;
  std::map<int, Live> live_;
  std::map<int, Strand> unfinished_;  // as they were before a failure that nothing took yet
  int next_strand_ = 0;
  std::deque<int> ready_;
  std::deque<int> to_begin_;  // tasks whose Scheduled event is written and whose Started event is not

  std::vector<Event> new_events_;
  std::size_t new_bytes_ = 0;
  std::set<int> changed_;
  std::vector<int> removed_;
  std::vector<TaskStart> tasks_;
};

}  // namespace aurora::asl
