// Looking for what stands in the way of a restore, without starting it.
#pragma once
#include "cli/context.h"
#include "cli/exit_codes.h"
#include "cli/style.h"
#include "cli/world.h"

namespace aurora::cli {

// snapshot_check's answer to the look; nothing is created, locked or recorded.
Json ask_dry_run(World& world, const Json& request);
// What stands in the way and what to know, as lines below a heading.
std::string findings_text(const Context& context, const Json& answer, const Style& style);
// kDone when nothing stands in the way, else the code of the one finding, or of PreflightFailed for several.
ExitCode exit_code_of_findings(const Json& answer);

// Has snapshot_check look at everything that later steps need, and prints what it found: as text, or with
// `json` its answer as one JSON object. The code is exit_code_of_findings().
ExitCode run_dry(Context& context, World& world, const Json& request, bool json);

}  // namespace aurora::cli
