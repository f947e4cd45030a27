#include "local/rds/automated_backups.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/dates.h"
#include "local/rds/snapshots.h"

namespace aurora::local::rds {
namespace {

constexpr auto kDay = std::chrono::days(1);

bool is_automated(const Resource& snapshot) {
  return string_or(snapshot.body, "SnapshotType", "") == "automated";
}

TimePoint created_at(const Resource& snapshot) {
  return parse_iso(string_or(snapshot.body, "SnapshotCreateTime", "")).value_or(TimePoint());
}

std::chrono::minutes minutes_of(std::string_view clock) {
  const auto number = [&](std::size_t at) {
    int value = 0;
    std::from_chars(clock.data() + at, clock.data() + at + 2, value);
    return value;
  };
  return std::chrono::minutes(number(0) * 60 + number(3));
}

// A cluster is backed up while it serves nobody, too, but not while it is stopped or being changed.
bool needs_backup(const Resource& cluster, const std::vector<Resource>& snapshots, TimePoint now) {
  if (status_of(cluster) != "available") return false;
  const auto begin = window_begin(string_or(cluster.body, "PreferredBackupWindow", ""), now);
  if (!begin) return false;
  return std::none_of(snapshots.begin(), snapshots.end(), [&](const Resource& snapshot) {
    return is_automated(snapshot) && created_at(snapshot) >= *begin &&
           string_or(snapshot.body, "DbClusterResourceId", "") == cluster.resource;
  });
}

// The cluster's retention counts, and the one at the time of the snapshot once the cluster is gone.
bool is_expired(Environment& environment, const Resource& snapshot, TimePoint now) {
  if (!is_automated(snapshot) || status_of(snapshot) != "available") return false;
  const auto cluster = environment.records.find_resource(string_or(snapshot.body, "DbClusterResourceId", ""));
  const std::int64_t days = int_or(cluster ? cluster->body : snapshot.body, "BackupRetentionPeriod", 1);
  return created_at(snapshot) + std::chrono::days(days) <= now;
}

}  // namespace

std::optional<TimePoint> window_begin(std::string_view window, TimePoint now) {
  if (window.size() != 11) return std::nullopt;
  const std::chrono::minutes from = minutes_of(window.substr(0, 5));
  std::chrono::minutes length = minutes_of(window.substr(6, 5)) - from;
  if (length <= std::chrono::minutes::zero()) length += kDay;  // over midnight
  const TimePoint today = std::chrono::floor<std::chrono::days>(now);
  for (const TimePoint begin : {today + from, today - kDay + from})
    if (begin <= now && now < begin + length) return begin;
  return std::nullopt;
}

std::string automated_name(const std::string& cluster, TimePoint when) {
  return fmt::format("rds:{}-{}", cluster, format_strftime(when, "%Y-%m-%d-%H-%M"));
}

std::vector<BackupDuty> backup_duties(Environment& environment) {
  const TimePoint now = environment.clock.now();
  const std::vector<Resource> snapshots = environment.records.list_everywhere(Kind::kSnapshot);
  std::vector<BackupDuty> duties;
  for (const Resource& cluster : environment.records.list_everywhere(Kind::kCluster))
    if (needs_backup(cluster, snapshots, now))
      duties.push_back({BackupDuty::Kind::kTake, cluster.region, cluster.id});
  for (const Resource& snapshot : snapshots)
    if (is_expired(environment, snapshot, now))
      duties.push_back({BackupDuty::Kind::kExpire, snapshot.region, snapshot.id});
  return duties;
}

std::string carry_out(Context& context, const BackupDuty& duty) {
  if (duty.kind == BackupDuty::Kind::kExpire) {
    Resource snapshot = need(context, Kind::kSnapshot, duty.id);
    if (status_of(snapshot) == "available") order_snapshot_deletion(context, snapshot);
    return snapshot.id;
  }
  const Resource cluster = need(context, Kind::kCluster, duty.id);
  const std::string name = automated_name(cluster.id, context.clock.now());
  if (!context.records.find(Kind::kSnapshot, context.region, name))
    order_snapshot(context, cluster, name, "automated");
  return name;
}

}  // namespace aurora::local::rds
