// Global databases with one member: what keeps a cluster from being deleted as long as it belongs to one.
// Members in other Regions are not carried.
#pragma once
#include "local/rds/context.h"

namespace aurora::local::rds {

// Refuses to delete a cluster that belongs to a global database.
void check_not_global(const Resource& cluster);

Json create_global_cluster(Context& context);
Json describe_global_clusters(Context& context);
Json remove_from_global_cluster(Context& context);
Json delete_global_cluster(Context& context);

}  // namespace aurora::local::rds
