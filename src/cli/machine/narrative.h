// An execution told state by state, for people.
#pragma once
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/json.h"
#include "cli/style.h"

namespace aurora::cli {

// One line for each state with the time since the start; below it answers, failures, further attempts and
// catches. What runs in a Parallel or Map is indented and told branch by branch, iteration by iteration.
// `events` are GetExecutionHistory's.
std::string tell_execution(const std::vector<Json>& events, const Style& style);

// "0 s", "1.5 s", "2m 05s": of virtual time, which is often round.
std::string span_text(Duration duration);

}  // namespace aurora::cli
