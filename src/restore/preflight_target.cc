// The target's name and its holder, the names of the instances to be made, and room in the quotas.
#include <fmt/format.h>

#include "base/text.h"
#include "restore/preflight.h"
#include "restore/target.h"

namespace aurora::restore {
namespace {

bool frees_before(const StepContext& context) {
  return context.settings.text("replace_strategy") == "delete";
}

// With retire and swap, old and new cluster stand side by side for a while.
std::int64_t instances_needed(const StepContext& context, const std::optional<aws::Cluster>& old) {
  const std::int64_t made = 1 + context.settings.integer("reader_count");
  return old && frees_before(context) ? made - static_cast<std::int64_t>(old->members.size()) : made;
}

struct Quota {
  std::int64_t used = 0;
  std::int64_t max = 0;
  bool has_room_for(std::int64_t more) const { return more <= 0 || used + more <= max; }
};

// By name; nothing for one that RDS does not list.
std::optional<Quota> find_quota(const Json& quotas, std::string_view name) {
  for (const Json& quota : quotas)
    if (string_or(quota, "AccountQuotaName", "") == name)
      return Quota{int_or(quota, "Used", 0), int_or(quota, "Max", 0)};
  return std::nullopt;
}

// Snapshots of ours that a human may delete to make room.
std::string deletable(aws::Rds& rds) {
  std::vector<std::string> ours;
  for (const aws::ClusterSnapshot& snapshot : rds.list_snapshots({{"SnapshotType", "manual"}}))
    if (snapshot.tags.contains(kManagedTag)) ours.push_back(snapshot.identifier);
  if (ours.empty()) return "none of them was made by this pipeline";
  if (ours.size() > 5) ours.resize(5);
  return "made by this pipeline: " + join(ours, ", ");
}

}  // namespace

void look_at_target(const StepContext& context, const aws::ClusterSnapshot*, Findings& findings) {
  const std::string target = context.settings.text("target_cluster_id");
  aws::Rds rds = context.target_rds();
  const auto old = rds.find_cluster(target);
  if (old && is_made_by(*old, context.operation)) return;
  if (old) {
    if (const auto error = refusal(*old, context.settings))
      findings.add(*error);
    else if (old->status == "stopped")
      findings.add(
          "TargetStopped",
          fmt::format("cluster {} is stopped; RDS neither renames nor deletes it so. It was not touched.",
                      target),
          fmt::format("Start it with `aws rds start-db-cluster --db-cluster-identifier {}`.", target));
  }
  for (std::int64_t number = 1; number <= 1 + context.settings.integer("reader_count"); ++number) {
    const std::string name = instance_name(target, static_cast<int>(number));
    const auto instance = rds.find_instance(name);
    if (instance && !equals_ignore_case(instance->cluster_identifier, target))
      findings.add(
          "InstanceNameTaken",
          fmt::format("instance {} exists in {} and is of {}.", name, rds.region(),
                      instance->cluster_identifier.empty() ? "no cluster"
                                                           : "cluster " + instance->cluster_identifier),
          "The new cluster's instances bear its name; restore under another target_cluster_id.");
  }
}

void look_at_quotas(const StepContext& context, const aws::ClusterSnapshot* snapshot, Findings& findings) {
  const std::string region = context.settings.text("target_region");
  aws::Rds rds = context.target_rds();
  unless_denied(findings, "the quotas", [&] {
    const Json answer = context.api.call("rds", region, "DescribeAccountAttributes", Json::object());
    const Json& quotas = member_or_null(answer, "AccountQuotas");
    const auto old = rds.find_cluster(context.settings.text("target_cluster_id"));
    if (old && is_made_by(*old, context.operation)) return;  // all of it is there
    const char* hint = "Have the quota raised with `aws service-quotas`, or delete what nobody needs.";
    const auto refuse_if_full = [&](const char* name, std::int64_t more, const char* error, const char* what,
                                    const std::string& advice) {
      const auto quota = find_quota(quotas, name);
      if (quota && !quota->has_room_for(more))
        findings.add(error,
                     fmt::format("{} of {} {} are used in {}, and this restore needs {} more.", quota->used,
                                 quota->max, what, region, more),
                     advice);
    };
    refuse_if_full("DBClusters", old && frees_before(context) ? 0 : 1, "ClusterQuotaReached", "clusters",
                   hint);
    refuse_if_full("DBInstances", instances_needed(context, old), "InstanceQuotaReached", "instances", hint);
    const auto snapshots = find_quota(quotas, "ManualClusterSnapshots");
    if (snapshot && needs_copy(context, *snapshot, "") && snapshots && !snapshots->has_room_for(1))
      refuse_if_full(
          "ManualClusterSnapshots", 1, "SnapshotQuotaReached", "manual cluster snapshots",
          fmt::format("Delete snapshots that nobody needs ({}), or have the quota raised.", deletable(rds)));
  });
}

}  // namespace aurora::restore
