// Starting an execution of the pipeline, for `run` and `start`.
#pragma once
#include <string>

#include "cli/request_input.h"
#include "cli/world.h"

namespace aurora::cli {

struct StartedRestore {
  std::string operation_id;
  std::string execution_arn;
  Json request;
};

// Checks the request, then starts the execution whose name is the operation's id. Throws InvalidInput,
// AlreadyRunning, AlreadyFinished, PipelineNotFound.
StartedRestore start_restore(Context& context, World& world, const Json& request);

}  // namespace aurora::cli
