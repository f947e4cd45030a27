// What an execution did in each state of its machine.
#pragma once
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/json.h"

namespace aurora::cli {

struct StateVisits {
  // Of the last visit.
  enum class Outcome { kNotReached, kRunning, kSucceeded, kCaught, kFailed, kAborted };
  Outcome outcome = Outcome::kNotReached;
  int visits = 0;
  int retries = 0;
  Duration spent{0};  // in all visits
  std::string error;  // of the last failure
};

std::string_view name_of(StateVisits::Outcome outcome);  // "not reached"
// "4 times, 6.2 s, 2 retries"; what is one, or nothing, is left out.
std::string visits_text(const StateVisits& visits);

struct Visits {
  std::map<std::string, StateVisits, std::less<>> states;
  // How often an execution went from one state to another, by their names.
  std::map<std::pair<std::string, std::string>, int> ways;
  std::map<std::pair<std::string, std::string>, int> catches;

  StateVisits of(std::string_view state) const;
};

// `events` are GetExecutionHistory's in their order; `now` is when a state that runs is looked at.
Visits visits_of(const std::vector<Json>& events, TimePoint now);

}  // namespace aurora::cli
