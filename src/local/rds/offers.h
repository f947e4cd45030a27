// The Describe actions about what RDS has to offer, and about what happened.
#pragma once
#include "local/rds/context.h"

namespace aurora::local::rds {

Json describe_db_engine_versions(Context& context);
Json describe_orderable_db_instance_options(Context& context);
Json describe_engine_default_cluster_parameters(Context& context);
Json describe_events(Context& context);

}  // namespace aurora::local::rds
