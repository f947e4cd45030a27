// The environment's configuration as it stands in SSM Parameter Store.
#pragma once
#include "cli/world.h"

namespace aurora::cli {

// The object in /aurora-restore/<environment>/config; empty when there is none.
Json read_pipeline_config(World& world);

}  // namespace aurora::cli
