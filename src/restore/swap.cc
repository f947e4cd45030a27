#include "restore/swap.h"

#include <fmt/format.h>

#include <algorithm>

#include "restore/looks.h"
#include "restore/rds_errors.h"
#include "restore/target.h"

namespace aurora::restore {
namespace {

// While names are exchanged nobody reaches the target.
constexpr std::chrono::seconds kGapMax{3};

StepResult looking_again(StepContext& context, std::string message) {
  return {.message = std::move(message),
          .fields = {{"target_cluster_id", context.settings.text("target_cluster_id")}},
          .next_step = "verify_restore",
          .retry_after = look_again_after(context, "exchange", {}, kGapMax)};
}

// The old cluster is put aside only when there is something to put in its place.
void require_replacement(const std::optional<aws::Cluster>& replacement, const std::string& name) {
  if (!replacement)
    throw Error("ClusterVanished",
                fmt::format("cluster {}, which is to take the target's name, is not there.", name),
                "Somebody deleted it; start the restore again.");
}

StepResult retire_old(StepContext& context, aws::Rds& rds, const aws::Cluster& old) {
  Operation& operation = context.operation;
  const std::string target = context.settings.text("target_cluster_id");
  if (auto error = refusal(old, context.settings)) throw Error(*error);
  if (old.status == "stopped" || old.status == "stopping") throw target_stopped(old.identifier);
  const auto replacement = rds.find_cluster(restored_name(operation, target));
  require_replacement(replacement, restored_name(operation, target));
  if (old.status != "available" || replacement->status != "available")
    return looking_again(
        context, fmt::format("Names are exchanged as soon as {} ({}) and {} ({}) are available", target,
                             old.status, replacement->identifier, replacement->status));
  // Saved before the rename: whatever happens, the record says under which name the old cluster is.
  if (operation.known("retired_cluster_id").empty()) {
    operation.state()["retired_cluster_id"] = retired_name(operation, target);
    context.operations.save(operation, context.clock.now());
  }
  rename_cluster(rds, target, operation.known("retired_cluster_id"));
  return looking_again(
      context, fmt::format("Exchanging names: {} becomes {}", target, operation.known("retired_cluster_id")));
}

// Where the new cluster is to be found from now on.
void note_new_place(Operation& operation, const aws::Cluster& cluster) {
  operation.state()["restored_as"] = cluster.identifier;
  operation.state()["exchanged"] = true;
  operation["restore_details"].update(Json{{"target_cluster_id", cluster.identifier},
                                           {"cluster_arn", cluster.arn},
                                           {"cluster_endpoint", cluster.endpoint},
                                           {"reader_endpoint", cluster.reader_endpoint},
                                           {"cluster_port", cluster.port}});
  operation["restore_details"].erase("restored_as");
}

// One look at the clusters' names; nothing when they are exchanged.
std::optional<StepResult> exchange_clusters(StepContext& context, aws::Rds& rds) {
  Operation& operation = context.operation;
  const std::string target = context.settings.text("target_cluster_id");
  const std::string temporary = restored_name(operation, target);
  const auto holder = rds.find_cluster(target);
  if (holder && !is_made_by(*holder, operation)) return retire_old(context, rds, *holder);
  if (!holder) {
    const auto replacement = rds.find_cluster(temporary);
    require_replacement(replacement, temporary);
    rename_cluster(rds, temporary, target);
    return looking_again(context, fmt::format("Exchanging names: {} becomes {}", temporary, target));
  }
  if (holder->status != "available")
    return looking_again(context, fmt::format("Exchanging names: {} is {}", target, holder->status));
  operation.state()["exchanged_from"] = temporary;
  note_new_place(operation, *holder);
  context.audit.record(
      operation.id(), "verify_restore", "exchanged",
      {{"message", fmt::format("{} serves the new cluster; the old one is {}. Clients that hold a server to "
                               "its name over TLS may need the cluster stopped and started once, so that its "
                               "certificate bears the new names.",
                               target, operation.known("retired_cluster_id"))}});
  return std::nullopt;
}

// Members follow their clusters; true when none is left to rename.
bool exchange_members(StepContext& context, aws::Rds& rds) {
  Operation& operation = context.operation;
  const std::string target = context.settings.text("target_cluster_id");
  const std::string retired = operation.known("retired_cluster_id");
  bool done = true;
  if (!retired.empty())
    if (const auto old = rds.find_cluster(retired)) done = rename_members(rds, *old, target, retired);
  // A new name may still be an old member's.
  auto cluster = rds.find_cluster(target);
  if (!done || !cluster) return false;
  if (!rename_members(rds, *cluster, operation.known("exchanged_from"), target)) return false;
  cluster = rds.find_cluster(target);
  if (!cluster) return false;
  Json names = Json::array();
  for (const aws::ClusterMember& member : cluster->members) names.push_back(member.instance_identifier);
  operation.state()["instances"] = names;
  operation["restore_details"]["instances"] = names;
  return true;
}

}  // namespace

std::string restored_name(const Operation& operation, const std::string& target) {
  const std::string name = operation.known("restored_as");
  return name.empty() ? target : name;
}

std::string temporary_name(const Operation& operation, const std::string& target) {
  return with_suffix(target, "-new-" + operation.known("run_id"));
}

bool protect(StepContext& context) {
  Operation& operation = context.operation;
  if (!context.settings.flag("deletion_protection") || operation.is_known("protected")) return true;
  aws::Rds rds = context.target_rds();
  const std::string name = restored_name(operation, context.settings.text("target_cluster_id"));
  try {
    rds.modify_cluster(
        {{"DBClusterIdentifier", name}, {"DeletionProtection", true}, {"ApplyImmediately", true}});
  } catch (const aws::ServiceError& e) {
    if (!is_busy(e)) throw;
    return false;
  }
  operation.state()["protected"] = true;
  return true;
}

std::optional<StepResult> exchange_names(StepContext& context) {
  Operation& operation = context.operation;
  const std::string target = context.settings.text("target_cluster_id");
  aws::Rds rds = context.target_rds();
  if (!operation.is_known("exchanged")) {
    if (restored_name(operation, target) == target)
      operation.state()["exchanged"] = true;
    else if (auto waiting = exchange_clusters(context, rds))
      return waiting;
  }
  if (!operation.known("exchanged_from").empty() && !operation.is_known("members_exchanged")) {
    if (!exchange_members(context, rds))
      return looking_again(context, fmt::format("Names are exchanged; members of {} follow", target));
    operation.state()["members_exchanged"] = true;
  }
  if (!protect(context))
    return looking_again(context, fmt::format("Cluster {} is getting its deletion protection", target));
  return std::nullopt;
}

}  // namespace aurora::restore
