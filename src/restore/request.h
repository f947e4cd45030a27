// What a person or a schedule asks for: the check that the command line makes before it starts an
// execution, and the first step before it touches anything.
#pragma once
#include <vector>

#include "base/json.h"
#include "restore/settings.h"

namespace aurora::restore {

// Everything wrong with an execution's input; empty when it is fit. What only the environment's
// configuration can complete (a target cluster set in SSM, say) is not missed here.
std::vector<Finding> validate_request(const Json& input);

// The findings that need the whole configuration: `settings` as resolved from all sources.
std::vector<Finding> validate_resolved(const Json& settings);

}  // namespace aurora::restore
