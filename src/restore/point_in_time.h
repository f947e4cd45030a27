// Restoring a cluster as it was at a moment, instead of from a snapshot.
//
// RDS makes the new cluster from the source cluster's continuous backup, in the same Region and account. For
// the other steps it is a restore like any other, of a snapshot that needs no copy.
#pragma once
#include <vector>

#include "restore/step.h"

namespace aurora::restore {

// Whether the input means a time and not a snapshot.
bool is_point_in_time(const Configuration& settings);

// What contradicts itself in `settings` (resolved from all sources). Empty when they mean a snapshot.
std::vector<Finding> validate_point_in_time(const Json& settings);

// The source cluster in the form of the snapshot that it stands in for: its engine, version, encryption and
// size; as name and time, the moment that is meant. Throws Error "SourceClusterNotFound", or
// "TimeNotRestorable" for a time outside what the cluster's backup holds, naming the window.
aws::ClusterSnapshot point_in_time_source(StepContext& context);

// RestoreDBClusterToPointInTime's input, from what it has in common with that of a snapshot's restore.
Json point_in_time_request(const StepContext& context, Json restore_request);

}  // namespace aurora::restore
