// The story of one deployment: look, upload, show the change, ask, make it, follow it.
#pragma once
#include "cli/context.h"
#include "cli/deploy/options.h"
#include "cli/exit_codes.h"

namespace aurora::cli {

ExitCode deploy(Context& context, const DeployOptions& options);

// Looks only: package, template, parameters, stack, bucket, and which rights are missing.
ExitCode check_deployment(Context& context, const DeployOptions& options);

// Goes on with an update's rollback that failed.
ExitCode continue_rollback(Context& context, const DeployOptions& options);

}  // namespace aurora::cli
