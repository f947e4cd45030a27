#include "aws/rds.h"

#include <algorithm>
#include <set>

#include "base/dates.h"

namespace aurora::aws {
namespace {

std::optional<TimePoint> time_or_nothing(const Json& object, std::string_view key) {
  return parse_iso(string_or(object, key, ""));
}

ClusterSnapshot snapshot_from(const Json& json) {
  ClusterSnapshot snapshot;
  snapshot.identifier = string_or(json, "DBClusterSnapshotIdentifier", "");
  snapshot.arn = string_or(json, "DBClusterSnapshotArn", "");
  snapshot.cluster_identifier = string_or(json, "DBClusterIdentifier", "");
  snapshot.status = string_or(json, "Status", "");
  snapshot.type = string_or(json, "SnapshotType", "");
  snapshot.engine = string_or(json, "Engine", "");
  snapshot.engine_version = string_or(json, "EngineVersion", "");
  snapshot.master_username = string_or(json, "MasterUsername", "");
  snapshot.kms_key_id = string_or(json, "KmsKeyId", "");
  snapshot.source_snapshot_arn = string_or(json, "SourceDBClusterSnapshotArn", "");
  snapshot.vpc_id = string_or(json, "VpcId", "");
  snapshot.percent_progress = static_cast<int>(int_or(json, "PercentProgress", 0));
  snapshot.port = static_cast<int>(int_or(json, "Port", 0));
  snapshot.allocated_storage_gib = static_cast<int>(int_or(json, "AllocatedStorage", 0));
  snapshot.encrypted = bool_or(json, "StorageEncrypted", false);
  snapshot.created = time_or_nothing(json, "SnapshotCreateTime");
  snapshot.tags = tags_of(member_or_null(json, "TagList"));
  return snapshot;
}

Cluster cluster_from(const Json& json) {
  Cluster cluster;
  cluster.identifier = string_or(json, "DBClusterIdentifier", "");
  cluster.arn = string_or(json, "DBClusterArn", "");
  cluster.status = string_or(json, "Status", "");
  cluster.engine = string_or(json, "Engine", "");
  cluster.engine_version = string_or(json, "EngineVersion", "");
  cluster.endpoint = string_or(json, "Endpoint", "");
  cluster.reader_endpoint = string_or(json, "ReaderEndpoint", "");
  cluster.master_username = string_or(json, "MasterUsername", "");
  cluster.subnet_group = string_or(json, "DBSubnetGroup", "");
  cluster.resource_id = string_or(json, "DbClusterResourceId", "");
  cluster.kms_key_id = string_or(json, "KmsKeyId", "");
  const Json& secret = member_or_null(json, "MasterUserSecret");
  cluster.master_user_secret_arn = string_or(secret, "SecretArn", "");
  cluster.master_user_secret_status = string_or(secret, "SecretStatus", "");
  cluster.port = static_cast<int>(int_or(json, "Port", 0));
  cluster.deletion_protection = bool_or(json, "DeletionProtection", false);
  cluster.encrypted = bool_or(json, "StorageEncrypted", false);
  cluster.created = time_or_nothing(json, "ClusterCreateTime");
  cluster.tags = tags_of(member_or_null(json, "TagList"));
  for (const Json& member : member_or_null(json, "DBClusterMembers"))
    cluster.members.push_back({string_or(member, "DBInstanceIdentifier", ""),
                               bool_or(member, "IsClusterWriter", false),
                               string_or(member, "DBClusterParameterGroupStatus", "in-sync")});
  cluster.body = json;
  return cluster;
}

Instance instance_from(const Json& json) {
  Instance instance{string_or(json, "DBInstanceIdentifier", ""),
                    string_or(json, "DBClusterIdentifier", ""),
                    string_or(json, "DBInstanceStatus", ""),
                    string_or(json, "DBInstanceClass", ""),
                    bool_or(json, "DeletionProtection", false),
                    bool_or(json, "PubliclyAccessible", false),
                    false};
  for (const Json& group : member_or_null(json, "DBParameterGroups"))
    if (string_or(group, "ParameterApplyStatus", "") == "pending-reboot") instance.parameters_pending = true;
  return instance;
}

bool is_arn(std::string_view text) {
  return text.starts_with("arn:");
}

}  // namespace

Json tag_list(const Tags& tags) {
  Json list = Json::array();
  for (const auto& [key, value] : tags)
    if (!key.starts_with("aws:")) list.push_back({{"Key", key}, {"Value", value}});
  return list;
}

Tags tags_of(const Json& list) {
  Tags tags;
  for (const Json& tag : list) tags[string_or(tag, "Key", "")] = string_or(tag, "Value", "");
  return tags;
}

std::vector<Json> Rds::describe(std::string_view operation, Json input, std::string_view list) {
  std::vector<Json> found;
  for (;;) {
    const Json answer = call(operation, input);
    for (const Json& element : member_or_null(answer, list)) found.push_back(element);
    const std::string marker = string_or(answer, "Marker", "");
    if (marker.empty()) return found;
    input["Marker"] = marker;
  }
}

std::optional<ClusterSnapshot> Rds::find_snapshot(const std::string& name_or_arn) {
  Json input{{"DBClusterSnapshotIdentifier", name_or_arn}};
  // An automated snapshot is only found when its type is given, a shared one only when it is included.
  if (name_or_arn.starts_with("rds:") || name_or_arn.find(":cluster-snapshot:rds:") != std::string::npos)
    input["SnapshotType"] = "automated";
  else if (name_or_arn.starts_with("awsbackup:") ||
           name_or_arn.find(":cluster-snapshot:awsbackup:") != std::string::npos)
    input["SnapshotType"] = "awsbackup";
  else if (is_arn(name_or_arn))
    input["IncludeShared"] = true;
  try {
    const std::vector<Json> found = describe("DescribeDBClusterSnapshots", input, "DBClusterSnapshots");
    if (found.empty()) return std::nullopt;
    return snapshot_from(found.front());
  } catch (const ServiceError& e) {
    if (e.is("DBClusterSnapshotNotFoundFault")) return std::nullopt;
    throw;
  }
}

std::vector<ClusterSnapshot> Rds::list_snapshots(const Json& input) {
  std::vector<ClusterSnapshot> snapshots;
  for (const Json& json : describe("DescribeDBClusterSnapshots", input, "DBClusterSnapshots"))
    snapshots.push_back(snapshot_from(json));
  return snapshots;
}

std::vector<ClusterSnapshot> Rds::snapshots_of(const std::string& cluster_identifier) {
  std::vector<ClusterSnapshot> snapshots;
  // Without a type, RDS answers with manual and automated snapshots.
  for (const Json& json : describe("DescribeDBClusterSnapshots",
                                   {{"DBClusterIdentifier", cluster_identifier}}, "DBClusterSnapshots"))
    snapshots.push_back(snapshot_from(json));
  return snapshots;
}

std::vector<ClusterSnapshot> Rds::manual_snapshots() {
  std::vector<ClusterSnapshot> snapshots;
  for (const Json& json :
       describe("DescribeDBClusterSnapshots", {{"SnapshotType", "manual"}}, "DBClusterSnapshots"))
    snapshots.push_back(snapshot_from(json));
  return snapshots;
}

std::optional<Cluster> Rds::find_cluster(const std::string& identifier) {
  try {
    const std::vector<Json> found =
        describe("DescribeDBClusters", {{"DBClusterIdentifier", identifier}}, "DBClusters");
    if (found.empty()) return std::nullopt;
    return cluster_from(found.front());
  } catch (const ServiceError& e) {
    if (e.is("DBClusterNotFoundFault")) return std::nullopt;
    throw;
  }
}

std::optional<Instance> Rds::find_instance(const std::string& identifier) {
  try {
    const std::vector<Json> found =
        describe("DescribeDBInstances", {{"DBInstanceIdentifier", identifier}}, "DBInstances");
    if (found.empty()) return std::nullopt;
    return instance_from(found.front());
  } catch (const ServiceError& e) {
    if (e.is("DBInstanceNotFound")) return std::nullopt;
    throw;
  }
}

std::optional<std::string> Rds::find_subnet_group(std::vector<std::string> subnet_ids) {
  std::sort(subnet_ids.begin(), subnet_ids.end());
  for (const Json& group : describe("DescribeDBSubnetGroups", Json::object(), "DBSubnetGroups")) {
    std::vector<std::string> subnets;
    for (const Json& subnet : member_or_null(group, "Subnets"))
      subnets.push_back(string_or(subnet, "SubnetIdentifier", ""));
    std::sort(subnets.begin(), subnets.end());
    if (subnets == subnet_ids) return string_or(group, "DBSubnetGroupName", "");
  }
  return std::nullopt;
}

bool Rds::has_subnet_group(const std::string& name) {
  try {
    return !describe("DescribeDBSubnetGroups", {{"DBSubnetGroupName", name}}, "DBSubnetGroups").empty();
  } catch (const ServiceError& e) {
    if (e.is("DBSubnetGroupNotFoundFault")) return false;
    throw;
  }
}

std::vector<std::string> Rds::zones_of_subnet_group(const std::string& name) {
  std::set<std::string> zones;
  for (const Json& group :
       describe("DescribeDBSubnetGroups", {{"DBSubnetGroupName", name}}, "DBSubnetGroups"))
    for (const Json& subnet : member_or_null(group, "Subnets"))
      if (const std::string zone = string_or(member_or_null(subnet, "SubnetAvailabilityZone"), "Name", "");
          !zone.empty())
        zones.insert(zone);
  return {zones.begin(), zones.end()};
}

void Rds::delete_instance(const std::string& identifier) {
  try {
    call("DeleteDBInstance", {{"DBInstanceIdentifier", identifier}, {"SkipFinalSnapshot", true}});
  } catch (const ServiceError& e) {
    if (e.is("DBInstanceNotFound")) return;
    if (e.is("InvalidDBInstanceState")) {
      const auto instance = find_instance(identifier);
      if (!instance || instance->status == "deleting") return;
    }
    throw;
  }
}

void Rds::delete_cluster(const std::string& identifier, const std::optional<std::string>& final_snapshot) {
  Json input{{"DBClusterIdentifier", identifier}, {"SkipFinalSnapshot", !final_snapshot}};
  if (final_snapshot) input["FinalDBSnapshotIdentifier"] = *final_snapshot;
  try {
    call("DeleteDBCluster", input);
  } catch (const ServiceError& e) {
    if (e.is("DBClusterNotFoundFault")) return;
    if (e.is("InvalidDBClusterStateFault")) {
      const auto cluster = find_cluster(identifier);
      if (!cluster || cluster->status == "deleting") return;
    }
    throw;
  }
}

bool Rds::delete_subnet_group(const std::string& name) {
  try {
    call("DeleteDBSubnetGroup", {{"DBSubnetGroupName", name}});
    return true;
  } catch (const ServiceError& e) {
    if (e.is("DBSubnetGroupNotFoundFault")) return false;
    throw;
  }
}

bool Rds::delete_snapshot(const std::string& identifier) {
  try {
    call("DeleteDBClusterSnapshot", {{"DBClusterSnapshotIdentifier", identifier}});
    return true;
  } catch (const ServiceError& e) {
    if (e.is("DBClusterSnapshotNotFoundFault")) return false;
    throw;
  }
}

}  // namespace aurora::aws
