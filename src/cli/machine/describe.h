// The parts of a definition in few words.
#pragma once
#include <string>

#include "base/json.h"

namespace aurora::cli {

// `copy_status = "available"`, "input.name is present and not (n > 3)"; "$." is left out.
std::string rule_text(const Json& rule);
// "any error", "Busy, Late", "Busy and 3 others"
std::string errors_text(const Json& error_equals);
// "Busy and 3 others: 3 times after 3 s, then 2 times as long, 60 s at most, with jitter"
std::string retry_text(const Json& retrier);
// What a state does: the function of a Task, how long a Wait lasts, over what a Map goes.
std::string state_text(const Json& state);

}  // namespace aurora::cli
