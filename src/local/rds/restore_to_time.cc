#include "local/rds/restore_to_time.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/dates.h"
#include "local/rds/cluster_settings.h"
#include "local/rds/clusters.h"
#include "local/rds/keys.h"
#include "local/rds/work.h"

namespace aurora::local::rds {
namespace {

// A backup that the log can be replayed from, to any moment after it was made.
struct Base {
  TimePoint made;
  std::string snapshot;  // its resource; empty for the one that was made with the cluster
};

const engines::Engine* engine_of(const Environment& environment, const Resource& cluster) {
  const auto found = environment.engines.find(string_or(cluster.body, "Engine", ""));
  return found == environment.engines.end() ? nullptr : found->second.get();
}

// Oldest first. The cluster's own record names them, so that a look does not read every snapshot there is.
std::vector<Base> bases_of(const Environment& environment, const Resource& cluster) {
  std::vector<Base> bases;
  const engines::Engine* engine = engine_of(environment, cluster);
  if (!engine) return bases;
  const std::filesystem::path directory = directory_of(environment, cluster);
  if (bool_or(cluster.internal, "first_backup", false) && engine->can_replay(directory, std::nullopt))
    bases.push_back({*parse_iso(string_or(cluster.body, "ClusterCreateTime", "")), ""});
  for (const Json& backup : member_or_null(cluster.internal, "backups"))
    if (engine->can_replay(directory, environment.root / string_or(backup, "directory", "")))
      bases.push_back({*parse_iso(string_or(backup, "made", "")), string_or(backup, "snapshot", "")});
  return bases;
}

// One that is being deleted may be gone before it is read.
bool is_there(Environment& environment, const Base& base) {
  if (base.snapshot.empty()) return true;
  const auto snapshot = environment.records.find_resource(base.snapshot);
  return snapshot && status_of(*snapshot) == "available";
}

Resource need_source(Context& context) {
  if (const auto resource = optional_text(context, "SourceDbClusterResourceId")) {
    const auto found = context.records.find_resource(*resource);
    if (!found || found->kind != Kind::kCluster || found->region != context.region)
      // A deleted cluster's retained backup is named so, and there is none here.
      throw fault("DBClusterAutomatedBackupNotFoundFault",
                  fmt::format("DBClusterAutomatedBackup {} not found.", *resource), 404);
    return *found;
  }
  return need(context, Kind::kCluster, required(context, "SourceDBClusterIdentifier"));
}

// The moment that the request means; nothing for the last one there is.
std::optional<TimePoint> moment(const Context& context) {
  const bool latest = bool_or(context.input, "UseLatestRestorableTime", false);
  const auto text = optional_text(context, "RestoreToTime");
  const std::string type = optional_text(context, "RestoreType").value_or("full-copy");
  if (type != "full-copy" && type != "copy-on-write")
    throw invalid_value(fmt::format("Invalid RestoreType: {}. It is full-copy or copy-on-write.", type));
  if (text && latest)
    throw invalid_combination("RestoreToTime cannot be given together with UseLatestRestorableTime.");
  if (text && type == "copy-on-write")
    throw invalid_combination("RestoreToTime cannot be given for a restore of type copy-on-write.");
  if (!text && !latest)
    throw invalid_combination("RestoreToTime or UseLatestRestorableTime has to be given.");
  if (latest) return std::nullopt;
  const auto time = parse_iso(*text);
  if (!time) throw invalid_value(fmt::format("Invalid RestoreToTime: {}", *text));
  return time;
}

void check_window(Environment& environment, const Resource& source, const std::optional<TimePoint>& time) {
  const auto times = restorable_times(environment, source);
  if (!times)
    throw invalid_state(
        Kind::kCluster,
        fmt::format("DbCluster {} has no restorable time: no backup of it can be replayed.", source.id));
  if (time && (*time < times->earliest || *time > times->latest))
    throw invalid_value(
        fmt::format("The specified time {} is not between the earliest restorable time {} and the latest {} "
                    "of DbCluster {}.",
                    format_iso_millis(*time), format_iso_millis(times->earliest),
                    format_iso_millis(times->latest), source.id));
}

void set_key(Context& context, const Resource& source, Resource& cluster) {
  const bool named = !context.outside.key.arn.empty();
  if (named && !bool_or(source.body, "StorageEncrypted", false))
    throw invalid_combination("KmsKeyId cannot be given for a DB cluster that is not encrypted.");
  set_encryption(cluster, named ? context.outside.key : key_of(source));
}

void order(Context& context, Resource& cluster, const Resource& source,
           const std::optional<TimePoint>& time) {
  std::vector<Base> bases = bases_of(context, source);
  std::erase_if(bases, [&](const Base& base) { return !is_there(context, base); });
  const auto after =
      std::find_if(bases.begin(), bases.end(), [&](const Base& base) { return time && base.made > *time; });
  if (after == bases.begin())
    throw invalid_state(
        Kind::kCluster,
        fmt::format("The backup that DbCluster {} would be restored from is being deleted.", source.id));
  const Base& base = *std::prev(after);
  std::vector<std::string> reads = {source.resource};
  if (!base.snapshot.empty()) reads.push_back(base.snapshot);
  cluster.internal["job"] = enqueue(context, {.work = "RestoreToTime",
                                              .resource = cluster.resource,
                                              .holds = {cluster.resource},
                                              .reads = std::move(reads),
                                              .details = {{"source", source.resource},
                                                          {"snapshot", base.snapshot},
                                                          {"time", time ? format_iso_micros(*time) : ""}},
                                              .minimum = context.pace.restore});
}

}  // namespace

std::optional<RestorableTimes> restorable_times(Environment& environment, const Resource& cluster) {
  const std::string& status = status_of(cluster);
  if (status == "creating" || status == "deleting" || status == "failed") return std::nullopt;
  const std::vector<Base> bases = bases_of(environment, cluster);
  if (bases.empty()) return std::nullopt;
  const TimePoint now = environment.clock.now();
  const auto retention = std::chrono::days(int_or(cluster.body, "BackupRetentionPeriod", 1));
  return RestorableTimes{std::max(bases.front().made, TimePoint(now - retention)), now};
}

void remember_backup(Environment& environment, const std::string& cluster, const Resource& snapshot) {
  auto found = environment.records.find_resource(cluster);
  if (!found) return;
  const engines::Engine* engine = engine_of(environment, *found);
  if (!engine) return;
  const std::filesystem::path directory = directory_of(environment, *found);
  Json kept = Json::array();
  for (const Json& backup : member_or_null(found->internal, "backups"))
    if (engine->can_replay(directory, environment.root / string_or(backup, "directory", "")))
      kept.push_back(backup);
  kept.push_back({{"made", format_iso_micros(environment.clock.now())},
                  {"snapshot", snapshot.resource},
                  {"directory", snapshot.internal.at("directory")}});
  found->internal["backups"] = std::move(kept);
  environment.records.put(*found);
}

void show_restorable_times(Environment& environment, const Resource& cluster, Json& body) {
  const auto times = restorable_times(environment, cluster);
  if (!times) return;
  body["EarliestRestorableTime"] = format_iso_millis(times->earliest);
  body["LatestRestorableTime"] = format_iso_millis(times->latest);
}

Json restore_db_cluster_to_point_in_time(Context& context) {
  const std::string id = checked_identifier(required(context, "DBClusterIdentifier"), "DBClusterIdentifier");
  const std::optional<TimePoint> time = moment(context);
  const Resource source = need_source(context);
  check_window(context, source, time);
  check_new_cluster(context, id);
  const std::string engine = string_or(source.body, "Engine", "");
  const EngineVersion* version = find_version(engine, string_or(source.body, "EngineVersion", ""));
  AURORA_INVARIANT(version);
  Resource cluster =
      new_cluster(context, id, *version, number_in(context, "Port", 1150, 65535, default_port(engine)));
  cluster.body["MasterUsername"] = source.body.at("MasterUsername");
  for (const char* member :
       {"DatabaseName", "BackupRetentionPeriod", "PreferredBackupWindow", "AllocatedStorage"})
    if (!has(context, member) && source.body.contains(member)) cluster.body[member] = source.body.at(member);
  set_key(context, source, cluster);
  cluster.internal["restored"] = true;
  order(context, cluster, source, time);
  context.records.put(cluster);
  return {{"DBCluster", shown_cluster(context, cluster)}};
}

Json Worker::restore_to_time(const Job& job, JobControl& control) {
  const Subject subject = subject_of(job.resource);
  const Subject source = subject_of(string_or(job.details, "source", ""));
  engines::PointInTime point{.cluster = source.directory, .server = source.server};
  if (const std::string snapshot = string_or(job.details, "snapshot", ""); !snapshot.empty())
    point.backup = directory_of(environment_, need(snapshot));
  point.time = parse_iso(string_or(job.details, "time", ""));
  subject.engine->restore_to_time(
      point, subject.directory, [&](std::uint64_t done, std::uint64_t total) { control.report(done, total); },
      control.stop());
  return {{"bytes", subject.engine->size_bytes(subject.directory)}};
}

}  // namespace aurora::local::rds
