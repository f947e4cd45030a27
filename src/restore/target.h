// The target cluster's name: who holds it, may it be replaced, and how its holder is removed.
#pragma once
#include <optional>
#include <string>

#include "restore/step.h"

namespace aurora::restore {

// Whether `cluster` was made by this operation (its tag says so).
bool is_made_by(const aws::Cluster& cluster, const Operation& operation);
// Whether an earlier restore of the pipeline made it.
bool is_managed(const aws::Cluster& cluster);

// What forbids replacing the cluster that holds the target's name: Error "TargetProtected" or
// "TargetExists". Nothing when it may be replaced.
std::optional<Error> refusal(const aws::Cluster& cluster, const Configuration& settings);

// Asks RDS to delete readers, then the writer, then the cluster, as far as each is not on its way yet.
// The cluster may be deleted as soon as its instances are being deleted. Safe to repeat.
void begin_deletion(aws::Rds& rds, const aws::Cluster& cluster,
                    const std::optional<std::string>& final_snapshot = {});

// Asks RDS to rename the cluster where it is available under its old name. One look: true when it is
// available under the new one. The cluster's endpoints change with the name; the data stays where it is.
bool rename_cluster(aws::Rds& rds, const std::string& from, const std::string& to);
// Renames members "<from>-x" of the cluster to "<to>-x". One look: true when none is left to rename. A new
// name that another cluster's instance holds is waited for when that one is being deleted, else given up.
bool rename_members(aws::Rds& rds, const aws::Cluster& cluster, const std::string& from,
                    const std::string& to);
// Both, in that order.
bool rename_step(aws::Rds& rds, const std::string& from, const std::string& to);

// RDS neither renames nor deletes a stopped cluster.
Error target_stopped(const std::string& cluster);

// Names of what an operation makes. They derive from the operation, so that a repeated step finds what
// it made before.
std::string retired_name(const Operation& operation, const std::string& target);
std::string instance_name(const std::string& target, int number);
aws::Tags operation_tags(const Operation& operation);

// `name` cut to RDS's 63 characters so that `suffix` fits; never ends in a hyphen before it.
std::string with_suffix(const std::string& name, const std::string& suffix);

}  // namespace aurora::restore
