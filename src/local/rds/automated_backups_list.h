// DescribeDBClusterAutomatedBackups: the continuous backups of clusters that can be restored to a time.
#pragma once
#include "local/rds/context.h"

namespace aurora::local::rds {

Json describe_db_cluster_automated_backups(Context& context);

}  // namespace aurora::local::rds
