#include "restore/orphans.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <map>
#include <set>

#include "aws/paginate.h"
#include "aws/rds.h"
#include "base/dates.h"
#include "restore/pipeline.h"
#include "restore/prices.h"
#include "restore/target.h"

namespace aurora::restore {
namespace {

constexpr char kBackupPrefix[] = "awsbackup:";

// What the state table says about operations.
class Records {
 public:
  explicit Records(const std::vector<Json>& operations) {
    for (const Json& operation : operations) by_id_[string_or(operation, "operation_id", "")] = &operation;
  }

  const Json& find(const std::string& id) const {
    static const Json kNone = Json::object();
    const auto found = by_id_.find(id);
    return found == by_id_.end() ? kNone : *found->second;
  }
  std::string status(const std::string& id) const { return string_or(find(id), "status", ""); }
  bool is_over(const std::string& id) const { return status(id) != kInProgress; }
  // The operation that put this cluster aside, or nothing.
  const Json* retirer(const std::string& cluster) const {
    for (const auto& [id, operation] : by_id_)
      if (string_or(member_or_null(*operation, "state"), "retired_cluster_id", "") == cluster)
        return operation;
    return nullptr;
  }
  // Whether an operation in progress works with it.
  bool is_in_use(const std::string& identifier) const {
    return std::any_of(by_id_.begin(), by_id_.end(), [&](const auto& entry) {
      const Json& operation = *entry.second;
      if (string_or(operation, "status", "") != kInProgress) return false;
      const Json& state = member_or_null(operation, "state");
      for (const char* key : {"retired_cluster_id", "restored_as", "target_snapshot", "source_snapshot"})
        if (string_or(state, key, "") == identifier) return true;
      return string_or(member_or_null(operation, "parameters"), "target_cluster_id", "") == identifier;
    });
  }
  // Whether it is what a completed restore was for.
  bool is_result(const std::string& id, const std::string& cluster) const {
    const Json& operation = find(id);
    return string_or(operation, "status", "") == kCompleted &&
           string_or(member_or_null(operation, "parameters"), "target_cluster_id", "") == cluster;
  }
  bool waits_to_be_resumed(const std::string& id) const {
    return bool_or(member_or_null(find(id), "state"), "kept", false) && status(id) == kFailed;
  }

 private:
  std::map<std::string, const Json*> by_id_;
};

void for_each_item(aws::Api& api, const std::string& region, std::string_view operation, const Json& input,
                   std::string_view list, const std::function<void(const Json&)>& visit) {
  const Json items = aws::collect(api, "rds", region, operation, input, list);
  for (const Json& item : items) visit(item);
}

std::string tag_of(const aws::Tags& tags, const char* key) {
  const auto found = tags.find(key);
  return found == tags.end() ? "" : found->second;
}

std::string over_text(const Records& records, const std::string& id) {
  const std::string status = records.status(id);
  return status.empty() ? fmt::format("operation {} is not on record any more", id)
                        : fmt::format("operation {} is {}", id, status);
}

// Storage and instances; a class without a known price makes it a lower bound, which is said.
void add_cluster_cost(aws::Api& api, const std::string& region, const Json& cluster, Orphan& orphan) {
  double month = static_cast<double>(int_or(cluster, "AllocatedStorage", 1)) * kStorageGibMonth;
  const Json& capacity = member_or_null(cluster, "ServerlessV2ScalingConfiguration");
  for (const Json& member : member_or_null(cluster, "DBClusterMembers")) {
    const Json answer = api.call("rds", region, "DescribeDBInstances",
                                 {{"DBInstanceIdentifier", string_or(member, "DBInstanceIdentifier", "")}});
    const std::string instance_class = string_or(answer["DBInstances"][0], "DBInstanceClass", "");
    if (instance_class == "db.serverless") {
      const Json& least = member_or_null(capacity, "MinCapacity");
      month += kHoursPerMonth * kCapacityUnitHour * (least.is_number() ? least.get<double>() : 0.5);
    } else if (const auto hour = instance_hour(instance_class)) {
      month += kHoursPerMonth * *hour;
    } else {
      orphan.reason += fmt::format("; the price of {} is not known and not counted", instance_class);
    }
  }
  orphan.monthly_cost = month;
}

void find_clusters(aws::Api& api, const std::string& region, const Records& records,
                   std::vector<Orphan>& found) {
  for_each_item(api, region, "DescribeDBClusters", Json::object(), "DBClusters", [&](const Json& cluster) {
    const std::string name = string_or(cluster, "DBClusterIdentifier", "");
    const aws::Tags tags = aws::tags_of(member_or_null(cluster, "TagList"));
    const Json* retirer = records.retirer(name);
    const bool is_ours = tag_of(tags, kManagedTag) == "true";
    if ((!is_ours && retirer == nullptr) || records.is_in_use(name)) return;
    const std::string maker = tag_of(tags, kOperationTag);
    const std::string id = retirer != nullptr ? string_or(*retirer, "operation_id", "") : maker;
    if (!records.is_over(id) || records.is_result(id, name)) return;
    Orphan orphan{.kind = Orphan::Kind::kCluster,
                  .identifier = name,
                  .region = region,
                  .status = string_or(cluster, "Status", ""),
                  .operation_id = id,
                  .reason = retirer != nullptr
                                ? "put aside for the restored cluster; " + over_text(records, id)
                                : over_text(records, id),
                  .created = parse_iso(string_or(cluster, "ClusterCreateTime", "")),
                  .monthly_cost = {},
                  .kept_because = {}};
    add_cluster_cost(api, region, cluster, orphan);
    if (bool_or(cluster, "DeletionProtection", false))
      orphan.kept_because = "it has deletion protection";
    else if (retirer != nullptr && records.status(id) != kCompleted)
      // It may be the only good copy of the data: its operation did not end well.
      orphan.kept_because = fmt::format(
          "it is the old cluster of a restore that did not complete; see "
          "`aurora-restore status {}`",
          id);
    else if (records.waits_to_be_resumed(id))
      orphan.kept_because = fmt::format("its operation waits for `aurora-restore resume {}`", id);
    else if (retirer == nullptr && records.status(id).empty())
      // Records expire, and go with delete_state: a target that serves looks like this as well.
      orphan.kept_because =
          "without a record nothing says that it is not what a completed restore was for; "
          "`aws rds delete-db-cluster` removes it if it is not needed";
    found.push_back(std::move(orphan));
  });
}

void find_snapshots(aws::Api& api, const std::string& region, const Records& records,
                    std::vector<Orphan>& found) {
  const auto consider = [&](const Json& snapshot) {
    const std::string name = string_or(snapshot, "DBClusterSnapshotIdentifier", "");
    const aws::Tags tags = aws::tags_of(member_or_null(snapshot, "TagList"));
    const std::string id = tag_of(tags, kOperationTag);
    if (tag_of(tags, kManagedTag) != "true" || name.starts_with(kBackupPrefix)) return;
    // Copies carry the time of their source; a final snapshot inherits the tags of its cluster and is to
    // stay.
    if (tag_of(tags, kSourceCreatedTag).empty()) return;
    if (records.is_in_use(name) || !records.is_over(id)) return;
    const Json& operation = records.find(id);
    if (records.status(id) == kCompleted &&
        !bool_or(member_or_null(operation, "parameters"), "delete_copied_snapshot", true))
      return;
    Orphan orphan{
        .kind = Orphan::Kind::kSnapshot,
        .identifier = name,
        .region = region,
        .status = string_or(snapshot, "Status", ""),
        .operation_id = id,
        .reason = over_text(records, id),
        .created = parse_iso(string_or(snapshot, "SnapshotCreateTime", "")),
        .monthly_cost = static_cast<double>(int_or(snapshot, "AllocatedStorage", 1)) * kSnapshotGibMonth,
        .kept_because = {}};
    if (records.waits_to_be_resumed(id))
      orphan.kept_because = fmt::format("its operation waits for `aurora-restore resume {}`", id);
    found.push_back(std::move(orphan));
  };
  for_each_item(api, region, "DescribeDBClusterSnapshots", {{"SnapshotType", "manual"}}, "DBClusterSnapshots",
                consider);
}

// Groups that restores made of subnet_ids, as long as no cluster lies in them.
void find_subnet_groups(aws::Api& api, const std::string& region, const Records& records,
                        std::vector<Orphan>& found) {
  std::set<std::string> used;
  for_each_item(api, region, "DescribeDBClusters", Json::object(), "DBClusters",
                [&](const Json& cluster) { used.insert(string_or(cluster, "DBSubnetGroup", "")); });
  for_each_item(api, region, "DescribeDBSubnetGroups", Json::object(), "DBSubnetGroups",
                [&](const Json& group) {
                  const std::string name = string_or(group, "DBSubnetGroupName", "");
                  // Asking for the tags of every group costs a call each: those of ours are named so.
                  if (name.find("-subnets-") == std::string::npos || used.contains(name)) return;
                  const Json answer = api.call("rds", region, "ListTagsForResource",
                                               {{"ResourceName", string_or(group, "DBSubnetGroupArn", "")}});
                  const aws::Tags tags = aws::tags_of(member_or_null(answer, "TagList"));
                  const std::string id = tag_of(tags, kOperationTag);
                  if (tag_of(tags, kManagedTag) != "true" || !records.is_over(id)) return;
                  found.push_back({.kind = Orphan::Kind::kSubnetGroup,
                                   .identifier = name,
                                   .region = region,
                                   .status = "",
                                   .operation_id = id,
                                   .reason = "no cluster lies in it; " + over_text(records, id),
                                   .created = {},
                                   .monthly_cost = {},
                                   .kept_because = {}});
                });
}

}  // namespace

std::string_view name_of(Orphan::Kind kind) {
  switch (kind) {
    case Orphan::Kind::kCluster:
      return "cluster";
    case Orphan::Kind::kSnapshot:
      return "snapshot";
    case Orphan::Kind::kSubnetGroup:
      return "subnet group";
  }
  return "";
}

std::vector<Orphan> find_orphans(aws::Api& api, const std::vector<std::string>& regions,
                                 const std::vector<Json>& operations) {
  const Records records(operations);
  std::vector<Orphan> found;
  for (const std::string& region : regions) {
    find_clusters(api, region, records, found);
    find_snapshots(api, region, records, found);
    find_subnet_groups(api, region, records, found);
  }
  return found;
}

bool remove_orphan(aws::Api& api, const Orphan& orphan) {
  if (!orphan.kept_because.empty())
    throw Error("NotRemoved", fmt::format("{} {} was not removed: {}.", name_of(orphan.kind),
                                          orphan.identifier, orphan.kept_because));
  aws::Rds rds(api, orphan.region);
  switch (orphan.kind) {
    case Orphan::Kind::kSnapshot:
      rds.delete_snapshot(orphan.identifier);
      return true;
    case Orphan::Kind::kSubnetGroup:
      rds.delete_subnet_group(orphan.identifier);
      return true;
    case Orphan::Kind::kCluster:
      break;
  }
  const auto cluster = rds.find_cluster(orphan.identifier);
  if (!cluster) return true;
  try {
    begin_deletion(rds, *cluster);
  } catch (const aws::ServiceError& e) {
    // RDS is still at work on it; the next call finds it settled.
    if (!e.is("InvalidDBClusterStateFault") && !e.is("InvalidDBInstanceState")) throw;
  }
  return !rds.find_cluster(orphan.identifier);
}

}  // namespace aurora::restore
