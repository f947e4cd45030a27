// Which snapshot is meant (the specification's DECISIONS 1 and 6): by name, ARN, template, day or
// "latest"; the newest by creation time, never by name.
#pragma once
#include <functional>
#include <optional>
#include <string>

#include "aws/rds.h"
#include "base/clock.h"
#include "restore/configuration.h"

namespace aurora::restore {

// `text` with every template replaced, in UTC:
//   {date} {date-1d} {date+2d} {date:%Y%m%d} {date:%Y-%m-%d,-1d}   {source_cluster_id}
//   $(date +FORMAT) and $(date -u +FORMAT)   as a rule's constant input holds it when its author meant a
//   shell to run it
// Throws Error "InvalidInput" for a template it does not know.
std::string resolve_template(const std::string& text, TimePoint when,
                             const std::string& source_cluster_id = {});
bool has_template(const std::string& text);

// Whose snapshots are meant, where that is another account (source_account.h).
struct SnapshotOwner {
  // Turns a name into the ARN by which the snapshot of that account is found here; empty: names stay.
  std::function<std::string(const std::string&)> reference = {};
  // Snapshots that this account shared with ours are looked through too; empty: our own only.
  std::string shared_by = {};
};

// The snapshot that `settings` mean: manual, automated (rds:…), of AWS Backup (awsbackup:…) or shared.
// `when` is the scheduled or start time; days and ages count from it. Of a name and a date, the one that
// came from the stronger source (the event before the environment's configuration) holds.
//
// Throws Error "SnapshotNotFound", which names the nearest there are, "SnapshotNotAvailable",
// "SnapshotTooOld", or "InvalidInput" for what contradicts itself: a name and another day, an ARN and
// another source_region, a snapshot and another source_cluster_id.
aws::ClusterSnapshot select_snapshot(aws::Rds& source, const Configuration& settings, TimePoint when,
                                     const SnapshotOwner& owner = {});

}  // namespace aurora::restore
