#include "restore/copy.h"
#include "restore/steps/steps.h"

namespace aurora::restore::steps {

StepResult copy_snapshot(StepContext& context) {
  Operation& operation = context.operation;
  const std::string source = operation.known("source_snapshot");
  std::string message = "Snapshot copy initiated";
  if (!operation.is_known("copy_needed")) {
    // The restore takes the source itself: it is in the target Region, under the right key.
    operation.state()["target_snapshot"] = source;
    message = "Snapshot copy not needed";
  } else {
    ensure_copy(context);
    if (!operation.is_known("copy_begun")) message = copy_wait(operation);
  }
  return {.message = message,
          .fields = {{"source_snapshot", source},
                     {"target_snapshot", operation.known("target_snapshot")},
                     {"copy_needed", operation.is_known("copy_needed")}},
          .next_step = "check_copy_status",
          .retry_after = {}};
}

}  // namespace aurora::restore::steps
