#include "restore/target.h"

#include <fmt/format.h>

#include "base/text.h"
#include "restore/rds_errors.h"

namespace aurora::restore {
namespace {

constexpr std::size_t kIdentifierMax = 63;

bool has_tag(const aws::Cluster& cluster, const char* key, const std::string& value) {
  const auto it = cluster.tags.find(key);
  return it != cluster.tags.end() && it->second == value;
}

// A resource between two states is no error for a look that comes again.
template <typename Ask>
void ask_unless_busy(const Ask& ask) {
  try {
    ask();
  } catch (const aws::ServiceError& e) {
    if (!is_busy(e)) throw;
  }
}

// The member's name under the cluster's new name. Members that are not named after the cluster keep their
// names, and so does one whose new name would be too long: the way back must lead to the same name.
std::string renamed_member(const std::string& member, const std::string& from, const std::string& to) {
  if (!member.starts_with(from + "-")) return member;
  // "<name>-retired-…-x" begins with "<name>-" too, and has its new name already.
  if (to.starts_with(from + "-") && member.starts_with(to + "-")) return member;
  const std::string name = to + member.substr(from.size());
  return name.size() <= kIdentifierMax ? name : member;
}

}  // namespace

bool is_made_by(const aws::Cluster& cluster, const Operation& operation) {
  return has_tag(cluster, kOperationTag, operation.id()) &&
         has_tag(cluster, kRunTag, operation.known("run_id"));
}

bool is_managed(const aws::Cluster& cluster) {
  return has_tag(cluster, kManagedTag, "true");
}

std::optional<Error> refusal(const aws::Cluster& cluster, const Configuration& settings) {
  if (cluster.deletion_protection)
    return Error(
        "TargetProtected",
        fmt::format("cluster {} exists in {} and has deletion protection. It was not touched.",
                    cluster.identifier, settings.text("target_region")),
        "Take the protection off yourself if it may go, or restore under another target_cluster_id.");
  if (!is_managed(cluster) && !settings.flag("delete_cluster_if_exists"))
    return Error(
        "TargetExists",
        fmt::format("cluster {} exists in {} and was not made by this pipeline. It was not touched.",
                    cluster.identifier, settings.text("target_region")),
        "Set delete_cluster_if_exists to true to replace it, or restore under another target_cluster_id.");
  if (const std::string global = string_or(cluster.body, "GlobalClusterIdentifier", ""); !global.empty())
    return Error(
        "TargetInGlobalCluster",
        fmt::format("cluster {} belongs to the global cluster {}, which keeps it from being deleted. It was "
                    "not touched.",
                    cluster.identifier, global),
        fmt::format("Take it out with `aws rds remove-from-global-cluster --global-cluster-identifier {} "
                    "--db-cluster-identifier {}`, or restore under another target_cluster_id.",
                    global, cluster.arn));
  return std::nullopt;
}

void begin_deletion(aws::Rds& rds, const aws::Cluster& cluster,
                    const std::optional<std::string>& final_snapshot) {
  for (const bool writer : {false, true})
    for (const aws::ClusterMember& member : cluster.members)
      if (member.is_writer == writer) {
        const auto instance = rds.find_instance(member.instance_identifier);
        // A list of members may be older than a rename: only an instance that says so itself is the
        // cluster's.
        if (instance && instance->status != "deleting" && instance->cluster_identifier == cluster.identifier)
          rds.delete_instance(member.instance_identifier);
      }
  if (cluster.status != "deleting") rds.delete_cluster(cluster.identifier, final_snapshot);
}

bool rename_cluster(aws::Rds& rds, const std::string& from, const std::string& to) {
  if (auto old = rds.find_cluster(from)) {
    if (old->status != "available") return false;
    ask_unless_busy([&] {
      rds.modify_cluster(
          {{"DBClusterIdentifier", from}, {"NewDBClusterIdentifier", to}, {"ApplyImmediately", true}});
    });
    if (rds.find_cluster(from)) return false;
  }
  const auto cluster = rds.find_cluster(to);
  return cluster && cluster->status == "available";
}

bool rename_members(aws::Rds& rds, const aws::Cluster& cluster, const std::string& from,
                    const std::string& to) {
  bool done = true;
  for (const aws::ClusterMember& member : cluster.members) {
    const std::string& old_name = member.instance_identifier;
    const std::string new_name = renamed_member(old_name, from, to);
    if (new_name == old_name) continue;
    if (const auto holder = rds.find_instance(new_name)) {
      // Our own half-made one on its way out, or somebody's who may keep it.
      if (holder->status == "deleting") done = false;
      continue;
    }
    const auto instance = rds.find_instance(old_name);
    if (!instance || instance->status == "deleting") continue;
    done = false;
    if (instance->status == "available")
      ask_unless_busy([&] {
        rds.modify_instance({{"DBInstanceIdentifier", old_name},
                             {"NewDBInstanceIdentifier", new_name},
                             {"ApplyImmediately", true}});
      });
  }
  return done;
}

bool rename_step(aws::Rds& rds, const std::string& from, const std::string& to) {
  if (!rename_cluster(rds, from, to)) return false;
  const auto cluster = rds.find_cluster(to);
  return cluster && rename_members(rds, *cluster, from, to);
}

Error target_stopped(const std::string& cluster) {
  return Error(
      "TargetStopped",
      fmt::format("cluster {} is stopped; RDS neither renames nor deletes it so. It was not touched.",
                  cluster),
      fmt::format("Start it with `aws rds start-db-cluster --db-cluster-identifier {}`, then start the "
                  "restore again.",
                  cluster));
}

std::string retired_name(const Operation& operation, const std::string& target) {
  return with_suffix(target, "-retired-" + operation.known("run_id"));
}

std::string instance_name(const std::string& target, int number) {
  return with_suffix(target, fmt::format("-instance-{}", number));
}

aws::Tags operation_tags(const Operation& operation) {
  return {{kManagedTag, "true"}, {kOperationTag, operation.id()}, {kRunTag, operation.known("run_id")}};
}

std::string with_suffix(const std::string& name, const std::string& suffix) {
  std::string head = name.substr(0, kIdentifierMax - suffix.size());
  while (!head.empty() && head.back() == '-') head.pop_back();
  return head + suffix;
}

}  // namespace aurora::restore
