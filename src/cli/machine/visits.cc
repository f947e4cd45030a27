#include "cli/machine/visits.h"

#include <fmt/format.h>

#include <set>

#include "base/dates.h"
#include "base/text.h"
#include "cli/machine/event_log.h"

namespace aurora::cli {
namespace {

using Outcome = StateVisits::Outcome;

class Counter {
 public:
  explicit Counter(const EventLog& log) : log_(log) {}

  Visits count(TimePoint now) {
    for (const LoggedEvent& event : log_.events()) {
      if (event.enters_state()) enter(event);
      if (event.exits_state()) leave(event);
      if (event.is_failure()) note_failure(event);
      if (log_.retried(event) != nullptr) begin_again(event);
      if (event.ends_execution())
        over_ = &event;
      else
        over_ = nullptr;
    }
    close_open(now);
    return std::move(visits_);
  }

 private:
  void enter(const LoggedEvent& event) {
    StateVisits& state = visits_.states[event.name];
    ++state.visits;
    state.outcome = Outcome::kRunning;
    open_[event.id] = &event;
    const LoggedEvent* before = log_.previous(event);
    if (before == nullptr || !before->exits_state()) return;
    ++(log_.is_catch(*before) ? visits_.catches : visits_.ways)[{before->name, event.name}];
  }

  void leave(const LoggedEvent& event) {
    const LoggedEvent* entered = log_.entered(event, event.name);
    if (entered == nullptr) return;
    close_inside(entered->id, log_.failure_before(event), event.time);
    StateVisits& state = visits_.states[event.name];
    state.spent += event.time - entered->time;
    state.outcome = log_.is_catch(event) ? Outcome::kCaught : Outcome::kSucceeded;
    open_.erase(entered->id);
  }

  void note_failure(const LoggedEvent& event) {
    const LoggedEvent* entered = log_.entered(event);
    if (entered == nullptr) return;
    if (!event.error().empty()) visits_.states[entered->name].error = event.error();
  }

  void begin_again(const LoggedEvent& attempt) {
    const LoggedEvent* attempted = log_.attempted(attempt);
    if (attempted == nullptr) return;
    ++visits_.states[attempted->name].retries;
    close_inside(attempted->id, log_.retried(attempt), attempt.time);
  }

  const LoggedEvent* entered_before(const LoggedEvent& entered) const {
    const LoggedEvent* before = log_.previous(entered);
    return before == nullptr || before->id >= entered.id ? nullptr : log_.entered(*before);
  }

  // What was entered on the way to an event.
  std::set<std::int64_t> way_to(const LoggedEvent* event) const {
    std::set<std::int64_t> way;
    for (const LoggedEvent* at = event == nullptr ? nullptr : log_.entered(*event); at != nullptr;
         at = entered_before(*at))
      way.insert(at->id);
    return way;
  }

  // What is open within a Parallel or Map ends with it: it failed where the failure came from, and was
  // stopped elsewhere.
  void close_inside(std::int64_t compound, const LoggedEvent* failure, TimePoint when) {
    std::vector<const LoggedEvent*> inside;
    for (const auto& [id, entered] : open_)
      if (id > compound && way_to(entered).contains(compound)) inside.push_back(entered);
    if (inside.empty()) return;
    const std::set<std::int64_t> failed = way_to(failure);
    for (const LoggedEvent* entered : inside) {
      close(*entered, failed.contains(entered->id) ? Outcome::kFailed : Outcome::kAborted, when);
      open_.erase(entered->id);
    }
  }

  void close(const LoggedEvent& entered, Outcome outcome, TimePoint when) {
    StateVisits& state = visits_.states[entered.name];
    state.spent += std::max(when, entered.time) - entered.time;
    state.outcome = outcome;
  }

  // What is open at the end fails with the execution in the same way, or runs.
  void close_open(TimePoint now) {
    const bool has_failed = over_ != nullptr && over_->type == "ExecutionFailed";
    const std::set<std::int64_t> failed = way_to(has_failed ? over_ : nullptr);
    for (const auto& [id, entered] : open_)
      close(*entered,
            over_ == nullptr      ? Outcome::kRunning
            : failed.contains(id) ? Outcome::kFailed
                                  : Outcome::kAborted,
            over_ == nullptr ? now : over_->time);
  }

  const EventLog& log_;
  Visits visits_;
  std::map<std::int64_t, const LoggedEvent*> open_;
  const LoggedEvent* over_ = nullptr;  // the event by which the execution ended
};

}  // namespace

std::string_view name_of(StateVisits::Outcome outcome) {
  switch (outcome) {
    case Outcome::kNotReached:
      return "not reached";
    case Outcome::kRunning:
      return "running";
    case Outcome::kSucceeded:
      return "succeeded";
    case Outcome::kCaught:
      return "caught";
    case Outcome::kFailed:
      return "failed";
    case Outcome::kAborted:
      return "stopped";
  }
  return "";
}

std::string visits_text(const StateVisits& visits) {
  if (visits.visits == 0) return "";
  std::vector<std::string> parts;
  if (visits.visits > 1) parts.push_back(fmt::format("{} times", visits.visits));
  if (visits.spent > Duration{0}) parts.push_back(human_duration(visits.spent));
  if (visits.retries > 0)
    parts.push_back(visits.retries == 1 ? "1 retry" : fmt::format("{} retries", visits.retries));
  return join(parts, ", ");
}

StateVisits Visits::of(std::string_view state) const {
  const auto found = states.find(state);
  return found == states.end() ? StateVisits{} : found->second;
}

Visits visits_of(const std::vector<Json>& events, TimePoint now) {
  const EventLog log(events);
  return Counter(log).count(now);
}

}  // namespace aurora::cli
