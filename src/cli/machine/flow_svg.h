// A state machine drawn as SVG.
#pragma once
#include <string>

#include "cli/machine/flow.h"
#include "cli/machine/visits.h"

namespace aurora::cli {

// One self-contained file without scripts, light or dark as the viewer is. Pointing at a state or a way shows
// its details. `visits` colours the states by what an execution did in them; null for the machine alone.
std::string flow_svg(const Flow& flow, const Visits* visits, const std::string& title);

}  // namespace aurora::cli
