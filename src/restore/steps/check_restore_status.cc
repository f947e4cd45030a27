#include <fmt/format.h>

#include <algorithm>

#include "base/dates.h"
#include "base/text.h"
#include "restore/instances.h"
#include "restore/looks.h"
#include "restore/restore_request.h"
#include "restore/secrets.h"
#include "restore/steps/steps.h"
#include "restore/swap.h"
#include "restore/target.h"
#include "restore/waiting.h"

namespace aurora::restore::steps {
namespace {

// A parameter that wants a restart after every restart would go on for ever.
constexpr std::int64_t kRestartsMax = 5;
constexpr char kRestoring[] = "Cluster restore in progress";

StepResult waiting(StepContext& context, const std::string& status, const std::string& message,
                   std::int64_t after) {
  return {.message = message,
          .fields = {{"target_cluster_id", context.settings.text("target_cluster_id")},
                     {"cluster_status", status}},
          .next_step = "check_restore_status",
          .retry_after = after};
}

StepResult instances_waiting(StepContext& context, const InstancesLook& look) {
  return waiting(
      context, "creating", std::string(kRestoring) + ": " + look.text,
      look.short_of_capacity ? try_again_after(context, "capacity") : look_again_after(context, "instances"));
}

// After its restore a cluster is busy with what it was asked for.
std::string changing(const StepContext& context) {
  return context.operation.is_known("master_password_applied") ? "password" : "restore";
}

// The machine looks at once after RDS was asked, when nothing can be ready.
std::optional<std::int64_t> just_restored(StepContext& context) {
  const Json& begun = member_or_null(context.operation.get("steps"), "restore_snapshot");
  const auto asked = parse_iso(string_or(begun, "finished_at", ""));
  return asked ? too_early(context, "restore", *asked) : std::nullopt;
}

void ask_for_managed_password(StepContext& context, aws::Rds& rds, const aws::Cluster& cluster) {
  Json request{{"DBClusterIdentifier", cluster.identifier},
               {"ManageMasterUserPassword", true},
               {"ApplyImmediately", true}};
  if (context.settings.has("master_user_secret_kms_key_id"))
    request["MasterUserSecretKmsKeyId"] = context.settings.text("master_user_secret_kms_key_id");
  rds.modify_cluster(request);
}

void set_password(StepContext& context, aws::Rds& rds, const aws::Cluster& cluster) {
  const Credentials master = read_credentials(context.api, context.names.region,
                                              context.settings.text("master_credentials_secret_id"));
  if (master.username != cluster.master_username)
    context.audit.record(
        context.operation.id(), "check_restore_status", "warning",
        {{"message", fmt::format("The secret's username {} is not the cluster's master user {}; "
                                 "a restore keeps the snapshot's master user",
                                 master.username, cluster.master_username)}});
  rds.modify_cluster({{"DBClusterIdentifier", cluster.identifier},
                      {"MasterUserPassword", master.password.reveal()},
                      {"ApplyImmediately", true}});
}

// A snapshot restore keeps the source's master password, and no secret that RDS managed; the target gets its
// own. True when it was asked for just now.
bool apply_master_password(StepContext& context, aws::Rds& rds, const aws::Cluster& cluster) {
  Operation& operation = context.operation;
  if (operation.is_known("master_password_applied")) return false;
  if (context.settings.flag("manage_master_user_password"))
    ask_for_managed_password(context, rds, cluster);
  else
    set_password(context, rds, cluster);
  operation.state()["master_password_applied"] = true;
  return true;
}

// Whether RDS has made the secret that it was asked for.
bool is_secret_ready(const StepContext& context, const aws::Cluster& cluster) {
  if (!context.settings.flag("manage_master_user_password")) return true;
  if (cluster.master_user_secret_status == "impaired")
    throw Error("MasterSecretImpaired",
                fmt::format("RDS cannot manage the master password of {}: its secret {} is impaired.",
                            cluster.identifier, cluster.master_user_secret_arn),
                "See that the key in master_user_secret_kms_key_id is enabled and that RDS may use it.");
  return !cluster.master_user_secret_arn.empty() && cluster.master_user_secret_status == "active";
}

// Parameter groups take hold with a restart only; true when one was asked for.
bool restart_for_parameters(StepContext& context, aws::Rds& rds, const aws::Cluster& cluster) {
  const std::vector<std::string> pending = instances_to_restart(rds, cluster);
  if (pending.empty()) return false;
  if (count_try(context.operation, "restarts") > kRestartsMax)
    throw Error("ParametersPending",
                fmt::format("instances {} of {} still wait for a restart after {} of them.",
                            join(pending, ", "), cluster.identifier, kRestartsMax),
                "See the parameters of db_cluster_parameter_group_name and db_parameter_group_name.");
  for (const std::string& name : pending) rds.reboot_instance({{"DBInstanceIdentifier", name}});
  return true;
}

// What the cluster has must be what was asked: a difference that makes data less safe is an error, any other
// a warning in the record.
Json hold_against_request(StepContext& context, aws::Rds& rds, const aws::Cluster& cluster) {
  const std::string group = context.settings.has("db_subnet_group_name")
                                ? context.settings.text("db_subnet_group_name")
                                : cluster.subnet_group;
  std::vector<Difference> found = differences(snapshot_request(context, group, {}), cluster,
                                              key_arn(context, context.settings.text("kms_key_id")));
  for (const aws::ClusterMember& member : cluster.members)
    if (const auto instance = rds.find_instance(member.instance_identifier)) {
      if (instance->publicly_accessible)
        found.push_back({fmt::format("{}: is publicly accessible", instance->identifier), true});
      if (instance->instance_class != context.settings.text("db_instance_class"))
        found.push_back({fmt::format("{}: asked for class {}, has {}", instance->identifier,
                                     context.settings.text("db_instance_class"), instance->instance_class),
                         false});
    }
  std::vector<std::string> severe;
  Json warnings = Json::array();
  for (const Difference& difference : found)
    if (difference.severe)
      severe.push_back(difference.what);
    else
      warnings.push_back(difference.what);
  if (!severe.empty())
    throw Error(
        "RestoreMismatch",
        fmt::format("cluster {} is not as it was asked for. {}.", cluster.identifier, join(severe, "; ")),
        "Correct the setting, or start the restore again if somebody changed the cluster meanwhile.");
  return warnings;
}

Json details_of(const aws::Cluster& cluster, const Json& instances) {
  Json details{{"cluster_arn", cluster.arn},
               {"cluster_resource_id", cluster.resource_id},
               {"engine", cluster.engine},
               {"engine_version", cluster.engine_version},
               {"cluster_endpoint", cluster.endpoint},
               {"reader_endpoint", cluster.reader_endpoint},
               {"cluster_port", cluster.port},
               {"master_username", cluster.master_username},
               {"instances", instances}};
  if (!cluster.kms_key_id.empty()) details["kms_key_id"] = cluster.kms_key_id;
  if (!cluster.master_user_secret_arn.empty())
    details["master_user_secret_arn"] = cluster.master_user_secret_arn;
  return details;
}

aws::Cluster need_cluster(StepContext& context, aws::Rds& rds, const std::string& name) {
  auto cluster = rds.find_cluster(name);
  if (!cluster)
    throw Error("ClusterVanished", fmt::format("cluster {} is not in {}.", name, rds.region()),
                "Run restore_snapshot first; if it ran, somebody deleted the cluster.");
  if (!is_made_by(*cluster, context.operation))
    throw Error("TargetExists", fmt::format("cluster {} in {} is not this operation's. It was not touched.",
                                            name, rds.region()));
  if (is_failed_status(cluster->status)) throw restore_failed("cluster", name, cluster->status);
  return *std::move(cluster);
}

void note(StepContext& context, const aws::Cluster& cluster, const Json& warnings) {
  Operation& operation = context.operation;
  operation["restore_details"].update(details_of(cluster, operation.state()["instances"]));
  operation["restore_details"]["target_cluster_id"] = context.settings.text("target_cluster_id");
  if (warnings.empty()) return;
  operation["restore_details"]["warnings"] = warnings;
  context.audit.record(
      operation.id(), "check_restore_status", "warning",
      {{"message", "The cluster differs from what was asked for"}, {"differences", warnings}});
}

std::vector<AwaitedResource> awaited(const aws::Cluster& cluster) {
  std::vector<AwaitedResource> resources{{.type = "db-cluster", .identifier = cluster.identifier}};
  for (const aws::ClusterMember& member : cluster.members)
    resources.push_back({.type = "db-instance", .identifier = member.instance_identifier});
  return resources;
}

}  // namespace

StepResult check_restore_status(StepContext& context) {
  const std::string target = context.settings.text("target_cluster_id");
  const std::string name = restored_name(context.operation, target);
  aws::Rds rds = context.target_rds();
  if (const auto after = just_restored(context)) return waiting(context, "creating", kRestoring, *after);
  if (const auto pending = instances_pending(context, rds))
    return instances_waiting(context, {false, *pending});
  aws::Cluster cluster = need_cluster(context, rds, name);
  if (cluster.status != "available")
    return waiting(context, cluster.status, kRestoring, look_again_after(context, changing(context)));

  const InstancesLook instances = ensure_instances(context, rds, cluster);
  if (!instances.available) return instances_waiting(context, instances);
  const bool applied = apply_master_password(context, rds, cluster);
  if (applied && may_be_over_soon(context, "password")) cluster = need_cluster(context, rds, name);
  if (cluster.status != "available" || !is_secret_ready(context, cluster) ||
      (applied && !may_be_over_soon(context, "password")))
    return waiting(context, "resetting-master-credentials",
                   "Cluster restore in progress: master password is being set",
                   look_again_after(context, "password"));
  if (restart_for_parameters(context, rds, cluster))
    return waiting(context, "rebooting",
                   "Cluster restore in progress: instances restart for their parameter group",
                   look_again_after(context, "restart"));

  note(context, cluster, hold_against_request(context, rds, cluster));
  return {.message = "Cluster restore completed",
          .fields = {{"target_cluster_id", target},
                     {"cluster_status", "available"},
                     {"cluster_endpoint", cluster.endpoint},
                     {"cluster_port", cluster.port}},
          .next_step = "setup_db_users",
          .retry_after = {},
          .awaited = awaited(cluster)};
}

}  // namespace aurora::restore::steps
