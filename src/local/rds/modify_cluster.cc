#include <fmt/format.h>

#include "base/text.h"
#include "local/rds/addresses.h"
#include "local/rds/cluster_settings.h"
#include "local/rds/clusters.h"
#include "local/rds/groups.h"
#include "local/rds/master_secret.h"

namespace aurora::local::rds {
namespace {

// What a change needs the server for, and the status that the cluster has meanwhile.
struct Change {
  Json details = Json::object();
  std::string status = "modifying";
};

bool is_managed(const Resource& cluster) {
  return cluster.body.contains("MasterUserSecret");
}

void order_managed_password(Resource& cluster, Change& change, const char* status) {
  Json& shown = cluster.body["MasterUserSecret"];
  shown["SecretStatus"] = status;
  change.details.update(secret_details(shown.at("SecretArn").get<std::string>()));
  change.details["user"] = string_or(cluster.body, "MasterUsername", "");
  change.status = "resetting-master-credentials";
}

// Turns the management on; a cluster whose password is managed keeps its secret.
void take_over_password(Context& context, Resource& cluster, Change& change) {
  if (!context.outside.secret || is_managed(cluster)) return;
  cluster.body["MasterUserSecret"] = shown_secret(*context.outside.secret);
  order_managed_password(cluster, change, "creating");
}

void rotate_password(Context& context, Resource& cluster, Change& change) {
  if (!bool_or(context.input, "RotateMasterUserPassword", false)) return;
  if (!is_managed(cluster) || !context.router)
    throw invalid_combination("The master password of this cluster is not managed in Secrets Manager.");
  if (!bool_or(context.input, "ApplyImmediately", false))
    throw invalid_combination("A rotation of the master password needs ApplyImmediately.");
  order_managed_password(cluster, change, "rotating");
}

// The secret goes when the new password is set.
void end_management(Context& context, const Resource& cluster, Change& change) {
  if (!is_managed(cluster)) return;
  if (bool_or(context.input, "ManageMasterUserPassword", true)) {
    if (has(context, "MasterUserPassword"))
      throw invalid_combination(
          "MasterUserPassword can't be given while Secrets Manager manages the master password; turn "
          "ManageMasterUserPassword off with it.");
    return;
  }
  if (!has(context, "MasterUserPassword"))
    throw invalid_combination("Turning ManageMasterUserPassword off needs a MasterUserPassword.");
  change.details["old_secret"] = cluster.body.at("MasterUserSecret").at("SecretArn");
}

void change_password(Context& context, const Resource& cluster, engines::Engine& engine, Change& change) {
  end_management(context, cluster, change);
  if (!has(context, "MasterUserPassword")) return;
  const std::string password = required(context, "MasterUserPassword");
  check_master_password(password);
  change.details["verifier"] = engine.password_verifier(Secret(password));
  change.details["user"] = string_or(cluster.body, "MasterUsername", "");
  change.status = "resetting-master-credentials";
}

void change_parameter_group(Context& context, Resource& cluster) {
  if (!has(context, "DBClusterParameterGroupName")) return;
  const EngineVersion* version =
      find_version(string_or(cluster.body, "Engine", ""), string_or(cluster.body, "EngineVersion", ""));
  AURORA_INVARIANT(version);
  const std::string group = parameter_group_for(context, Kind::kClusterParameterGroup,
                                                "DBClusterParameterGroupName", version->family)
                                .id;
  if (group == string_or(cluster.body, "DBClusterParameterGroup", "")) return;
  cluster.body["DBClusterParameterGroup"] = group;
  for (Json& member : cluster.body["DBClusterMembers"])
    member["DBClusterParameterGroupStatus"] = "pending-reboot";
}

void change_version(Context& context, const Resource& cluster, Change& change) {
  if (!has(context, "EngineVersion")) return;
  const std::string current = string_or(cluster.body, "EngineVersion", "");
  const EngineVersion& wanted = version_for(context, string_or(cluster.body, "Engine", ""), current);
  if (wanted.version == current) return;
  if (compare_versions(wanted.version, current) < 0 ||
      wanted.family != std::string_view(find_version(wanted.engine, current)->family))
    throw invalid_combination(
        fmt::format("Cannot find upgrade path from {} to {}.", current, wanted.version));
  change.details["version"] = wanted.version;
  change.status = "upgrading";
}

void change_place(Context& context, Resource& cluster, engines::Engine& engine, Change& change) {
  const std::int64_t old_port = cluster.body.at("Port").get<std::int64_t>();
  const std::int64_t port = number_in(context, "Port", 1150, 65535, old_port);
  std::string id = cluster.id;
  if (has(context, "NewDBClusterIdentifier")) {
    id = checked_identifier(required(context, "NewDBClusterIdentifier"), "NewDBClusterIdentifier");
    for (const Resource& other : context.records.list(Kind::kCluster, context.region))
      if (other.resource != cluster.resource &&
          (other.id == id || string_or(other.internal, "next_id", "") == id))
        throw already_exists(Kind::kCluster, id);
  }
  if (id != cluster.id && !bool_or(context.input, "ApplyImmediately", false)) {
    // The maintenance window does not come at the endpoint: what waits for it is shown, until somebody asks
    // for it at once.
    cluster.body["PendingModifiedValues"]["DBClusterIdentifier"] = id;
    id = cluster.id;
  }
  if (id == cluster.id && port == old_port) return;
  change.details["port"] = port;
  change.details["id"] = id;
  cluster.internal["next_id"] = id;
  cluster.internal["next_address"] =
      free_address(context, engine, id, static_cast<unsigned short>(port), cluster.resource);
  if (id != cluster.id) change.status = "renaming";
}

// Instances show what is being set up on them while the cluster changes.
void change_instance_features(Context& context, const Json& before, const Resource& cluster, Change& change) {
  const auto changed = [&](const char* member) {
    return member_or_null(before, member) != member_or_null(cluster.body, member);
  };
  const char* member_status = nullptr;
  if (changed("EnabledCloudwatchLogsExports")) member_status = "configuring-log-exports";
  if (changed("IAMDatabaseAuthenticationEnabled")) {
    member_status = "configuring-iam-database-auth";
    change.status = "update-iam-db-auth";
  }
  if (!member_status) return;
  change.details["member_status"] = member_status;
  for (Resource& member : members_of(context, cluster)) {
    if (status_of(member) != "available") continue;
    status_of(member) = member_status;
    context.records.put(member);
  }
}

void check_modifiable(const Context& context, const Resource& cluster) {
  const std::string& status = status_of(cluster);
  // Protection is a property of the record and may be lifted in any state but deletion.
  const bool protection_only = context.input.size() <= 3 && has(context, "DeletionProtection") &&
                               !has(context, "NewDBClusterIdentifier") && !has(context, "MasterUserPassword");
  if (status == "available" || (protection_only && status != "deleting")) return;
  throw invalid_state(Kind::kCluster,
                      fmt::format("DB cluster is not available for modification with status {}", status));
}

}  // namespace

Json modify_db_cluster(Context& context) {
  Resource cluster = need(context, Kind::kCluster, required(context, "DBClusterIdentifier"));
  check_modifiable(context, cluster);
  engines::Engine& engine = engine_for(context, string_or(cluster.body, "Engine", ""),
                                       string_or(cluster.body, "EngineVersion", ""));
  const Json before = cluster.body;
  apply_settings(context, cluster.body);
  if (has(context, "VpcSecurityGroupIds"))
    cluster.body["VpcSecurityGroups"] = security_groups_for(context, vpc_of(context, cluster));
  Change change;
  change_instance_features(context, before, cluster, change);
  change_parameter_group(context, cluster);
  change_version(context, cluster, change);
  change_password(context, cluster, engine, change);
  rotate_password(context, cluster, change);
  take_over_password(context, cluster, change);
  change_place(context, cluster, engine, change);
  if (!change.details.empty()) {
    status_of(cluster) = change.status;
    cluster.internal["job"] = enqueue(context, {.work = "ModifyCluster",
                                                .resource = cluster.resource,
                                                .holds = {cluster.resource},
                                                .details = change.details,
                                                .minimum = context.pace.modify});
  }
  context.records.put(cluster);
  return {{"DBCluster", shown_cluster(context, cluster)}};
}

}  // namespace aurora::local::rds
