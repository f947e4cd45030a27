#include <fmt/format.h>

#include "base/dates.h"
#include "restore/copy.h"
#include "restore/looks.h"
#include "restore/progress.h"
#include "restore/restore_request.h"
#include "restore/steps/steps.h"

namespace aurora::restore::steps {
namespace {

constexpr char kCopying[] = "Snapshot copy in progress";

StepResult in_progress(StepContext& context, const std::string& message, int percent, std::int64_t after) {
  note_percent(context, "check_copy_status", "copy_snapshot", percent, message);
  return {.message = message,
          .fields = {{"target_snapshot", context.operation.known("target_snapshot")},
                     {"copy_status", "in-progress"},
                     {"percent_progress", percent}},
          .next_step = "check_copy_status",
          .retry_after = after};
}

StepResult completed(StepContext& context) {
  clear_percent(context);
  return {.message = "Snapshot copy completed",
          .fields = {{"target_snapshot", context.operation.known("target_snapshot")},
                     {"copy_status", "available"},
                     {"percent_progress", 100}},
          .next_step = "delete_rds",
          .retry_after = {}};
}

StepResult copied(StepContext& context, const std::string& name) {
  StepResult result = completed(context);
  result.awaited = {{.type = "db-cluster-snapshot", .identifier = name}};
  return result;
}

bool has_failed(const std::string& status) {
  for (const char* bad : {"failed", "deleting", "deleted", "incompatible-restore", "incompatible-parameters"})
    if (status == bad) return true;
  return false;
}

// RDS has been seen to copy under the source's key without a word.
void check_key(const StepContext& context, const aws::ClusterSnapshot& copy) {
  if (!copy.encrypted || !context.settings.has("kms_key_id")) return;
  const std::string wanted = context.settings.text("kms_key_id");
  const std::string arn = key_arn(context, wanted);
  if (arn.empty() || arn == copy.kms_key_id) return;
  throw Error(
      "CopyKeyMismatch",
      fmt::format("copy {} is encrypted with {} instead of {}.", copy.identifier, copy.kms_key_id, wanted),
      "See that kms_key_id names a key of the target Region.");
}

// RDS gives a copy up whose source is deleted meanwhile, without saying so.
[[noreturn]] void fail(const StepContext& context, const aws::ClusterSnapshot& copy) {
  const std::string source = context.operation.known("source_snapshot");
  if (!context.source_rds().find_snapshot(context.operation.known("source_snapshot_arn")))
    throw Error("CopyFailed",
                fmt::format("copy {} is {} after {} %: its source {} was deleted meanwhile.", copy.identifier,
                            copy.status, copy.percent_progress, source),
                "Start the restore again with another snapshot.");
  throw Error("CopyFailed",
              fmt::format("copy {} is {} after {} %.", copy.identifier, copy.status, copy.percent_progress),
              "`aws rds describe-events --source-type db-cluster-snapshot` tells RDS's reason.");
}

}  // namespace

StepResult check_copy_status(StepContext& context) {
  Operation& operation = context.operation;
  if (!operation.is_known("copy_needed")) return completed(context);
  if (!operation.is_known("copy_begun")) {
    ensure_copy(context);
    if (!operation.is_known("copy_begun"))
      return in_progress(context, copy_wait(operation), 0, try_again_after(context, "copy slot"));
  }
  if (const auto begun = parse_iso(operation.known("copy_begun_at")))
    if (const auto after = too_early(context, "copy", *begun))
      return in_progress(context, kCopying, 0, *after);
  const std::string name = operation.known("target_snapshot");
  const auto copy = context.target_rds().find_snapshot(name);
  if (!copy)
    throw Error("CopyVanished",
                fmt::format("copy {} is not in {} any more.", name, context.settings.text("target_region")),
                "Somebody deleted it; start the restore again.");
  if (has_failed(copy->status)) fail(context, *copy);
  if (copy->status != "available")
    return in_progress(context, kCopying, copy->percent_progress,
                       look_again_after(context, "copy", copy->percent_progress));
  check_key(context, *copy);
  return copied(context, name);
}

}  // namespace aurora::restore::steps
