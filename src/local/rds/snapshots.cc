#include "local/rds/snapshots.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/dates.h"
#include "local/place.h"
#include "local/rds/clusters.h"
#include "local/rds/groups.h"
#include "local/rds/keys.h"
#include "local/rds/paging.h"
#include "local/rds/quotas.h"
#include "local/rds/tags.h"

namespace aurora::local::rds {
namespace {

bool is_public(const Resource& snapshot) {
  return is_shared_with(snapshot, "all");
}

// Which snapshots a Describe is about: ours of a type, those that others share with us, those of everybody.
bool is_meant(const Context& context, const Resource& snapshot, bool by_name) {
  const std::string type = optional_text(context, "SnapshotType").value_or("");
  static const std::set<std::string> types = {"", "automated", "manual", "shared", "public", "awsbackup"};
  if (!types.contains(type)) throw invalid_value(fmt::format("Invalid snapshot type: {}", type));
  const bool ours = is_own(context, snapshot);
  const bool shared = !ours && is_shared_with(snapshot, account_of(context.region)) && !is_public(snapshot);
  if (type == "shared") return shared;
  if (type == "public") return is_public(snapshot);
  if (!ours)
    return type.empty() &&
           ((shared && (by_name || bool_or(context.input, "IncludeShared", false))) ||
            (is_public(snapshot) && (by_name || bool_or(context.input, "IncludePublic", false))));
  const std::string own_type = string_or(snapshot.body, "SnapshotType", "");
  // RDS finds an automated snapshot by its name only when it is told to look for automated ones.
  if (type.empty()) return !by_name || own_type == "manual";
  return own_type == type;
}

// A snapshot of another account can be named by its ARN only.
std::optional<Resource> find_named(Context& context, const std::string& name) {
  const std::optional<Arn> arn = parse_arn(name);
  if (!arn)
    return context.records.find(Kind::kSnapshot, context.region,
                                local_id(name, Kind::kSnapshot, context.region));
  if (region_of(arn->region) != region_of(context.region) || arn->type != arn_type(Kind::kSnapshot))
    return std::nullopt;
  return context.records.find(Kind::kSnapshot, arn->region, arn->id);
}

// Those of every account in the Region, by their names and, where these are the same, by their accounts.
std::vector<Resource> of_all_accounts(Context& context) {
  std::vector<Resource> snapshots = context.records.list_everywhere(Kind::kSnapshot);
  std::erase_if(snapshots, [&](const Resource& snapshot) {
    return region_of(snapshot.region) != region_of(context.region);
  });
  return snapshots;
}

// Others see a shared snapshot under its ARN, and nothing of its tags.
Json seen_by(Context& context, const Resource& snapshot) {
  Json body = shown_snapshot(context, snapshot);
  if (is_own(context, snapshot)) return body;
  body["DBClusterSnapshotIdentifier"] = body["DBClusterSnapshotArn"];
  body["TagList"] = Json::array();
  return body;
}

bool passes(const Filters& filters, const Resource& snapshot) {
  const std::string cluster = string_or(snapshot.body, "DBClusterIdentifier", "");
  return filters.pass("db-cluster-id", {cluster, arn_of(Kind::kCluster, snapshot.region, cluster)}) &&
         filters.pass("db-cluster-snapshot-id", {snapshot.id}) &&
         filters.pass("snapshot-type", {string_or(snapshot.body, "SnapshotType", "")}) &&
         filters.pass("engine", {string_or(snapshot.body, "Engine", "")});
}

}  // namespace

Json shown_snapshot(Environment& environment, const Resource& snapshot) {
  Json body = snapshot.body;
  const std::string& status = status_of(snapshot);
  if (status == "creating" || status == "copying") {
    const double fraction = snapshot.internal.contains("job")
                                ? environment.queue.fraction(snapshot.internal.at("job").get<std::int64_t>())
                                : 0;
    body["PercentProgress"] = std::min(99, static_cast<int>(fraction * 100));
  }
  return body;
}

void check_snapshot_quota(Context& context) {
  if (manual_snapshots(context) >= kManualSnapshotsMax)
    throw fault("SnapshotQuotaExceeded", "Cannot create more than 100 manual snapshots");
}

Resource make_snapshot(Context& context, const Resource& cluster, const std::string& id,
                       const std::string& type) {
  Resource snapshot{.kind = Kind::kSnapshot,
                    .region = context.region,
                    .id = id,
                    .resource = new_resource_id("snapshot-"),
                    .body = Json::object(),
                    .internal = Json::object()};
  snapshot.body = {
      {"AvailabilityZones", cluster.body.at("AvailabilityZones")},
      {"DBClusterSnapshotIdentifier", id},
      {"DBClusterIdentifier", cluster.id},
      {"SnapshotCreateTime", format_iso_millis(context.clock.now())},
      {"Engine", cluster.body.at("Engine")},
      {"EngineMode", "provisioned"},
      {"AllocatedStorage", cluster.body.at("AllocatedStorage")},
      {"Status", "creating"},
      {"Port", cluster.body.at("Port")},
      {"VpcId", vpc_of(context, cluster)},
      {"ClusterCreateTime", cluster.body.at("ClusterCreateTime")},
      {"MasterUsername", cluster.body.at("MasterUsername")},
      {"EngineVersion", cluster.body.at("EngineVersion")},
      {"LicenseModel", cluster.body.at("Engine") == "aurora-mysql" ? "aurora-mysql" : "postgresql-license"},
      {"SnapshotType", type},
      {"PercentProgress", 0},
      {"StorageEncrypted", cluster.body.at("StorageEncrypted")},
      {"StorageEncryptionType", cluster.body.at("StorageEncryptionType")},
      {"BackupRetentionPeriod", cluster.body.at("BackupRetentionPeriod")},
      {"PreferredBackupWindow", cluster.body.at("PreferredBackupWindow")},
      {"DBClusterSnapshotArn", arn_of(Kind::kSnapshot, context.region, id)},
      {"IAMDatabaseAuthenticationEnabled", cluster.body.at("IAMDatabaseAuthenticationEnabled")},
      {"StorageType", cluster.body.at("StorageType")},
      {"DbClusterResourceId", cluster.resource},
      {"TagList", Json::array()}};
  snapshot.internal = {{"directory", "s/" + snapshot.resource.substr(9, 12)}, {"restore", Json::array()}};
  set_encryption(snapshot, key_of(cluster));
  if (const Json& name = member_or_null(cluster.body, "DatabaseName"); !name.is_null())
    snapshot.internal["database"] = name;
  return snapshot;
}

Resource order_snapshot(Context& context, const Resource& cluster, const std::string& id,
                        const std::string& type) {
  if (context.records.find(Kind::kSnapshot, context.region, id))
    throw fault(
        "DBClusterSnapshotAlreadyExistsFault",
        fmt::format("Cannot create the cluster snapshot because one with the identifier {} already exists.",
                    id));
  if (type == "manual") check_snapshot_quota(context);
  Resource snapshot = make_snapshot(context, cluster, id, type);
  snapshot.body["TagList"] = tags_of_input(context);
  if (bool_or(cluster.body, "CopyTagsToSnapshot", false))
    snapshot.body["TagList"] = merged_tags(cluster.body.at("TagList"), snapshot.body["TagList"]);
  snapshot.internal["job"] = enqueue(context, {.work = "CreateSnapshot",
                                               .resource = snapshot.resource,
                                               .holds = {snapshot.resource},
                                               .reads = {cluster.resource},
                                               .details = {{"cluster", cluster.resource}},
                                               .minimum = context.pace.snapshot});
  context.records.put(snapshot);
  return snapshot;
}

Json create_db_cluster_snapshot(Context& context) {
  const std::string id =
      checked_identifier(required(context, "DBClusterSnapshotIdentifier"), "DBClusterSnapshotIdentifier");
  Resource cluster = need(context, Kind::kCluster, required(context, "DBClusterIdentifier"));
  if (status_of(cluster) != "available")
    throw invalid_state(
        Kind::kCluster,
        fmt::format("Can't create a snapshot because the database cluster {} isn't currently in "
                    "the available state.",
                    cluster.id));
  const Resource snapshot = order_snapshot(context, cluster, id, "manual");
  status_of(cluster) = "backing-up";
  context.records.put(cluster);
  return {{"DBClusterSnapshot", shown_snapshot(context, snapshot)}};
}

Json describe_db_cluster_snapshots(Context& context) {
  const Filters filters(context, {"db-cluster-id", "db-cluster-snapshot-id", "snapshot-type", "engine"});
  const std::optional<std::string> name = optional_text(context, "DBClusterSnapshotIdentifier");
  const std::optional<std::string> cluster = optional_text(context, "DBClusterIdentifier");
  if (name && cluster)
    throw invalid_combination("DBClusterIdentifier and DBClusterSnapshotIdentifier cannot be used together.");
  std::vector<Resource> snapshots;
  if (name) {
    auto found = find_named(context, *name);
    if (!found || !is_meant(context, *found, true)) throw not_found(Kind::kSnapshot, *name);
    snapshots.push_back(*std::move(found));
  } else {
    snapshots = of_all_accounts(context);
    std::erase_if(snapshots, [&](const Resource& snapshot) { return !is_meant(context, snapshot, false); });
  }
  const std::string wanted_cluster = cluster ? local_id(*cluster, Kind::kCluster, context.region) : "";
  const std::string wanted_resource = optional_text(context, "DbClusterResourceId").value_or("");
  std::vector<Item> items;
  for (const Resource& snapshot : snapshots) {
    const bool wanted =
        (wanted_cluster.empty() || string_or(snapshot.body, "DBClusterIdentifier", "") == wanted_cluster) &&
        (wanted_resource.empty() || string_or(snapshot.body, "DbClusterResourceId", "") == wanted_resource);
    if (wanted && passes(filters, snapshot))
      items.emplace_back(
          is_own(context, snapshot) ? snapshot.id : arn_of(snapshot.kind, snapshot.region, snapshot.id),
          seen_by(context, snapshot));
  }
  return page_of(context, "DBClusterSnapshots", std::move(items));
}

void order_snapshot_deletion(Context& context, Resource& snapshot) {
  // A copy under way is cancelled: its job gives way to the one that removes what it made so far.
  if (snapshot.internal.contains("job") && is_transitional(status_of(snapshot))) {
    const std::int64_t job = snapshot.internal.at("job").get<std::int64_t>();
    context.records.finish(job);
    context.cancelled.push_back(job);
  }
  status_of(snapshot) = "deleting";
  snapshot.internal["job"] = enqueue(
      context, {.work = "DeleteSnapshot", .resource = snapshot.resource, .holds = {snapshot.resource}});
  context.records.put(snapshot);
}

Json delete_db_cluster_snapshot(Context& context) {
  const std::string name = required(context, "DBClusterSnapshotIdentifier");
  Resource snapshot = need(context, Kind::kSnapshot, name);
  if (string_or(snapshot.body, "SnapshotType", "") != "manual")
    throw invalid_state(Kind::kSnapshot,
                        "Only manual snapshots may be deleted; automated ones go with their retention.");
  const std::string& status = status_of(snapshot);
  if (status != "available" && status != "copying" && status != "failed")
    throw invalid_state(Kind::kSnapshot, fmt::format("The snapshot {} is in {} state and cannot be deleted.",
                                                     snapshot.id, status));
  order_snapshot_deletion(context, snapshot);
  Json body = shown_snapshot(context, snapshot);
  body["Status"] = "deleted";
  return {{"DBClusterSnapshot", std::move(body)}};
}

}  // namespace aurora::local::rds
