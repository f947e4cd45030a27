#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "restore/secrets.h"
#include "restore/steps/steps.h"
#include "restore/target.h"

namespace aurora::restore::steps {
namespace {

bool has_failed(const std::string& status) {
  static const std::vector<std::string> kBad{"failed",
                                             "migration-failed",
                                             "cloning-failed",
                                             "incompatible-restore",
                                             "incompatible-parameters",
                                             "incompatible-network",
                                             "incompatible-option-group",
                                             "inaccessible-encryption-credentials",
                                             "inaccessible-encryption-credentials-recoverable",
                                             "insufficient-capacity",
                                             "restore-error",
                                             "storage-full",
                                             "deleting",
                                             "deleted"};
  return std::find(kBad.begin(), kBad.end(), status) != kBad.end();
}

StepResult waiting(StepContext& context, const std::string& status, const std::string& message) {
  return {.message = message,
          .fields = {{"target_cluster_id", context.settings.text("target_cluster_id")},
                     {"cluster_status", status}},
          .next_step = "check_restore_status",
          .retry_after = context.settings.integer("poll_interval_seconds")};
}

[[noreturn]] void fail(const std::string& kind, const std::string& name, const std::string& status) {
  throw Error(
      "RestoreFailed", fmt::format("{} {} is {}.", kind, name, status),
      fmt::format("`aws rds describe-events --source-type db-{} --source-identifier {}` tells RDS's reason.",
                  kind, name));
}

// The instance's name; another one when a cluster that is not ours has an instance of that name.
std::string free_instance_name(aws::Rds& rds, const Operation& operation, const std::string& target,
                               int number) {
  const std::string name = instance_name(target, number);
  const auto there = rds.find_instance(name);
  if (!there || there->cluster_identifier == target) return name;
  return with_suffix(name, "-" + operation.known("run_id"));
}

void create_instance(StepContext& context, aws::Rds& rds, const aws::Cluster& cluster,
                     const std::string& name) {
  const Configuration& settings = context.settings;
  Json request{{"DBInstanceIdentifier", name},
               {"DBInstanceClass", settings.text("db_instance_class")},
               {"Engine", cluster.engine},
               {"DBClusterIdentifier", cluster.identifier},
               // Left out, a subnet group named "default" makes the instance public.
               {"PubliclyAccessible", false},
               {"Tags", aws::tag_list(operation_tags(context.operation))}};
  if (settings.has("db_parameter_group_name"))
    request["DBParameterGroupName"] = settings.text("db_parameter_group_name");
  try {
    rds.create_instance(request);
  } catch (const aws::ServiceError& e) {
    // A repeated step finds its own instance: the cluster's members say whose it is.
    if (!e.is("DBInstanceAlreadyExists")) throw;
  }
}

// One look at the instances, making those that are missing: the status of the slowest, "available" when all
// are there.
std::string instances_status(StepContext& context, aws::Rds& rds, const aws::Cluster& cluster) {
  const auto wanted = 1 + static_cast<int>(context.settings.integer("reader_count"));
  Json& names = context.operation.state()["instances"];
  if (!names.is_array()) names = Json::array();
  std::string slowest = "available";
  for (int number = 1; number <= wanted; ++number) {
    if (names.size() < static_cast<std::size_t>(number))
      names.push_back(free_instance_name(rds, context.operation, cluster.identifier, number));
    const std::string name = names[static_cast<std::size_t>(number) - 1].get<std::string>();
    auto instance = rds.find_instance(name);
    if (!instance) {
      create_instance(context, rds, cluster, name);
      instance = rds.find_instance(name);
    }
    const std::string status = instance ? instance->status : "creating";
    if (has_failed(status)) fail("instance", name, status);
    if (status != "available") slowest = status;
  }
  return slowest;
}

// A snapshot restore keeps the source's master password; the target gets its own. True when it was asked
// for just now.
bool apply_master_password(StepContext& context, aws::Rds& rds, const aws::Cluster& cluster) {
  Operation& operation = context.operation;
  if (operation.is_known("master_password_applied")) return false;
  const Credentials master = read_credentials(context.api, context.names.region,
                                              context.settings.text("master_credentials_secret_id"));
  if (master.username != cluster.master_username)
    context.audit.record(
        operation.id(), "check_restore_status", "warning",
        {{"message", fmt::format("The secret's username {} is not the cluster's master user {}; "
                                 "a restore keeps the snapshot's master user",
                                 master.username, cluster.master_username)}});
  rds.modify_cluster({{"DBClusterIdentifier", cluster.identifier},
                      {"MasterUserPassword", master.password.reveal()},
                      {"ApplyImmediately", true}});
  operation.state()["master_password_applied"] = true;
  return true;
}

// Parameter groups take hold with a restart only; true when one was asked for.
bool reboot_for_parameters(aws::Rds& rds, const aws::Cluster& cluster) {
  bool asked = false;
  for (const aws::ClusterMember& member : cluster.members)
    if (member.parameter_group_status == "pending-reboot") {
      rds.reboot_instance({{"DBInstanceIdentifier", member.instance_identifier}});
      asked = true;
    }
  return asked;
}

Json details_of(const aws::Cluster& cluster, const Json& instances) {
  return {{"target_cluster_id", cluster.identifier},    {"cluster_arn", cluster.arn},
          {"cluster_resource_id", cluster.resource_id}, {"engine", cluster.engine},
          {"engine_version", cluster.engine_version},   {"cluster_endpoint", cluster.endpoint},
          {"reader_endpoint", cluster.reader_endpoint}, {"cluster_port", cluster.port},
          {"master_username", cluster.master_username}, {"instances", instances}};
}

}  // namespace

StepResult check_restore_status(StepContext& context) {
  Operation& operation = context.operation;
  const std::string target = context.settings.text("target_cluster_id");
  aws::Rds rds = context.target_rds();
  auto cluster = rds.find_cluster(target);
  if (!cluster)
    throw Error("ClusterVanished", fmt::format("cluster {} is not in {}.", target, rds.region()),
                "Run restore_snapshot first; if it ran, somebody deleted the cluster.");
  if (!is_made_by(*cluster, operation))
    throw Error("TargetExists", fmt::format("cluster {} in {} is not this operation's. It was not touched.",
                                            target, rds.region()));
  if (has_failed(cluster->status)) fail("cluster", target, cluster->status);
  if (cluster->status != "available") return waiting(context, cluster->status, "Cluster restore in progress");

  const std::string instances = instances_status(context, rds, *cluster);
  if (instances != "available")
    return waiting(context, "creating", "Cluster restore in progress: instances are " + instances);
  if (apply_master_password(context, rds, *cluster)) {
    cluster = rds.find_cluster(target);
    if (!cluster || cluster->status != "available")
      return waiting(context, "resetting-master-credentials",
                     "Cluster restore in progress: master password is being set");
  }
  if (reboot_for_parameters(rds, *cluster))
    return waiting(context, "rebooting",
                   "Cluster restore in progress: instances restart for their parameter group");

  operation["restore_details"].update(details_of(*cluster, operation.state()["instances"]));
  return {.message = "Cluster restore completed",
          .fields = {{"target_cluster_id", target},
                     {"cluster_status", "available"},
                     {"cluster_endpoint", cluster->endpoint},
                     {"cluster_port", cluster->port}},
          .next_step = "setup_db_users",
          .retry_after = {}};
}

}  // namespace aurora::restore::steps
