// Amazon RDS as the steps use it: Aurora clusters, their instances and snapshots, in one Region.
//
// RDS's write calls take no idempotency token. A caller that may run twice looks first, names what it
// makes after its operation and tags it, and takes "already exists" for success only when the thing is
// its own.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "aws/client.h"
#include "base/clock.h"

namespace aurora::aws {

using Tags = std::map<std::string, std::string>;

struct ClusterSnapshot {
  std::string identifier;
  std::string arn;
  std::string cluster_identifier;
  std::string status;  // available, copying, creating, failed, …
  std::string type;    // manual, automated, shared, …
  std::string engine;
  std::string engine_version;
  std::string master_username;
  std::string kms_key_id;
  std::string source_snapshot_arn;  // of a copy
  std::string vpc_id;
  int percent_progress = 0;
  int port = 0;
  int allocated_storage_gib = 0;
  bool encrypted = false;
  std::optional<TimePoint> created;
  Tags tags;
};

struct ClusterMember {
  std::string instance_identifier;
  bool is_writer = false;
  std::string parameter_group_status;  // of the cluster parameter group: in-sync, pending-reboot
};

struct Cluster {
  std::string identifier;
  std::string arn;
  std::string status;
  std::string engine;
  std::string engine_version;
  std::string endpoint;
  std::string reader_endpoint;
  std::string master_username;
  std::string subnet_group;
  std::string resource_id;
  std::string kms_key_id;
  std::string master_user_secret_arn;     // of a master password that RDS manages
  std::string master_user_secret_status;  // creating, active, rotating, impaired
  int port = 0;
  bool deletion_protection = false;
  bool encrypted = false;
  std::optional<TimePoint> created;
  std::vector<ClusterMember> members;
  Tags tags;
  Json body;  // all that RDS shows
};

struct Instance {
  std::string identifier;
  std::string cluster_identifier;
  std::string status;
  std::string instance_class;
  bool deletion_protection = false;
  bool publicly_accessible = false;
  bool parameters_pending = false;  // its parameter group takes hold with a restart
};

class Rds {
 public:
  Rds(Api& api, std::string region) : api_(&api), region_(std::move(region)) {}
  const std::string& region() const { return region_; }

  // By name or ARN; nothing when there is none. Automated and shared snapshots included.
  std::optional<ClusterSnapshot> find_snapshot(const std::string& name_or_arn);
  // All snapshots of a cluster, manual and automated.
  std::vector<ClusterSnapshot> snapshots_of(const std::string& cluster_identifier);
  // All manual snapshots of the Region, which are what its quota counts.
  std::vector<ClusterSnapshot> manual_snapshots();
  // All that DescribeDBClusterSnapshots finds for `input`, page by page.
  std::vector<ClusterSnapshot> list_snapshots(const Json& input);
  std::optional<Cluster> find_cluster(const std::string& identifier);
  std::optional<Instance> find_instance(const std::string& identifier);
  // The subnet group with exactly these subnets.
  std::optional<std::string> find_subnet_group(std::vector<std::string> subnet_ids);
  bool has_subnet_group(const std::string& name);
  // The Availability Zones that a subnet group reaches, sorted.
  std::vector<std::string> zones_of_subnet_group(const std::string& name);

  // The rest passes `input` on as the operation's own members; see the RDS API reference. Not
  // idempotent by themselves.
  Json copy_snapshot(const Json& input) { return call("CopyDBClusterSnapshot", input); }
  Json restore_cluster(const Json& input) { return call("RestoreDBClusterFromSnapshot", input); }
  Json restore_cluster_to_time(const Json& input) { return call("RestoreDBClusterToPointInTime", input); }
  Json modify_cluster(const Json& input) { return call("ModifyDBCluster", input); }
  Json create_instance(const Json& input) { return call("CreateDBInstance", input); }
  Json modify_instance(const Json& input) { return call("ModifyDBInstance", input); }
  Json reboot_instance(const Json& input) { return call("RebootDBInstance", input); }
  Json create_subnet_group(const Json& input) { return call("CreateDBSubnetGroup", input); }

  // These count a thing that is gone, or on its way, as success.
  void delete_instance(const std::string& identifier);
  void delete_cluster(const std::string& identifier, const std::optional<std::string>& final_snapshot);
  // True when the snapshot was there.
  bool delete_snapshot(const std::string& identifier);
  bool delete_subnet_group(const std::string& name);

 private:
  Json call(std::string_view operation, const Json& input) {
    return api_->call("rds", region_, operation, input);
  }
  // Every page of a Describe operation.
  std::vector<Json> describe(std::string_view operation, Json input, std::string_view list);

  Api* api_;
  std::string region_;
};

// Tags in the form of a request, without those AWS reserves for itself ("aws:").
Json tag_list(const Tags& tags);
Tags tags_of(const Json& tag_list);

}  // namespace aurora::aws
