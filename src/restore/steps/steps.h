// The steps, each in the file of its name. All may be run twice, at any moment, and leave what running
// them once leaves. Errors carry the names of docs/ERRORS.md.
#pragma once
#include "restore/step.h"

namespace aurora::restore::steps {

StepResult snapshot_check(StepContext& context);
StepResult copy_snapshot(StepContext& context);
StepResult check_copy_status(StepContext& context);
StepResult delete_rds(StepContext& context);
StepResult restore_snapshot(StepContext& context);
StepResult check_restore_status(StepContext& context);
StepResult setup_db_users(StepContext& context);
StepResult verify_restore(StepContext& context);
StepResult notify_completion(StepContext& context);
StepResult cleanup(StepContext& context);
StepResult handle_failure(StepContext& context);

}  // namespace aurora::restore::steps
