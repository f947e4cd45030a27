#include "restore/target.h"

#include <fmt/format.h>

#include "base/text.h"

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
    if (!e.is("InvalidDBClusterStateFault") && !e.is("InvalidDBInstanceState")) throw;
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
  return std::nullopt;
}

void begin_deletion(aws::Rds& rds, const aws::Cluster& cluster,
                    const std::optional<std::string>& final_snapshot) {
  for (const bool writer : {false, true})
    for (const aws::ClusterMember& member : cluster.members)
      if (member.is_writer == writer) {
        const auto instance = rds.find_instance(member.instance_identifier);
        if (instance && instance->status != "deleting") rds.delete_instance(member.instance_identifier);
      }
  if (cluster.status != "deleting") rds.delete_cluster(cluster.identifier, final_snapshot);
}

bool rename_step(aws::Rds& rds, const std::string& from, const std::string& to) {
  if (auto old = rds.find_cluster(from)) {
    if (old->status == "available") {
      ask_unless_busy([&] {
        rds.modify_cluster(
            {{"DBClusterIdentifier", from}, {"NewDBClusterIdentifier", to}, {"ApplyImmediately", true}});
      });
      old = rds.find_cluster(from);
    }
    if (old) return false;
  }
  const auto cluster = rds.find_cluster(to);
  if (!cluster || cluster->status != "available") return false;
  bool done = true;
  for (const aws::ClusterMember& member : cluster->members) {
    const std::string& old_name = member.instance_identifier;
    const std::string new_name = renamed_member(old_name, from, to);
    if (new_name == old_name) continue;
    auto instance = rds.find_instance(old_name);
    if (instance && instance->status == "available") {
      ask_unless_busy([&] {
        rds.modify_instance({{"DBInstanceIdentifier", old_name},
                             {"NewDBInstanceIdentifier", new_name},
                             {"ApplyImmediately", true}});
      });
      instance = rds.find_instance(old_name);
    }
    if (instance) done = false;
  }
  return done;
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
