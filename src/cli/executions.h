// Executions of the pipeline by the beginning of their names: the runs of a schedule, the items of a batch.
#pragma once
#include <string>
#include <vector>

#include "cli/world.h"

namespace aurora::cli {

// As ListExecutions gives them, the newest first, at most 5,000. Throws Error "PipelineNotFound".
std::vector<Json> recent_executions(World& world);

// How an execution ended, for people: "completed", "running", "cancelled", "timed out" or the error's name.
struct Outcome {
  std::string text;
  std::string message;  // of the error
};
// Asks for the error of one that failed.
Outcome outcome_of(World& world, const Json& execution);

}  // namespace aurora::cli
