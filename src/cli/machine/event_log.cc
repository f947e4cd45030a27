#include "cli/machine/event_log.h"

#include "base/dates.h"
#include "cli/story.h"

namespace aurora::cli {
namespace {

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> choices) {
  for (const std::string_view choice : choices)
    if (text == choice) return true;
  return false;
}

}  // namespace

bool LoggedEvent::ends_execution() const {
  return is_one_of(type, {"ExecutionSucceeded", "ExecutionFailed", "ExecutionTimedOut", "ExecutionAborted"});
}

bool LoggedEvent::is_failure() const {
  return !type.starts_with("Execution") &&
         (type.ends_with("Failed") || type.ends_with("TimedOut") || type == "FailStateEntered");
}

std::string LoggedEvent::error() const {
  return string_or(*details, "error", type.ends_with("TimedOut") ? "States.Timeout" : "");
}

EventLog::EventLog(const std::vector<Json>& events) {
  for (const Json& json : events) {
    LoggedEvent event{.id = int_or(json, "id", 0),
                      .previous = int_or(json, "previousEventId", 0),
                      .time = parse_iso(string_or(json, "timestamp", "")).value_or(TimePoint{}),
                      .type = string_or(json, "type", ""),
                      .name = string_or(event_details(json), "name", ""),
                      .details = &event_details(json)};
    by_id_[event.id] = events_.size();
    events_.push_back(std::move(event));
  }
}

const LoggedEvent* EventLog::find(std::int64_t id) const {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : &events_[found->second];
}

// What comes before has a smaller id, so that each walk ends even over events that nobody should have
// written.
const LoggedEvent* EventLog::entered(const LoggedEvent& event, std::string_view name) const {
  for (const LoggedEvent* at = &event; at != nullptr;) {
    if (at->enters_state() && (name.empty() || at->name == name)) return at;
    const LoggedEvent* before = previous(*at);
    at = before != nullptr && before->id < at->id ? before : nullptr;
  }
  return nullptr;
}

// A further attempt of a Parallel or Map follows upon what failed inside of it: back to where its children
// began, past others that were done inside.
const LoggedEvent* EventLog::attempted(const LoggedEvent& attempt) const {
  if (!attempt.begins_children()) return entered(attempt);
  int inside = 0;
  const LoggedEvent* at = &attempt;
  while (at != nullptr) {
    const LoggedEvent* before = previous(*at);
    if (before == nullptr || before->id >= at->id) return nullptr;
    if (at->begins_children() && before->enters_compound()) {
      if (inside-- == 0) return before;
    } else if (before->exits_state()) {
      before = entered(*before, before->name);
    } else if (before->type == "ParallelStateFailed" || before->type == "MapStateFailed") {
      ++inside;
    }
    at = before;
  }
  return nullptr;
}

bool EventLog::is_catch(const LoggedEvent& exited) const {
  const LoggedEvent* before = previous(exited);
  return exited.exits_state() && before != nullptr && before->is_failure();
}

const LoggedEvent* EventLog::retried(const LoggedEvent& attempt) const {
  const LoggedEvent* before = previous(attempt);
  return attempt.begins_attempt() && before != nullptr && before->is_failure() ? before : nullptr;
}

const LoggedEvent* EventLog::failure_before(const LoggedEvent& event) const {
  const LoggedEvent* cause = nullptr;
  for (const LoggedEvent* at = previous(event); at != nullptr && at->is_failure();) {
    cause = at;
    const LoggedEvent* before = previous(*at);
    at = before != nullptr && before->id < at->id ? before : nullptr;
  }
  return cause;
}

}  // namespace aurora::cli
