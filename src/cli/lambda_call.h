// Invoking one of the pipeline's functions directly.
#pragma once
#include <string>

#include "cli/world.h"

namespace aurora::cli {

// The function's answer. Throws the function's own error, with its name, message and hint; and
// PipelineNotFound when the function is not there.
Json invoke_step(World& world, const std::string& step, const Json& payload);

}  // namespace aurora::cli
