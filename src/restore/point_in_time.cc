#include "restore/point_in_time.h"

#include <fmt/format.h>

#include "base/dates.h"

namespace aurora::restore {
namespace {

// How far a cluster's backup may trail behind: RDS says "typically within the last five minutes".
struct Window {
  std::optional<TimePoint> earliest;
  std::optional<TimePoint> latest;
};

Window window_of(const aws::Cluster& cluster) {
  return {parse_iso(string_or(cluster.body, "EarliestRestorableTime", "")),
          parse_iso(string_or(cluster.body, "LatestRestorableTime", ""))};
}

Error not_restorable(const aws::Cluster& cluster, const std::string& wanted, const Window& window) {
  return Error(
      "TimeNotRestorable",
      fmt::format("cluster {} cannot be restored to {}: its backup reaches from {} to {}.",
                  cluster.identifier, wanted, format_iso_seconds(*window.earliest),
                  format_iso_seconds(*window.latest)),
      "Give a restore_to_time within, or use_latest_restorable_time; what is older may be in a snapshot.");
}

// The moment that is meant; for "the latest" that of the look, which RDS may still move forward.
TimePoint checked_time(const aws::Cluster& cluster, const Configuration& settings) {
  const Window window = window_of(cluster);
  if (!window.earliest || !window.latest)
    throw Error(
        "TimeNotRestorable",
        fmt::format("cluster {} is {} and has no restorable time.", cluster.identifier, cluster.status),
        "Its continuous backup begins when it is available and has a backup retention period.");
  if (settings.flag("use_latest_restorable_time")) return *window.latest;
  const std::string text = settings.text("restore_to_time");
  const auto wanted = parse_iso(text);
  AURORA_INVARIANT(wanted.has_value());  // the settings' table checks it
  if (*wanted < *window.earliest || *wanted > *window.latest) throw not_restorable(cluster, text, window);
  return *wanted;
}

bool is_set(const Json& settings, std::string_view name) {
  const Json& value = member_or_null(settings, name);
  return !value.is_null() && value != "";
}

}  // namespace

bool is_point_in_time(const Configuration& settings) {
  return settings.has("restore_to_time") || settings.flag("use_latest_restorable_time");
}

std::vector<Finding> validate_point_in_time(const Json& settings) {
  std::vector<Finding> findings;
  const bool latest = bool_or(settings, "use_latest_restorable_time", false);
  if (!latest && !is_set(settings, "restore_to_time")) return findings;
  const std::string field = latest ? "use_latest_restorable_time" : "restore_to_time";
  if (latest && is_set(settings, "restore_to_time"))
    findings.push_back({"restore_to_time and use_latest_restorable_time", "", "give one of the two"});
  if (!is_set(settings, "source_cluster_id"))
    findings.push_back(
        {"source_cluster_id", "", fmt::format("required with {}: the cluster to restore", field)});
  for (const char* other : {"snapshot_name", "snapshot_date"})
    if (is_set(settings, other))
      findings.push_back({fmt::format("{} and {}", other, field), "",
                          "a restore is from a snapshot or to a point in time; give one of the two"});
  for (const char* other : {"source_account_id", "source_role_arn"})
    if (is_set(settings, other))
      findings.push_back({other, "", "RDS restores to a point in time in the cluster's own account alone"});
  return findings;
}

aws::ClusterSnapshot point_in_time_source(StepContext& context) {
  const Configuration& settings = context.settings;
  aws::Rds rds = context.target_rds();
  // Its default, and the environment's, are meant for snapshots.
  if (settings.source("source_region") == Source::kEvent && settings.text("source_region") != rds.region())
    throw_if_any(
        {{"source_region", settings.text("source_region"),
          "RDS restores to a point in time in the cluster's own Region alone; leave source_region out, "
          "or copy a snapshot"}});
  const std::string id = settings.text("source_cluster_id");
  const auto cluster = rds.find_cluster(id);
  if (!cluster)
    throw Error(
        "SourceClusterNotFound", fmt::format("there is no cluster {} in {}.", id, rds.region()),
        "`aws rds describe-db-clusters` lists those there are. One that was deleted is restored from its "
        "final snapshot.");
  const TimePoint time = checked_time(*cluster, settings);
  if (settings.has("engine_version") && settings.text("engine_version") != cluster->engine_version)
    throw Error("EngineMismatch",
                fmt::format("engine_version is {}, but a restore to a point in time keeps the cluster's, {}.",
                            settings.text("engine_version"), cluster->engine_version),
                "Leave engine_version out.");
  if (settings.has("kms_key_id") && !cluster->encrypted)
    throw Error(
        "KmsKeyNotApplicable",
        fmt::format("cluster {} is not encrypted, and a restore to a point in time encrypts nothing.", id),
        "Leave kms_key_id out, or restore a snapshot of the cluster: that one can be encrypted.");
  context.operation.state()["restore_time"] =
      settings.flag("use_latest_restorable_time") ? "latest" : format_iso_millis(time);
  aws::ClusterSnapshot stand_in;
  stand_in.identifier = fmt::format("{}@{}", id, format_iso_seconds(time));
  stand_in.cluster_identifier = id;
  stand_in.status = "available";
  stand_in.type = "point-in-time";
  stand_in.engine = cluster->engine;
  stand_in.engine_version = cluster->engine_version;
  stand_in.master_username = cluster->master_username;
  stand_in.kms_key_id = cluster->kms_key_id;
  stand_in.port = cluster->port;
  stand_in.allocated_storage_gib = static_cast<int>(int_or(cluster->body, "AllocatedStorage", 1));
  stand_in.encrypted = cluster->encrypted;
  stand_in.created = time;
  return stand_in;
}

Json point_in_time_request(const StepContext& context, Json request) {
  const Operation& operation = context.operation;
  request["SourceDBClusterIdentifier"] = context.settings.text("source_cluster_id");
  request["RestoreType"] = "full-copy";
  if (operation.known("restore_time") == "latest")
    request["UseLatestRestorableTime"] = true;
  else
    request["RestoreToTime"] = operation.known("restore_time");
  return request;
}

}  // namespace aurora::restore
