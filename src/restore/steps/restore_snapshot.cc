#include <fmt/format.h>

#include "restore/looks.h"
#include "restore/point_in_time.h"
#include "restore/rds_errors.h"
#include "restore/restore_request.h"
#include "restore/steps/steps.h"
#include "restore/swap.h"
#include "restore/target.h"
#include "restore/waiting.h"

namespace aurora::restore::steps {
namespace {

constexpr std::chrono::minutes kCapacityWaitMax{30};
// In the state: RDS may have been asked for the cluster.
constexpr char kBegun[] = "restore_begun";

StepResult waiting(StepContext& context, const std::string& message) {
  return {.message = message,
          .fields = {{"target_cluster_id", context.settings.text("target_cluster_id")},
                     {"target_snapshot", context.operation.known("target_snapshot")}},
          .next_step = "restore_snapshot",
          .retry_after = try_again_after(context, "capacity")};
}

Error taken(const aws::Rds& rds, const std::string& name) {
  return Error("TargetExists",
               fmt::format("cluster {} exists in {} and is not this operation's. It was not touched.", name,
                           rds.region()),
               "Run delete_rds first.");
}

aws::Tags source_tags(StepContext& context, aws::Rds& rds) {
  if (is_point_in_time(context.settings)) {
    const auto source = rds.find_cluster(context.settings.text("source_cluster_id"));
    return source ? source->tags : aws::Tags{};
  }
  if (const Json& known = member_or_null(context.operation.get("state"), "source_tags"); known.is_array())
    return aws::tags_of(known);
  const std::string name = context.operation.is_known("copy_needed")
                               ? context.operation.known("target_snapshot")
                               : context.operation.known("source_snapshot_arn");
  const auto snapshot = name.empty() ? std::nullopt : rds.find_snapshot(name);
  return snapshot ? snapshot->tags : aws::Tags{};
}

// What a refusal means: the words of a wait, or final.
std::string wait_for(StepContext& context, aws::Rds& rds, const aws::ServiceError& e,
                     const std::string& name) {
  if (is_capacity_shortage(e)) {
    if (waited_longer(context, "capacity", kCapacityWaitMax))
      throw Error(e.code(),
                  fmt::format("RDS had no capacity for cluster {} in {} minutes: {}", name,
                              kCapacityWaitMax.count(), e.message()),
                  hint_for(e));
    return fmt::format("Cluster restore waits for capacity ({})", e.code());
  }
  if (is_busy(e)) return fmt::format("Cluster restore waits: {}", e.message());
  if (e.is("KMSKeyNotAccessibleFault") && count_try(context.operation, "restore_key") == 1)
    return "Cluster restore waits for its key to become accessible";
  if (e.is("DBClusterAlreadyExistsFault")) {
    // Another run of this step was faster, or a renamed cluster's name is not free yet.
    const auto there = rds.find_cluster(name);
    if (!there || is_made_by(*there, context.operation)) return "Cluster restore begins";
    context.operation.state().erase(kBegun);
    throw taken(rds, name);
  }
  throw e;
}

// Asks RDS; the words of a wait when it could not begin.
std::string begin(StepContext& context, aws::Rds& rds, const std::string& name) {
  try {
    const std::string group = ensure_subnet_group(context, rds);
    const bool to_time = is_point_in_time(context.settings);
    const Json request = to_time ? point_in_time_request(context, common_request(context, group, {}))
                                 : snapshot_request(context, group, source_tags(context, rds));
    // Saved before the call: whatever happens to this step, the next run of it looks for what came up.
    context.operation.state()[kBegun] = true;
    context.operations.save(context.operation, context.clock.now());
    to_time ? rds.restore_cluster_to_time(request) : rds.restore_cluster(request);
    end_wait(context, "capacity");
    return "";
  } catch (const aws::ServiceError& e) {
    return wait_for(context, rds, e, name);
  }
}

}  // namespace

StepResult restore_snapshot(StepContext& context) {
  Operation& operation = context.operation;
  const std::string target = context.settings.text("target_cluster_id");
  const std::string name = restored_name(operation, target);
  if (operation.known("target_snapshot").empty())
    throw Error("StepOutOfOrder", fmt::format("operation {} has no snapshot to restore yet.", operation.id()),
                "Run copy_snapshot first.");
  aws::Rds rds = context.target_rds();
  // RDS itself refuses a name that is taken; only a repeated step may find its own cluster.
  const auto there = operation.is_known(kBegun) ? rds.find_cluster(name) : std::nullopt;
  if (there && !is_made_by(*there, operation)) throw taken(rds, name);
  if (!there)
    if (const std::string wait = begin(context, rds, name); !wait.empty()) return waiting(context, wait);
  operation.state()["cluster_restored"] = true;
  operation["restore_details"] = Json{{"target_cluster_id", target},
                                      {"target_region", rds.region()},
                                      {"target_snapshot", operation.known("target_snapshot")}};
  if (name != target) operation["restore_details"]["restored_as"] = name;
  return {.message = "Cluster restore initiated",
          .fields = {{"target_cluster_id", target}, {"target_snapshot", operation.known("target_snapshot")}},
          .next_step = "check_restore_status",
          .retry_after = {}};
}

}  // namespace aurora::restore::steps
