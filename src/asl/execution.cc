#include "asl/execution.h"

#include <fmt/format.h>

#include <algorithm>

#include "asl/execution_live.h"
#include "asl/utf8.h"

namespace aurora::asl {

Execution::Execution(std::shared_ptr<const Machine> machine, ExecutionIdentity identity, Value input,
                     Host& host)
    : machine_(std::move(machine)), identity_(std::move(identity)), input_(std::move(input)), host_(host) {}

Execution::Execution(std::shared_ptr<const Machine> machine, ExecutionIdentity identity, Value input,
                     Host& host, std::vector<Strand> strands, std::int64_t events, PayloadLookup lookup)
    : Execution(std::move(machine), std::move(identity), std::move(input), host) {
  lookup_ = std::move(lookup);
  events_ = events;
  for (Strand& strand : strands) {
    const int id = strand.id;
    next_strand_ = std::max(next_strand_, id + 1);
    if (strand.phase == Strand::Phase::kEnter) ready_.push_back(id);
    if (strand.phase == Strand::Phase::kTask && !strand.begun) to_begin_.push_back(id);
    strands_.emplace(id, std::move(strand));
  }
}

Execution::~Execution() = default;

void Execution::start(TimePoint now) {
  now_ = now;
  add_event(EventType::kExecutionStarted, 0, input_.text(), Json{{"roleArn", identity_.role_arn}});
  Strand& root = add_strand(-1, 0);
  root.state = machine_->root.start_at;
  ready(root);
  run();
}

void Execution::proceed(TimePoint now) {
  now_ = now;
  run();
}

void Execution::stop(const std::optional<std::string>& error, const std::optional<std::string>& cause,
                     TimePoint now) {
  if (status_ != ExecutionStatus::kRunning) return;
  now_ = now;
  error_ = error;
  cause_ = cause;
  try {
    if (Strand* root = find(0)) abort_state(*root, 0);
  } catch (const HistoryFull&) {
    // There is room for the end itself, which matters more than what it interrupts.
  }
  finish(EventType::kExecutionAborted, ExecutionStatus::kAborted, 0);
}

void Execution::time_out(TimePoint now) {
  if (status_ != ExecutionStatus::kRunning) return;
  now_ = now;
  error_ = "States.Timeout";
  finish(EventType::kExecutionTimedOut, ExecutionStatus::kTimedOut, 0);
}

// Tasks whose time is up are all recorded before the first of them has consequences, as AWS does.
void Execution::time_passed(TimePoint now) {
  if (status_ != ExecutionStatus::kRunning) return;
  now_ = now;
  std::vector<std::pair<int, Failure>> due;
  try {
    for (auto& [id, strand] : strands_) {
      if (!strand.wake_at || *strand.wake_at > now) continue;
      Failure failure{.error = "States.Timeout", .cause = "", .has_cause = false};
      if (strand.phase == Strand::Phase::kTask) {
        failure.is_heartbeat = !strand.timeout_at || *strand.timeout_at > now;
        record_timeout(strand);
      }
      due.emplace_back(id, std::move(failure));
    }
    for (const auto& [id, failure] : due) {
      Strand* strand = status_ == ExecutionStatus::kRunning ? find(id) : nullptr;
      if (!strand) continue;
      strand->wake_at.reset();
      changed(*strand);
      if (strand->phase == Strand::Phase::kTask)
        fail_state(*strand, failure);
      else if (strand->phase == Strand::Phase::kWaiting)
        guarded(*strand, [&] { complete(*strand, effective_input(*strand)); });
      else if (strand->phase == Strand::Phase::kRetrying)
        execute(*strand);
    }
  } catch (const HistoryFull&) {
    fail_execution({}, 0);
  }
  run();
}

bool Execution::waits_for(int strand, std::int64_t ticket) const {
  const auto found = strands_.find(strand);
  return found != strands_.end() && found->second.phase == Strand::Phase::kTask &&
         found->second.ticket == ticket;
}

std::optional<TimePoint> Execution::next_wake() const {
  std::optional<TimePoint> next;
  for (const auto& [id, strand] : strands_)
    if (strand.wake_at && (!next || *strand.wake_at < *next)) next = strand.wake_at;
  return next;
}

Changes Execution::take_changes() {
  Changes changes;
  changes.events = std::exchange(new_events_, {});
  new_bytes_ = 0;
  for (const int id : changed_)
    if (strands_.contains(id)) changes.changed_strands.push_back(id);
  changed_.clear();
  changes.removed_strands = std::exchange(removed_, {});
  changes.tasks = std::exchange(tasks_, {});
  changes.more = status_ == ExecutionStatus::kRunning && (!ready_.empty() || !to_begin_.empty());
  return changes;
}

// ---- strands

Execution::Live& Execution::live(const Strand& strand) {
  return live_[strand.id];
}

Strand* Execution::find(int id) {
  const auto found = strands_.find(id);
  return found == strands_.end() ? nullptr : &found->second;
}

Strand& Execution::add_strand(int parent, int index) {
  // Each writes one event at least, so that there is no room for more strands than for events.
  if (strands_.size() >= static_cast<std::size_t>(kHistoryEventsMax)) throw HistoryFull{};
  const int id = next_strand_++;
  Strand& strand = strands_[id];
  strand.id = id;
  strand.parent = parent;
  strand.index = index;
  changed(strand);
  return strand;
}

void Execution::remove(int id) {
  strands_.erase(id);
  live_.erase(id);
  changed_.erase(id);
  removed_.push_back(id);
}

void Execution::ready(Strand& strand) {
  strand.phase = Strand::Phase::kEnter;
  strand.wake_at.reset();
  ready_.push_back(strand.id);
  changed(strand);
}

const StateList& Execution::list_of(const Strand& strand) {
  if (strand.parent < 0) return machine_->root;
  const State& parent = state_of(*find(strand.parent));
  if (const auto* parallel = parent.as<ParallelState>())
    return *parallel->branches.at(static_cast<std::size_t>(strand.index));
  return *std::get<MapState>(parent.kind).processor;
}

const State& Execution::state_of(const Strand& strand) {
  const State* state = list_of(strand).find(strand.state);
  AURORA_INVARIANT(state != nullptr);
  return *state;
}

// ---- events

Event& Execution::add_event(EventType type, std::int64_t previous, std::string payload, Json details) {
  const bool ends = type == EventType::kExecutionSucceeded || type == EventType::kExecutionFailed ||
                    type == EventType::kExecutionAborted || type == EventType::kExecutionTimedOut;
  if (!ends && events_ + 1 >= kHistoryEventsMax) throw HistoryFull{};
  new_bytes_ += payload.size() + sizeof(Event);
  new_events_.push_back(Event{.id = ++events_,
                              .previous = previous,
                              .time = now_,
                              .type = type,
                              .name = {},
                              .payload = std::move(payload),
                              .details = std::move(details)});
  return new_events_.back();
}

void Execution::add_strand_event(Strand& strand, EventType type, std::string payload, Json details) {
  strand.last_event = add_event(type, strand.last_event, std::move(payload), std::move(details)).id;
  changed(strand);
}

Event& Execution::add_state_event(Strand& strand, std::string_view suffix, std::int64_t previous,
                                  std::string payload) {
  const State& state = state_of(strand);
  const auto type = parse_event_type(fmt::format("{}State{}", state.type_name(), suffix));
  AURORA_INVARIANT(type.has_value());
  Event& event = add_event(*type, previous, std::move(payload));
  event.name = state.name;
  changed(strand);
  return event;
}

// ---- the loop

bool Execution::may_go_on() const {
  return status_ == ExecutionStatus::kRunning && new_events_.size() < kEventsPerRun &&
         new_bytes_ < kBytesPerRun;
}

void Execution::run() {
  try {
    while (!ready_.empty() && may_go_on()) {
      Strand* strand = find(ready_.front());
      ready_.pop_front();
      if (strand) enter(*strand);
    }
    if (ready_.empty() && status_ == ExecutionStatus::kRunning) begin_tasks();
  } catch (const HistoryFull&) {
    fail_execution({}, 0);
  }
}

void Execution::enter(Strand& strand) {
  Live& memory = live(strand);
  const Value input = input_of(strand);
  memory = Live{};
  memory.input = input;
  strand.attempts.clear();
  strand.retry_count = strand.reruns = 0;
  strand.entered_time = now_;
  strand.payload_event = 0;
  if (!list_of(strand).find(strand.state))
    return fail_execution(
        {.error = "States.Runtime", .cause = fmt::format("There is no state '{}'.", strand.state)},
        strand.last_event);
  strand.entered_event = add_state_event(strand, "Entered", strand.last_event, input.text()).id;
  strand.last_event = strand.entered_event;
  execute(strand);
}

void Execution::execute(Strand& strand) {
  live(strand).context.reset();
  const State& state = state_of(strand);
  guarded(strand, [&] {
    if (const auto* pass = state.as<PassState>())
      execute_pass(strand, *pass);
    else if (const auto* task = state.as<TaskState>())
      execute_task(strand, *task);
    else if (const auto* choice = state.as<ChoiceState>())
      execute_choice(strand, *choice);
    else if (const auto* wait = state.as<WaitState>())
      execute_wait(strand, *wait);
    else if (const auto* fail = state.as<FailState>())
      execute_fail(strand, *fail);
    else if (const auto* parallel = state.as<ParallelState>())
      execute_parallel(strand, *parallel);
    else if (const auto* map = state.as<MapState>())
      execute_map(strand, *map);
    else
      execute_succeed(strand);
  });
}

void Execution::exit_state(Strand& strand, const Value& output, const std::string& next,
                           std::int64_t previous) {
  strand.last_event = add_state_event(strand, "Exited", previous, output.text()).id;
  strand.payload_event = strand.last_event;
  live(strand) = Live{};
  live(strand).input = output;
  const State& state = state_of(strand);
  if (next.empty() || state.as<SucceedState>()) return strand_finished(strand);
  strand.state = next;
  ready(strand);
}

void Execution::strand_finished(Strand& strand) {
  if (strand.parent >= 0) return child_succeeded(strand);
  output_ = live(strand).input->text();
  finish(EventType::kExecutionSucceeded, ExecutionStatus::kSucceeded, strand.last_event);
}

void Execution::finish(EventType type, ExecutionStatus status, std::int64_t previous) {
  Json details;
  if (status != ExecutionStatus::kSucceeded) {
    if (cause_) cause_ = std::string(utf8_prefix(*cause_, kCauseBytesMax));
    if (cause_) details["cause"] = *cause_;
    if (error_) details["error"] = *error_;
  }
  add_event(type, previous, output_, std::move(details));
  status_ = status;
  if (status == ExecutionStatus::kSucceeded)
    unfinished_.clear();
  else if (unfinished_.empty())
    unfinished_ = strands_;
  while (!strands_.empty()) remove(strands_.begin()->first);
  ready_.clear();
  to_begin_.clear();
  tasks_.clear();
}

}  // namespace aurora::asl
