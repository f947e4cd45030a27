#include <fmt/format.h>

#include "restore/steps/steps.h"
#include "restore/target.h"

namespace aurora::restore::steps {
namespace {

std::string subnet_group(StepContext& context, aws::Rds& rds) {
  const Configuration& settings = context.settings;
  if (settings.has("db_subnet_group_name")) return settings.text("db_subnet_group_name");
  // RDS knows subnet groups only: one with exactly these subnets is found, or made and tagged as ours.
  const std::vector<std::string> subnets = settings.list("subnet_ids");
  if (auto found = rds.find_subnet_group(subnets)) return *found;
  const std::string name =
      with_suffix(settings.text("target_cluster_id"), "-subnets-" + context.operation.known("run_id"));
  rds.create_subnet_group(
      {{"DBSubnetGroupName", name},
       {"DBSubnetGroupDescription", "Made by aurora-restore for " + settings.text("target_cluster_id")},
       {"SubnetIds", subnets},
       {"Tags", aws::tag_list(operation_tags(context.operation))}});
  return name;
}

Json restore_request(StepContext& context, aws::Rds& rds) {
  const Configuration& settings = context.settings;
  const Json& snapshot = context.operation.get("snapshot_details");
  Json request{
      {"DBClusterIdentifier", settings.text("target_cluster_id")},
      {"SnapshotIdentifier", context.operation.known("target_snapshot")},
      {"Engine", string_or(snapshot, "engine", "")},
      // Without it RDS takes its default version, which may be lower than the snapshot's and is then refused.
      {"EngineVersion", settings.has("engine_version") ? settings.text("engine_version")
                                                       : string_or(snapshot, "engine_version", "")},
      {"DBSubnetGroupName", subnet_group(context, rds)},
      {"VpcSecurityGroupIds", settings.list("vpc_security_group_ids")},
      {"DeletionProtection", settings.flag("deletion_protection")},
      {"CopyTagsToSnapshot", true},
      {"Tags", aws::tag_list(operation_tags(context.operation))}};
  if (settings.has("port")) request["Port"] = settings.integer("port");
  if (settings.has("kms_key_id") && !context.operation.is_known("copy_needed"))
    request["KmsKeyId"] = settings.text("kms_key_id");
  if (settings.has("db_cluster_parameter_group_name"))
    request["DBClusterParameterGroupName"] = settings.text("db_cluster_parameter_group_name");
  return request;
}

}  // namespace

StepResult restore_snapshot(StepContext& context) {
  Operation& operation = context.operation;
  const std::string target = context.settings.text("target_cluster_id");
  if (operation.known("target_snapshot").empty())
    throw Error("StepOutOfOrder", fmt::format("operation {} has no snapshot to restore yet.", operation.id()),
                "Run copy_snapshot first.");
  aws::Rds rds = context.target_rds();
  const auto there = rds.find_cluster(target);
  if (there && !is_made_by(*there, operation))
    throw Error("TargetExists",
                fmt::format("cluster {} exists in {} and is not this operation's. It was not touched.",
                            target, rds.region()),
                "Run delete_rds first.");
  if (!there) rds.restore_cluster(restore_request(context, rds));
  operation.state()["cluster_restored"] = true;
  operation["restore_details"] = Json{{"target_cluster_id", target},
                                      {"target_region", rds.region()},
                                      {"target_snapshot", operation.known("target_snapshot")}};
  return {.message = "Cluster restore initiated",
          .fields = {{"target_cluster_id", target}, {"target_snapshot", operation.known("target_snapshot")}},
          .next_step = "check_restore_status",
          .retry_after = {}};
}

}  // namespace aurora::restore::steps
