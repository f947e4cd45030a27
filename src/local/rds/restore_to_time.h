// Continuous backup: from when a cluster can be restored, and RestoreDBClusterToPointInTime.
//
// A cluster's server keeps its log, and a restore replays it from a backup: the one that was made with the
// cluster, or any of its snapshots that is still there. A cluster that was itself restored has its first such
// backup with its first snapshot, and until then no restorable time. Engines that keep no log have none.
#pragma once
#include <optional>

#include "local/rds/context.h"

namespace aurora::local::rds {

struct RestorableTimes {
  TimePoint earliest;
  TimePoint latest;
};
// Nothing when the cluster cannot be restored to any time.
std::optional<RestorableTimes> restorable_times(Environment& environment, const Resource& cluster);

// Writes "EarliestRestorableTime" and "LatestRestorableTime" into what Describe shows.
void show_restorable_times(Environment& environment, const Resource& cluster, Json& body);

// From now on the cluster can be restored to any moment with this snapshot as the beginning.
void remember_backup(Environment& environment, const std::string& cluster, const Resource& snapshot);

Json restore_db_cluster_to_point_in_time(Context& context);

}  // namespace aurora::local::rds
