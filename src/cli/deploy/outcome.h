// How a change of a stack ended, in words.
#pragma once
#include "cli/deploy/place.h"
#include "cli/deploy/stack_watch.h"
#include "cli/style.h"

namespace aurora::cli {

// Throws Error "DeploymentFailed" for an outcome that is none of those wanted: which resource failed and why,
// what stands now, and what to do.
void require_done(const StackOutcome& outcome, const std::string& stack);

// Name and value of each output, as lines.
std::string outputs_text(const Stack& stack, const Style& style);
Json stack_json(const Stack& stack);

}  // namespace aurora::cli
