// The instances of the new cluster: RDS restores a cluster without any.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "restore/step.h"

namespace aurora::restore {

struct InstancesLook {
  bool available = false;
  std::string text;  // what is waited for otherwise
  bool short_of_capacity = false;
};

// One look at the writer and the readers, making those that are missing. Throws Error "RestoreFailed" for one
// that reached a status that it does not leave, and RDS's own code when there was no capacity for too long.
InstancesLook ensure_instances(StepContext& context, aws::Rds& rds, const aws::Cluster& cluster);

// While the operation waits for instances that it has made: what is still waited for, without a look at the
// cluster. Nothing when they are all available, or when one is missing.
std::optional<std::string> instances_pending(StepContext& context, aws::Rds& rds);

// Members whose parameter groups take hold with a restart, the cluster's or their own.
std::vector<std::string> instances_to_restart(aws::Rds& rds, const aws::Cluster& cluster);

// A status of a cluster or instance that it does not leave by itself.
bool is_failed_status(const std::string& status);
Error restore_failed(const std::string& kind, const std::string& name, const std::string& status);

}  // namespace aurora::restore
