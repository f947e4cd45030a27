#include <fmt/format.h>

#include <algorithm>

#include "local/rds/clusters.h"
#include "local/rds/global_clusters.h"
#include "local/rds/snapshots.h"

namespace aurora::local::rds {
namespace {

Resource need_cluster_in(Context& context, std::string_view status, std::string_view doing) {
  Resource cluster = need(context, Kind::kCluster, required(context, "DBClusterIdentifier"));
  if (status_of(cluster) != status)
    throw invalid_state(Kind::kCluster, fmt::format("DbCluster {} is in {} state but expected {} to {} it.",
                                                    cluster.id, status_of(cluster), status, doing));
  return cluster;
}

Json order(Context& context, Resource cluster, const char* work, const char* status,
           const char* member_status, Json details = Json::object()) {
  status_of(cluster) = status;
  if (member_status) set_member_statuses(context, cluster, member_status);
  cluster.internal["job"] = enqueue(context, {.work = work,
                                              .resource = cluster.resource,
                                              .holds = {cluster.resource},
                                              .details = std::move(details),
                                              .minimum = context.pace.modify});
  context.records.put(cluster);
  return {{"DBCluster", shown_cluster(context, cluster)}};
}

void check_deletable(Context& context, const Resource& cluster) {
  if (bool_or(cluster.body, "DeletionProtection", false))
    throw invalid_combination(
        "Cannot delete protected Cluster, please disable deletion protection and try again.");
  check_not_global(cluster);
  const std::string& status = status_of(cluster);
  if (status != "available" && status != "failed")
    throw invalid_state(Kind::kCluster,
                        fmt::format("DbCluster {} is in {} state, but must be available to be deleted.{}",
                                    cluster.id, status, status == "stopped" ? " Start it first." : ""));
  for (const Resource& member : members_of(context, cluster))
    if (status_of(member) != "deleting")
      throw invalid_state(Kind::kCluster,
                          "Cluster cannot be deleted, it still contains DB instances in non-deleting state.");
}

// The name of the final snapshot, or nothing when there is to be none.
std::optional<std::string> final_snapshot(const Context& context) {
  const bool skip = bool_or(context.input, "SkipFinalSnapshot", false);
  const std::optional<std::string> name = optional_text(context, "FinalDBSnapshotIdentifier");
  if (skip && name)
    throw invalid_combination(
        "FinalDBSnapshotIdentifier can not be specified when deleting a cluster with SkipFinalSnapshot.");
  if (!skip && !name)
    throw invalid_combination("FinalDBSnapshotIdentifier is required unless SkipFinalSnapshot is specified.");
  return name;
}

void delete_automated_snapshots(Context& context, const Resource& cluster) {
  for (Resource& snapshot : context.records.list(Kind::kSnapshot, context.region))
    if (string_or(snapshot.body, "SnapshotType", "") == "automated" &&
        string_or(snapshot.body, "DbClusterResourceId", "") == cluster.resource)
      order_snapshot_deletion(context, snapshot);
}

}  // namespace

Json delete_db_cluster(Context& context) {
  Resource cluster = need(context, Kind::kCluster, required(context, "DBClusterIdentifier"));
  check_deletable(context, cluster);
  Json details = Json::object();
  if (const auto name = final_snapshot(context)) {
    if (status_of(cluster) != "available")
      throw invalid_state(
          Kind::kCluster,
          fmt::format("Can't create a snapshot because the database cluster {} isn't currently "
                      "in the available state.",
                      cluster.id));
    const std::string id = checked_identifier(*name, "FinalDBSnapshotIdentifier", 255);
    details["final_snapshot"] = order_snapshot(context, cluster, id, "manual").resource;
  }
  if (bool_or(context.input, "DeleteAutomatedBackups", true)) delete_automated_snapshots(context, cluster);
  status_of(cluster) = "deleting";
  cluster.internal["job"] = enqueue(context, {.work = "DeleteCluster",
                                              .resource = cluster.resource,
                                              .holds = {cluster.resource},
                                              .details = std::move(details),
                                              .minimum = context.pace.remove});
  context.records.put(cluster);
  return {{"DBCluster", shown_cluster(context, cluster)}};
}

Json start_db_cluster(Context& context) {
  return order(context, need_cluster_in(context, "stopped", "start"), "StartCluster", "starting", "starting");
}

Json stop_db_cluster(Context& context) {
  return order(context, need_cluster_in(context, "available", "stop"), "StopCluster", "stopping", "stopping");
}

Json reboot_db_cluster(Context& context) {
  return order(context, need_cluster_in(context, "available", "reboot"), "RebootCluster", "rebooting",
               "rebooting");
}

Json failover_db_cluster(Context& context) {
  Resource cluster = need_cluster_in(context, "available", "fail over");
  std::vector<Resource> members = members_of(context, cluster);
  if (members.size() < 2)
    throw invalid_state(Kind::kCluster,
                        fmt::format("DbCluster {} has no reader to fail over to.", cluster.id));
  const auto lowest_tier =
      std::min_element(members.begin() + 1, members.end(), [](const auto& a, const auto& b) {
        return int_or(a.body, "PromotionTier", 1) < int_or(b.body, "PromotionTier", 1);
      });
  std::string target = lowest_tier->id;
  if (const auto wanted = optional_text(context, "TargetDBInstanceIdentifier"))
    target = local_id(*wanted, Kind::kInstance, context.region);
  const bool is_reader = std::any_of(members.begin() + 1, members.end(),
                                     [&](const Resource& member) { return member.id == target; });
  if (!is_reader)
    throw invalid_state(Kind::kInstance,
                        fmt::format("{} is not a reader of the DB cluster {}.", target, cluster.id));
  return order(context, std::move(cluster), "Failover", "failing-over", nullptr, {{"target", target}});
}

}  // namespace aurora::local::rds
