// Failures: Retry, Catch, and what neither of them takes.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "asl/execution_live.h"

namespace aurora::asl {

void Execution::runtime_error(const Strand& strand, const std::string& message) {
  fail_execution({.error = "States.Runtime",
                  .cause = fmt::format(
                      "An error occurred while executing the state '{}' (entered at the event id #{}). {}",
                      strand.state, strand.entered_event, message)},
                 strand.last_event);
}

// States.Runtime ends the execution whatever stands in Retry and Catch; the other errors that the
// interpreter itself finds are failures of the state.
void Execution::guarded(Strand& strand, const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& e) {
    if (e.name() == "States.Runtime") return runtime_error(strand, e.message());
    Failure failure{.error = e.name(), .cause = e.message()};
    if (e.name() == "States.IntrinsicFailure")
      failure.cause =
          fmt::format("An error occurred while executing the state '{}' (entered at the event id #{}). {}",
                      strand.state, strand.entered_event, e.message());
    fail_state(strand, failure);
  } catch (const Json::exception& e) {
    runtime_error(strand, e.what());
  }
}

bool matches_error(const std::vector<std::string>& error_equals, std::string_view error, bool is_heartbeat) {
  return std::any_of(error_equals.begin(), error_equals.end(), [&](const std::string& pattern) {
    return pattern == error || pattern == "States.ALL" ||
           (pattern == "States.TaskFailed" && error != "States.Timeout") ||
           (pattern == "States.HeartbeatTimeout" && is_heartbeat);
  });
}

void Execution::fail_state(Strand& strand, const Failure& failure) {
  const State& state = state_of(strand);
  if (try_retry(strand, state, failure)) return unfinished_.clear();
  const bool is_parallel = state.as<ParallelState>() != nullptr;
  if (is_parallel || state.as<MapState>()) {
    remove_children(strand.id);
    add_strand_event(strand, is_parallel ? EventType::kParallelStateFailed : EventType::kMapStateFailed);
  }
  if (try_catch(strand, state, failure)) {
    if (status_ == ExecutionStatus::kRunning) unfinished_.clear();
    return;
  }
  fail_strand(strand, failure, strand.last_event);
}

bool Execution::try_retry(Strand& strand, const State& state, const Failure& failure) {
  strand.attempts.resize(state.retriers.size());
  for (std::size_t i = 0; i < state.retriers.size(); ++i) {
    const Retrier& retrier = state.retriers[i];
    if (!matches_error(retrier.error_equals, failure.error, failure.is_heartbeat)) continue;
    if (strand.attempts[i] >= retrier.max_attempts) return false;
    // A retry that writes no event, because it fails before, counts as if it did.
    if (strand.retry_count >= kHistoryEventsMax) throw HistoryFull{};
    double delay = retrier.interval_seconds * std::pow(retrier.backoff_rate, strand.attempts[i]);
    if (retrier.max_delay_seconds) delay = std::min(delay, *retrier.max_delay_seconds);
    if (retrier.full_jitter) delay *= host_.random();
    remove_children(strand.id);
    ++strand.attempts[i];
    ++strand.retry_count;
    ++strand.ticket;
    strand.phase = Strand::Phase::kRetrying;
    strand.wake_at = now_ + to_duration(delay);
    Live& memory = live(strand);
    memory.effective.reset();
    memory.items.reset();
    memory.context.reset();
    changed(strand);
    return true;
  }
  return false;
}

// What a catcher hands on skips OutputPath.
bool Execution::try_catch(Strand& strand, const State& state, const Failure& failure) {
  for (const Catcher& catcher : state.catchers) {
    if (!matches_error(catcher.error_equals, failure.error, failure.is_heartbeat)) continue;
    const Value caught = Value::of({{"Error", failure.error}, {"Cause", failure.cause}});
    Value output = caught;
    try {
      output = place(strand, catcher.result_path, caught);
    } catch (const Error& e) {
      runtime_error(strand, e.message());
      return true;
    }
    exit_state(strand, output, catcher.next, strand.last_event);
    return true;
  }
  return false;
}

void Execution::fail_strand(Strand& strand, const Failure& failure, std::int64_t previous) {
  if (strand.parent >= 0) return child_failed(strand, failure);
  fail_execution(failure, previous);
}

// Without a failure the history is full.
void Execution::fail_execution(const Failure& failure, std::int64_t previous) {
  if (status_ != ExecutionStatus::kRunning) return;
  const bool history_full = failure.error.empty() && failure.cause.empty() && previous == 0;
  error_.reset();
  cause_.reset();
  if (history_full) {
    error_ = "States.Runtime";
    cause_ =
        fmt::format("The execution reached the maximum number of history events ({}).", kHistoryEventsMax);
  } else {
    if (failure.has_error) error_ = failure.error;
    if (failure.has_cause) cause_ = failure.cause;
  }
  finish(EventType::kExecutionFailed, ExecutionStatus::kFailed, history_full ? events_ : previous);
}

}  // namespace aurora::asl
