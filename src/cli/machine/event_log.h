// The events of an execution as GetExecutionHistory gives them, with what leads from one to the next.
#pragma once
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/json.h"

namespace aurora::cli {

// One event, taken apart.
struct LoggedEvent {
  std::int64_t id = 0;
  std::int64_t previous = 0;
  TimePoint time;
  std::string type;
  std::string name;               // of the state, where the event names one
  const Json* details = nullptr;  // null Json where it has none

  bool enters_state() const { return type.ends_with("StateEntered"); }
  // A Parallel or Map.
  bool enters_compound() const { return type == "ParallelStateEntered" || type == "MapStateEntered"; }
  bool exits_state() const { return type.ends_with("StateExited"); }
  bool ends_execution() const;
  // A task, function, branch or iteration failed; nobody took it up yet.
  bool is_failure() const;
  // An attempt of a state: what Retry does once more.
  bool begins_attempt() const { return type.ends_with("Scheduled") || begins_children(); }
  // Branches or iterations.
  bool begins_children() const { return type == "ParallelStateStarted" || type == "MapStateStarted"; }
  std::string error() const;
};

class EventLog {
 public:
  // The events outlive the log and are in the order of their ids.
  explicit EventLog(const std::vector<Json>& events);

  const std::vector<LoggedEvent>& events() const { return events_; }
  const LoggedEvent* find(std::int64_t id) const;
  const LoggedEvent* previous(const LoggedEvent& event) const { return find(event.previous); }
  // The nearest event before `event` by which the state of that name was entered, or any state.
  const LoggedEvent* entered(const LoggedEvent& event, std::string_view name = {}) const;
  // The event by which the state was entered that `attempt` is one of.
  const LoggedEvent* attempted(const LoggedEvent& attempt) const;
  // Whether a state was left because a Catch took its failure.
  bool is_catch(const LoggedEvent& exited) const;
  // The failure for which `attempt` begins again; null for a first attempt.
  const LoggedEvent* retried(const LoggedEvent& attempt) const;
  // The failure that led to `event` directly, through the events that a Parallel or Map adds to it.
  const LoggedEvent* failure_before(const LoggedEvent& event) const;

 private:
  std::vector<LoggedEvent> events_;
  std::map<std::int64_t, std::size_t> by_id_;
};

}  // namespace aurora::cli
