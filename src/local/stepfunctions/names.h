// Names of state machines and executions.
#pragma once
#include <string>

namespace aurora::local::stepfunctions {

// 1 to 80 characters without white space, control characters, brackets, wildcards and most punctuation.
// Throws ServiceError "InvalidName".
std::string checked_name(const std::string& name);

}  // namespace aurora::local::stepfunctions
