// What the settings mean for RDS's calls that make the new cluster and its instances, and whether RDS did
// what it was asked.
#pragma once
#include <string>
#include <vector>

#include "restore/step.h"

namespace aurora::restore {

// Least and largest capacity of db.serverless when none is given, in Aurora capacity units.
inline constexpr double kServerlessMinDefault = 0.5;
inline constexpr double kServerlessMaxDefault = 8;

// Tags of the new cluster and its instances: those of the pipeline, of the setting `tags`, and with copy_tags
// those of the snapshot, in this order when RDS's 50 do not suffice for all.
aws::Tags cluster_tags(const StepContext& context, const aws::Tags& snapshot_tags);
// A snapshot's tags that a copy or a cluster may have: none of AWS's and none of the pipeline's.
aws::Tags tags_to_copy(const StepContext& context, const aws::Tags& snapshot_tags);

// The members that RestoreDBClusterFromSnapshot and RestoreDBClusterToPointInTime have in common.
//
// Deletion protection is left off until the cluster is verified, so that a rollback can delete it
// (swap.h, protect()). Without the setting `port` it is the engine's.
Json common_request(const StepContext& context, const std::string& subnet_group,
                    const aws::Tags& snapshot_tags);
// RestoreDBClusterFromSnapshot of the operation's `target_snapshot`.
Json snapshot_request(const StepContext& context, const std::string& subnet_group,
                      const aws::Tags& snapshot_tags);
// CreateDBInstance. Number 1 is the writer; the readers follow it into other Availability Zones of `zones`
// (none: RDS chooses) and are promoted in the order of their numbers.
Json instance_request(const StepContext& context, const aws::Cluster& cluster, const std::string& name,
                      int number, const std::vector<std::string>& zones, const aws::Tags& snapshot_tags);

// The subnet group that the settings mean: by name, or one with exactly the subnets given, made and tagged
// when there is none. What it makes is noted in the state (`subnet_group_made`) before it is made.
std::string ensure_subnet_group(StepContext& context, aws::Rds& rds);

struct Difference {
  std::string what;  // "kms_key_id: asked for …, has …"
  // Data would be less safe than asked for: its key, its network, its parameters.
  bool severe = false;
};
// What the cluster has otherwise than `request` asked. `key_arn` is the ARN of the key asked for, empty when
// none was or it cannot be told.
std::vector<Difference> differences(const Json& request, const aws::Cluster& cluster,
                                    const std::string& key_arn);

// The ARN of the key that `key` (id, ARN or alias) means in the target Region; empty when KMS does not say.
std::string key_arn(const StepContext& context, const std::string& key);

}  // namespace aurora::restore
