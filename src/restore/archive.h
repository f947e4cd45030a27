// The operation's state and audit trail as objects in S3, for when the tables have forgotten them.
#pragma once
#include "restore/step.h"

namespace aurora::restore {

// Writes s3://<log_bucket>/<log_prefix>/<operation_id>/state.json and audit.json when log_bucket is set.
// True when they were written; a bucket that is out of reach is recorded, not fatal.
bool archive_operation(StepContext& context);
// Deletes them. True when they are gone.
bool delete_archive(StepContext& context);

}  // namespace aurora::restore
