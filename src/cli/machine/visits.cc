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
      if (log_.retried(event) != nullptr)
        if (const LoggedEvent* attempted = log_.attempted(event)) ++visits_.states[attempted->name].retries;
      if (event.ends_execution())
        over_ = &event;
      else
        over_ = nullptr;
    }
    close(now);
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

  // What is still open failed with the execution when its failure came from there, and was stopped otherwise.
  void close(TimePoint now) {
    std::set<std::int64_t> failed;
    if (over_ != nullptr && over_->type == "ExecutionFailed")
      for (const LoggedEvent* at = log_.entered(*over_); at != nullptr;) {
        failed.insert(at->id);
        const LoggedEvent* before = log_.previous(*at);
        at = before == nullptr ? nullptr : log_.entered(*before);
      }
    for (const auto& [id, entered] : open_) {
      StateVisits& state = visits_.states[entered->name];
      state.spent += (over_ == nullptr ? std::max(now, entered->time) : over_->time) - entered->time;
      if (over_ != nullptr) state.outcome = failed.contains(id) ? Outcome::kFailed : Outcome::kAborted;
    }
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
