#include <fmt/format.h>

#include "local/place.h"
#include "local/rds/cluster_settings.h"
#include "local/rds/clusters.h"
#include "local/rds/keys.h"
#include "local/rds/snapshots.h"

namespace aurora::local::rds {
namespace {

Resource need_snapshot(Context& context, const std::string& engine) {
  const std::string name = required(context, "SnapshotIdentifier");
  // A snapshot of a DB instance, of which there are none at this endpoint.
  if (const auto arn = parse_arn(name); arn && arn->type == "snapshot")
    throw fault("DBSnapshotNotFound", fmt::format("DBSnapshot {} not found.", name), 404);
  Resource snapshot = need_source_snapshot(context, name);
  // A restore works with snapshots of its own Region; one elsewhere is copied first.
  if (region_of(snapshot.region) != region_of(context.region)) throw not_found(Kind::kSnapshot, name);
  // The new cluster would be encrypted with a key of the other account.
  if (!is_own(context, snapshot) && bool_or(snapshot.body, "StorageEncrypted", false))
    throw fault("InvalidRestoreFault",
                "A DB cluster cannot be restored from a snapshot that is both shared and encrypted: copy the "
                "snapshot and restore the copy.");
  if (status_of(snapshot) != "available")
    throw invalid_state(Kind::kSnapshot,
                        fmt::format("The DB cluster snapshot {} is in {} state, but must be available.",
                                    snapshot.id, status_of(snapshot)));
  if (string_or(snapshot.body, "Engine", "") != engine)
    throw invalid_value(fmt::format("The engine {} does not fit the DB cluster snapshot, which is of {}.",
                                    engine, string_or(snapshot.body, "Engine", "")));
  return snapshot;
}

// Without EngineVersion RDS takes its default, where that is no step back or into another major version.
const EngineVersion& version_of_restore(const Context& context, const std::string& engine,
                                        const Resource& snapshot) {
  const std::string saved = string_or(snapshot.body, "EngineVersion", "");
  const EngineVersion* source = find_version(engine, saved);
  AURORA_INVARIANT(source);
  const EngineVersion* usual = default_version(engine, context.engines);
  const bool usual_fits =
      std::string_view(usual->family) == source->family && compare_versions(usual->version, saved) >= 0;
  const EngineVersion& version = version_for(context, engine, usual_fits ? usual->version : saved);
  if (compare_versions(version.version, saved) < 0)
    throw invalid_combination(fmt::format(
        "The engine version you requested for your restored DB cluster ({}) is earlier than the engine "
        "version of the DB cluster snapshot ({}).",
        version.version, saved));
  if (std::string_view(version.family) != source->family)
    throw invalid_combination(fmt::format("Cannot find upgrade path from {} to {}.", saved, version.version));
  return version;
}

}  // namespace

Json restore_db_cluster_from_snapshot(Context& context) {
  const std::string id = checked_identifier(required(context, "DBClusterIdentifier"), "DBClusterIdentifier");
  const std::string engine = required(context, "Engine");
  const Resource snapshot = need_snapshot(context, engine);
  check_new_cluster(context, id);
  const EngineVersion& version = version_of_restore(context, engine, snapshot);
  Resource cluster = new_cluster(
      context, id, version, number_in(context, "Port", 1150, 65535, snapshot.body.at("Port").get<int>()));
  cluster.body["MasterUsername"] = snapshot.body.at("MasterUsername");
  const std::string database =
      optional_text(context, "DatabaseName").value_or(string_or(snapshot.internal, "database", ""));
  if (!database.empty()) cluster.body["DatabaseName"] = database;
  for (const char* member : {"BackupRetentionPeriod", "PreferredBackupWindow", "AllocatedStorage"})
    if (!has(context, member)) cluster.body[member] = snapshot.body.at(member);
  set_encryption(cluster, context.outside.key.arn.empty() ? key_of(snapshot) : context.outside.key);
  cluster.internal["restored"] = true;
  // A group that is attached by the restore holds in full after the writer's first reboot.
  if (!string_or(cluster.body, "DBClusterParameterGroup", "").starts_with("default."))
    cluster.internal["group_waits"] = true;
  cluster.internal["job"] = enqueue(context, {.work = "RestoreCluster",
                                              .resource = cluster.resource,
                                              .holds = {cluster.resource},
                                              .reads = {snapshot.resource},
                                              .details = {{"snapshot", snapshot.resource}},
                                              .minimum = context.pace.restore});
  context.records.put(cluster);
  return {{"DBCluster", shown_cluster(context, cluster)}};
}

}  // namespace aurora::local::rds
