// Which snapshot is meant (the specification's DECISIONS 1 and 6): by name, ARN, template, day or
// "latest"; the newest by creation time, never by name.
#pragma once
#include <optional>
#include <string>

#include "aws/rds.h"
#include "base/clock.h"
#include "restore/configuration.h"

namespace aurora::restore {

// `text` with every template replaced, in UTC:
//   {date} {date-1d} {date+2d} {date:%Y%m%d} {date:%Y-%m-%d,-1d}   {source_cluster_id}
//   $(date +FORMAT)   as a rule's constant input holds it when its author meant a shell to run it
// Throws Error "InvalidInput" for a template it does not know.
std::string resolve_template(const std::string& text, TimePoint when,
                             const std::string& source_cluster_id = {});
bool has_template(const std::string& text);

// The snapshot that `settings` mean. `when` is the scheduled or start time. Throws Error
// "SnapshotNotFound", which names the nearest ones there are, "SnapshotNotAvailable", or "InvalidInput"
// for a name and a date that contradict each other.
aws::ClusterSnapshot select_snapshot(aws::Rds& source, const Configuration& settings, TimePoint when);

}  // namespace aurora::restore
