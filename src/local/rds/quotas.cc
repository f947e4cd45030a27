#include "local/rds/quotas.h"

#include <algorithm>

#include "local/rds/snapshots.h"
#include "local/service.h"

namespace aurora::local::rds {
namespace {

std::size_t most_subnets(Context& context) {
  std::size_t most = 0;
  for (const Resource& group : context.records.list(Kind::kSubnetGroup, context.region))
    most = std::max(most, group.body.at("Subnets").size());
  return most;
}

}  // namespace

std::size_t manual_snapshots(Context& context) {
  const std::vector<Resource> all = context.records.list(Kind::kSnapshot, context.region);
  return static_cast<std::size_t>(std::count_if(all.begin(), all.end(), [](const Resource& snapshot) {
    return string_or(snapshot.body, "SnapshotType", "") == "manual";
  }));
}

std::size_t own_parameter_groups(Context& context, Kind kind) {
  const std::vector<Resource> all = context.records.list(kind, context.region);
  return static_cast<std::size_t>(std::count_if(
      all.begin(), all.end(), [](const Resource& group) { return !group.id.starts_with("default."); }));
}

std::size_t own_subnet_groups(Context& context) {
  const std::vector<Resource> all = context.records.list(Kind::kSubnetGroup, context.region);
  return static_cast<std::size_t>(
      std::count_if(all.begin(), all.end(), [](const Resource& group) { return group.id != "default"; }));
}

// Kinds of things that the endpoint does not carry are listed too, with none used, as for an account that
// does not use them.
Json describe_account_attributes(Context& context) {
  const auto count = [&](Kind kind) { return context.records.list(kind, context.region).size(); };
  Json quotas = Json::array();
  const auto add = [&](const char* name, std::size_t used, std::size_t max) {
    quotas.push_back({{"AccountQuotaName", name}, {"Used", used}, {"Max", max}});
  };
  add("DBInstances", count(Kind::kInstance), kInstancesMax);
  add("ReservedDBInstances", 0, 40);
  add("AllocatedStorage", 0, 100000);  // in GiB; Aurora's storage does not count
  add("DBSecurityGroups", 0, 25);
  add("AuthorizationsPerDBSecurityGroup", 0, 20);
  add("DBParameterGroups", own_parameter_groups(context, Kind::kParameterGroup), kParameterGroupsMax);
  add("ManualSnapshots", 0, 100);  // of instances outside clusters
  add("EventSubscriptions", 0, 20);
  add("DBSubnetGroups", own_subnet_groups(context), kSubnetGroupsMax);
  add("OptionGroups", 0, 20);
  add("SubnetsPerDBSubnetGroup", most_subnets(context), kSubnetsPerGroupMax);
  add("ReadReplicasPerMaster", 0, 15);
  add("DBClusters", count(Kind::kCluster), kClustersMax);
  add("DBClusterParameterGroups", own_parameter_groups(context, Kind::kClusterParameterGroup),
      kParameterGroupsMax);
  add("DBClusterRoles", 0, kRolesMax);
  add("DBInstanceRoles", 0, kRolesMax);
  add("CustomEndpointsPerDBCluster", 0, 5);
  add("ManualClusterSnapshots", manual_snapshots(context), kManualSnapshotsMax);
  return {{"AccountQuotas", std::move(quotas)}};
}

}  // namespace aurora::local::rds
