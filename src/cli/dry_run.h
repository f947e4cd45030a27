// Looking for what stands in the way of a restore, without starting it.
#pragma once
#include "cli/context.h"
#include "cli/exit_codes.h"
#include "cli/world.h"

namespace aurora::cli {

// Has snapshot_check look at everything that later steps need, and prints what it found: as text, or with
// `json` its answer as one JSON object. Nothing is created, locked or recorded. The code is kDone when
// nothing stands in the way, else that of the one finding, or of PreflightFailed for several.
ExitCode run_dry(Context& context, World& world, const Json& request, bool json);

}  // namespace aurora::cli
