#include "local/rds/automated_backups_list.h"

#include <fmt/format.h>

#include "base/dates.h"
#include "local/place.h"
#include "local/rds/clusters.h"
#include "local/rds/paging.h"
#include "local/rds/restore_to_time.h"
#include "local/service_support.h"

namespace aurora::local::rds {
namespace {

// Nothing for a cluster without restorable times.
std::optional<Json> backup_of(Context& context, const Resource& cluster) {
  const auto times = restorable_times(context, cluster);
  if (!times) return std::nullopt;
  Json shown = Json::object();
  for (const char* member :
       {"Engine", "DBClusterIdentifier", "MasterUsername", "DbClusterResourceId",
        "IAMDatabaseAuthenticationEnabled", "ClusterCreateTime", "StorageEncrypted", "StorageEncryptionType",
        "AllocatedStorage", "EngineVersion", "DBClusterArn", "BackupRetentionPeriod", "PreferredBackupWindow",
        "EngineMode", "AvailabilityZones", "Port", "KmsKeyId", "StorageType", "TagList"})
    if (cluster.body.contains(member)) shown[member] = cluster.body.at(member);
  shown["DBClusterAutomatedBackupsArn"] =
      make_arn("rds", cluster.region,
               "cluster-auto-backup:ab-" + cluster.resource.substr(cluster.resource.find('-') + 1));
  shown["Region"] = region_of(cluster.region);
  shown["Status"] = "active";
  shown["RestoreWindow"] = {{"EarliestTime", format_iso_millis(times->earliest)},
                            {"LatestTime", format_iso_millis(times->latest)}};
  return shown;
}

}  // namespace

Json describe_db_cluster_automated_backups(Context& context) {
  const Filters filters(context, {"status", "db-cluster-id", "db-cluster-resource-id"});
  const auto resource = optional_text(context, "DbClusterResourceId");
  const auto name = optional_text(context, "DBClusterIdentifier");
  std::vector<Item> items;
  for (const Resource& cluster : context.records.list(Kind::kCluster, context.region)) {
    if (resource && *resource != cluster.resource) continue;
    if (name && local_id(*name, Kind::kCluster, context.region) != cluster.id) continue;
    const bool wanted = filters.pass("status", {"active"}) && filters.pass("db-cluster-id", {cluster.id}) &&
                        filters.pass("db-cluster-resource-id", {cluster.resource});
    if (auto shown = wanted ? backup_of(context, cluster) : std::nullopt)
      items.emplace_back(cluster.id, std::move(*shown));
  }
  if (items.empty() && (resource || name))
    throw fault("DBClusterAutomatedBackupNotFoundFault",
                fmt::format("DBClusterAutomatedBackup {} not found.", resource.value_or(name.value_or(""))),
                404);
  return page_of(context, "DBClusterAutomatedBackups", std::move(items));
}

}  // namespace aurora::local::rds
