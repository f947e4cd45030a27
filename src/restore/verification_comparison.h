// Holds the restored data against its origin: a manifest, the running source cluster, or both.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "restore/manifest.h"
#include "restore/step.h"
#include "restore/verification.h"

namespace aurora::restore {

// Reads on where the last call stopped, each table once for an operation; what it found is in the
// operation's state, compactly. Nothing when all is compared (also when nothing is to be), else the answer
// of a step that goes on in another call of `next_step`. Tables that the budget does not reach are counted
// and named, not taken for equal.
std::optional<StepResult> compare_contents(StepContext& context, const db::ConnectOptions& access,
                                           const char* next_step);

// One check for each origin, once compare_contents is done.
std::vector<Check> comparison_checks(const StepContext& context);
// "tables_equal", "rows_equal" and their like, for the operation's record.
Json comparison_summary(const StepContext& context);

// Where the restore's manifest is, as an s3:// address: verification_manifest itself, or for "auto" what the
// snapshot's tag says, else the place where `snapshots manifest` stores it. Throws Error "ManifestNotFound".
std::string manifest_uri(StepContext& context);

}  // namespace aurora::restore
