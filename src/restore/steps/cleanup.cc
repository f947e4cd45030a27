#include <fmt/format.h>

#include "restore/archive.h"
#include "restore/copy.h"
#include "restore/looks.h"
#include "restore/rds_errors.h"
#include "restore/source_account.h"
#include "restore/steps/steps.h"
#include "restore/swap.h"
#include "restore/target.h"
#include "restore/waiting.h"

namespace aurora::restore::steps {
namespace {

// How long cleanup waits for a thing that is between two states; it is left to stand after that.
constexpr std::chrono::hours kWaitMax{1};
constexpr std::chrono::minutes kGapMax{2};

class CleanupRun {
 public:
  explicit CleanupRun(StepContext& context)
      : context_(context), operation_(context.operation), rds_(context.target_rds()) {}

  // What is waited for; empty when all is done.
  std::string run(Json& results) {
    // First of all: from here on nothing deletes the new cluster by mistake.
    if (!protect(context_)) return "the new cluster takes its deletion protection";
    results["snapshot_deleted"] = attempt("copied snapshot", [&] { return delete_copy(); });
    attempt("source account", [&] {
      remove_source_traces(context_);
      return true;
    });
    results["state_data_deleted"] = context_.settings.flag("delete_state");
    results["logs_deleted"] = false;
    if (!operation_.known("retired_cluster_id").empty())
      results["retired_cluster_deleted"] = attempt("retired cluster", [&] { return drop_retired(results); });
    return waits_for_;
  }

 private:
  // A thing between two states is tried again, for a while.
  template <typename Work>
  bool attempt(const char* what, const Work& work) {
    try {
      return work();
    } catch (const aws::ServiceError& e) {
      if (!is_busy(e) || waited_longer(context_, what, kWaitMax)) throw;
      waits_for_ = fmt::format("the {} ({})", what, e.message());
      return false;
    }
  }

  // Deletes the copy that this operation made. False when there was none, or when it is to stay.
  bool delete_copy() {
    if (!operation_.is_known("copy_begun") || !context_.settings.flag("delete_copied_snapshot")) return false;
    const auto copy = rds_.find_snapshot(operation_.known("target_snapshot"));
    if (!copy || copy->status == "deleting") return true;
    if (!is_own_copy(*copy, operation_)) return false;
    rds_.delete_snapshot(copy->identifier);
    return true;
  }

  // Drops the cluster that the new one replaced. It goes while RDS answers; nobody has to wait for it.
  bool drop_retired(Json& results) {
    const std::string retired = operation_.known("retired_cluster_id");
    const auto cluster = rds_.find_cluster(retired);
    if (!cluster) return true;
    if (cluster->deletion_protection || cluster->status == "stopped") {
      results["retired_cluster_kept"] =
          cluster->deletion_protection
              ? fmt::format("{} got deletion protection meanwhile", retired)
              : fmt::format("{} was stopped meanwhile, and RDS does not delete a stopped cluster", retired);
      return false;
    }
    std::optional<std::string> final_snapshot;
    if (context_.settings.flag("final_snapshot")) {
      final_snapshot =
          with_suffix(context_.settings.text("target_cluster_id"), "-final-" + operation_.known("run_id"));
      operation_.state()["final_snapshot"] = *final_snapshot;
      results["final_snapshot"] = *final_snapshot;
    }
    if (cluster->status != "available" && cluster->status != "deleting" && cluster->status != "failed")
      throw aws::ServiceError("InvalidDBClusterStateFault",
                              fmt::format("{} is {}", retired, cluster->status));
    begin_deletion(rds_, *cluster, final_snapshot);
    return true;
  }

  StepContext& context_;
  Operation& operation_;
  aws::Rds rds_;
  std::string waits_for_;
};

}  // namespace

StepResult cleanup(StepContext& context) {
  Operation& operation = context.operation;
  // Before the restore is proved and has its name, the copy and the old cluster are all there is to go back
  // to.
  const bool swapping = !operation.known("restored_as").empty() && !operation.is_known("exchanged");
  if (!operation.is_known("verified") || swapping)
    throw Error("StepOutOfOrder",
                fmt::format("operation {} is not verified yet; nothing was deleted.", operation.id()),
                "Run verify_restore first, or give the operation up with `aurora-restore cancel`.");
  Json results = Json::object();
  const std::string waits_for = CleanupRun(context).run(results);
  if (!waits_for.empty())
    return {.message = "Cleanup waits for " + waits_for,
            .fields = {{"target_cluster_id", context.settings.text("target_cluster_id")}},
            .next_step = "cleanup",
            .retry_after = look_again_after(context, "cleanup", {}, kGapMax)};
  operation["cleanup_results"] = results;
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
