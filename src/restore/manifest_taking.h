// Taking a manifest of a running cluster, inside the function that has a way to its database.
#pragma once
#include "restore/step.h"

namespace aurora::restore {

// The member of an event by which verify_restore is asked for a manifest instead of a verification.
inline constexpr char kManifestOrder[] = "take_manifest";

// `order` is {"place": "s3://…", "snapshot_name", "snapshot_arn", "snapshot_created_at", "continue"}; the
// cluster is source_cluster_id of the configuration. Writes the manifest to its place, and goes on with the
// one that is there when `continue` says so: a large cluster takes several calls. The answer says how far it
// came, and `retry_after` when tables are left. Nothing else is stored; there is no operation.
Json take_manifest(StepContext& context, const Json& order);

}  // namespace aurora::restore
