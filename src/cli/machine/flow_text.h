// A state machine drawn with characters.
#pragma once
#include <string>

#include "cli/machine/flow.h"
#include "cli/machine/visits.h"
#include "cli/style.h"

namespace aurora::cli {

// The main way from top to bottom; other branches of choices, branches of a Parallel and what a Map repeats
// are indented where they leave it. Handlers of failures stand below. Lines are cut at the terminal's width.
// `visits` colours the states by what an execution did in them; null for the machine alone.
std::string draw_flow(const Flow& flow, const Visits* visits, const Style& style);

}  // namespace aurora::cli
