// Finds out what an operation used. Only its state or its execution is needed; what else may not be read, or
// is gone, stays absent.
#pragma once
#include "cli/cost/cost_sheet.h"
#include "cli/operations.h"

namespace aurora::cli {

CostFacts cost_facts(Context& context, World& world, const Operation& operation);

}  // namespace aurora::cli
