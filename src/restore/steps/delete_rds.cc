#include <fmt/format.h>

#include "restore/looks.h"
#include "restore/steps/steps.h"
#include "restore/swap.h"
#include "restore/target.h"

namespace aurora::restore::steps {
namespace {

StepResult done(StepContext& context, const std::string& message) {
  Json fields{{"target_cluster_id", context.settings.text("target_cluster_id")},
              {"deletion_status", "completed"}};
  if (const std::string retired = context.operation.known("retired_cluster_id"); !retired.empty())
    fields["retired_cluster_id"] = retired;
  return {
      .message = message, .fields = std::move(fields), .next_step = "restore_snapshot", .retry_after = {}};
}

StepResult deleted(StepContext& context, const std::string& target) {
  StepResult result = done(context, "Cluster deletion completed");
  result.awaited = {{.type = "db-cluster", .identifier = target}};
  return result;
}

StepResult waiting(StepContext& context, std::string_view what, const std::string& message) {
  return {.message = message,
          .fields = {{"target_cluster_id", context.settings.text("target_cluster_id")},
                     {"deletion_status", "in-progress"}},
          .next_step = "delete_rds",
          .retry_after = look_again_after(context, what)};
}

// Whether a cluster that RDS still works on can be asked for anything.
bool is_settled(const aws::Cluster& cluster) {
  return cluster.status == "available" || cluster.status == "deleting";
}

StepResult retire(StepContext& context, aws::Rds& rds, const std::string& target) {
  Operation& operation = context.operation;
  const std::string retired = retired_name(operation, target);
  // Saved before the rename: whatever happens, the record says under which name the old cluster is.
  if (operation.known("retired_cluster_id").empty()) {
    operation.state()["retired_cluster_id"] = retired;
    context.operations.save(operation, context.clock.now());
  }
  if (!rename_step(rds, target, retired)) return waiting(context, "rename", "Cluster is being renamed aside");
  return done(context, fmt::format("Cluster retired as {}", retired));
}

Json what_it_had(aws::Rds& rds, const aws::Cluster& cluster) {
  Json instances = Json::array();
  for (const aws::ClusterMember& member : cluster.members)
    if (const auto instance = rds.find_instance(member.instance_identifier))
      instances.push_back({{"name", instance->identifier}, {"class", instance->instance_class}});
  return {{"engine", cluster.engine},
          {"engine_version", cluster.engine_version},
          {"arn", cluster.arn},
          {"instances", instances}};
}

// The old cluster serves until the new one is verified; then verify_restore exchanges their names.
StepResult leave(StepContext& context, const std::string& target) {
  Operation& operation = context.operation;
  if (operation.known("restored_as").empty())
    operation.state()["restored_as"] = temporary_name(operation, target);
  return done(context, fmt::format("Cluster {} serves on; the new one is restored as {}", target,
                                   operation.known("restored_as")));
}

StepResult remove(StepContext& context, aws::Rds& rds, const aws::Cluster& cluster) {
  Operation& operation = context.operation;
  std::optional<std::string> final_snapshot;
  if (context.settings.flag("final_snapshot"))
    final_snapshot = with_suffix(cluster.identifier, "-final-" + operation.known("run_id"));
  // A rollback cannot bring it back, but can say what it had.
  if (!operation.is_known("target_deleted")) operation.state()["deleted_cluster"] = what_it_had(rds, cluster);
  operation.state()["target_deleted"] = true;
  if (final_snapshot) operation.state()["final_snapshot"] = *final_snapshot;
  context.operations.save(operation, context.clock.now());
  begin_deletion(rds, cluster, final_snapshot);
  if (rds.find_cluster(cluster.identifier))
    return waiting(context, "deletion", "Cluster deletion in progress");
  return deleted(context, cluster.identifier);
}

}  // namespace

StepResult delete_rds(StepContext& context) {
  Operation& operation = context.operation;
  const std::string target = context.settings.text("target_cluster_id");
  aws::Rds rds = context.target_rds();
  const auto cluster = rds.find_cluster(target);
  const std::string retired = operation.known("retired_cluster_id");
  if (!cluster) {
    if (!retired.empty()) return retire(context, rds, target);  // the members may still be on their way
    if (operation.is_known("target_deleted")) return deleted(context, target);
    return done(context, "Cluster does not exist, proceeding to restore");
  }
  if (is_made_by(*cluster, operation))
    return done(context, "Cluster is this operation's own, nothing to delete");
  if (!operation.is_known("target_deleted"))
    if (auto error = refusal(*cluster, context.settings)) throw Error(*error);
  if (cluster->status == "stopped") throw target_stopped(target);
  const std::string strategy = context.settings.text("replace_strategy");
  if (strategy == "swap" && retired.empty()) return leave(context, target);
  if (!is_settled(*cluster))
    return waiting(context, operation.is_known("target_deleted") ? "deletion" : "settling",
                   fmt::format("Cluster is {}", cluster->status));
  if (cluster->status == "available" && retired.empty() && strategy == "retire")
    return retire(context, rds, target);
  if (!retired.empty()) return retire(context, rds, target);
  return remove(context, rds, *cluster);
}

}  // namespace aurora::restore::steps
