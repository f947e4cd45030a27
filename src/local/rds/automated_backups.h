// The automated snapshots of clusters: one a day within the backup window, kept for the retention period.
//
// RDS calls them rds:<cluster>-<date>-<time>. They do not keep a cluster from being modified. Windows are
// UTC; a window that passes while the endpoint does not run passes without a snapshot.
#pragma once
#include <string>
#include <vector>

#include "local/rds/context.h"

namespace aurora::local::rds {

struct BackupDuty {
  enum class Kind { kTake, kExpire } kind;
  std::string region;
  std::string id;  // of the cluster to back up, or of the snapshot that has outlived its retention
};

// What is to be done at this time. Nothing twice: what was done for a window, or is under way, is not due.
std::vector<BackupDuty> backup_duties(Environment& environment);
// Orders the snapshot or its deletion, if it is still due; the name of the snapshot.
std::string carry_out(Context& context, const BackupDuty& duty);

// "rds:<cluster>-2026-11-21-03-15"
std::string automated_name(const std::string& cluster, TimePoint when);

// A window "23:45-00:15" around a time: when the one began that `now` is in, or nothing.
std::optional<TimePoint> window_begin(std::string_view window, TimePoint now);

}  // namespace aurora::local::rds
