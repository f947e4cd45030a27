// The snapshot's copy in the target Region.
#pragma once
#include <string>

#include "restore/step.h"

namespace aurora::restore {

// Sees to it that the copy exists or is on its way: adopts the one that this operation began, begins
// one otherwise. Sets `target_snapshot` and `copy_begun` in the operation's state; `copy_begun` is false
// while the copy has to wait: for one of the Region's copy slots (5 in flight for each destination Region),
// for a source that is not available yet, and once for a key. Throws Error "SnapshotQuotaExceeded", which
// names the pipeline's own snapshots, when the Region has no room for another manual snapshot.
void ensure_copy(StepContext& context);

// What a copy that is not begun waits for, as a sentence.
std::string copy_wait(const Operation& operation);

// Whether this operation made the copy (its tag says so).
bool is_own_copy(const aws::ClusterSnapshot& copy, const Operation& operation);

}  // namespace aurora::restore
