#include <fmt/format.h>

#include "restore/archive.h"
#include "restore/steps/steps.h"
#include "restore/target.h"

namespace aurora::restore::steps {
namespace {

// Deletes the copy that this operation made. False when there was none, or when it is to stay.
bool delete_copy(StepContext& context, aws::Rds& rds) {
  Operation& operation = context.operation;
  if (!operation.is_known("copy_begun") || !context.settings.flag("delete_copied_snapshot")) return false;
  rds.delete_snapshot(operation.known("target_snapshot"));
  return true;
}

// Drops the cluster that the new one replaced. It goes while RDS answers; nobody has to wait for it.
bool drop_retired(StepContext& context, aws::Rds& rds, Json& results) {
  Operation& operation = context.operation;
  const std::string retired = operation.known("retired_cluster_id");
  if (retired.empty()) return false;
  const auto cluster = rds.find_cluster(retired);
  if (!cluster) return true;
  if (cluster->deletion_protection) {
    results["retired_cluster_kept"] = fmt::format("{} got deletion protection meanwhile", retired);
    return false;
  }
  std::optional<std::string> final_snapshot;
  if (context.settings.flag("final_snapshot")) {
    final_snapshot =
        with_suffix(context.settings.text("target_cluster_id"), "-final-" + operation.known("run_id"));
    operation.state()["final_snapshot"] = *final_snapshot;
  }
  begin_deletion(rds, *cluster, final_snapshot);
  return true;
}

}  // namespace

StepResult cleanup(StepContext& context) {
  Operation& operation = context.operation;
  // Before the restore is proved, the copy and the old cluster are all there is to go back to.
  if (!operation.is_known("verified"))
    throw Error("StepOutOfOrder",
                fmt::format("operation {} is not verified yet; nothing was deleted.", operation.id()),
                "Run verify_restore first, or give the operation up with `aurora-restore cancel`.");
  aws::Rds rds = context.target_rds();
  Json results = Json::object();
  results["snapshot_deleted"] = delete_copy(context, rds);
  results["state_data_deleted"] = context.settings.flag("delete_state");
  results["logs_deleted"] = false;
  if (!operation.known("retired_cluster_id").empty())
    results["retired_cluster_deleted"] = drop_retired(context, rds, results);
  if (context.settings.flag("delete_logs")) {
    results["logs_deleted"] = delete_archive(context);
  } else if (context.settings.has("log_bucket")) {
    results["logs_written"] = archive_operation(context);
  }
  operation["cleanup_results"] = results;
  return {.message = fmt::format("Successfully completed cleanup for operation {}", operation.id()),
          .fields = {{"target_cluster_id", context.settings.text("target_cluster_id")},
                     {"cleanup_results", results}},
          .next_step = {},
          .retry_after = {}};
}

}  // namespace aurora::restore::steps
