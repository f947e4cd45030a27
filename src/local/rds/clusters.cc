#include "local/rds/clusters.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/dates.h"
#include "base/text.h"
#include "local/rds/addresses.h"
#include "local/rds/cluster_settings.h"
#include "local/rds/groups.h"
#include "local/rds/keys.h"
#include "local/rds/master_secret.h"
#include "local/rds/paging.h"
#include "local/rds/quotas.h"
#include "local/rds/restore_to_time.h"
#include "local/rds/tags.h"

namespace aurora::local::rds {
namespace {

std::string checked_master_user(const Context& context, std::string_view engine) {
  const std::string user = optional_text(context, "MasterUsername").value_or("");
  if (user.empty())
    throw invalid_value("The parameter MasterUsername must be provided and must not be blank.");
  const bool legal = user.size() <= 63 && std::isalpha(static_cast<unsigned char>(user.front())) &&
                     std::all_of(user.begin(), user.end(),
                                 [](unsigned char c) { return c < 128 && (std::isalnum(c) || c == '_'); });
  if (!legal)
    throw invalid_value(
        fmt::format("MasterUsername {} is not valid: it has 1 to 63 letters, digits and underscores and "
                    "begins with a letter.",
                    user));
  static const std::set<std::string> reserved = {
      "admin",           "all",          "authenticated", "postgres_fdw", "public",        "rds_ad",
      "rds_iam",         "rds_password", "root_",         "rdsadmin",     "rds_superuser", "user",
      "rds_replication", "replication",  "none",          "session_user"};
  const std::string lower = to_lower(user);
  const bool is_reserved = lower == "rdsadmin" || lower.starts_with("pg_") ||
                           (engine == "aurora-postgresql" && reserved.contains(lower));
  if (is_reserved)
    throw invalid_value(
        fmt::format("MasterUsername {} cannot be used as it is a reserved word used by the engine", user));
  return user;
}

std::string checked_database(const Context& context) {
  const std::string name = optional_text(context, "DatabaseName").value_or("");
  const bool legal = name.size() <= 63 && std::all_of(name.begin(), name.end(), [](unsigned char c) {
                       return c < 128 && (std::isalnum(c) || c == '_');
                     });
  if (!legal || (!name.empty() && std::isdigit(static_cast<unsigned char>(name.front()))))
    throw invalid_value(
        fmt::format("DatabaseName {} is not valid: it has up to 63 letters, digits and "
                    "underscores and does not begin with a digit.",
                    name));
  return name;
}

// Empty when RDS is to manage it.
std::string checked_new_password(const Context& context) {
  if (context.outside.secret) return {};
  if (!has(context, "MasterUserPassword"))
    throw invalid_value("The parameter MasterUserPassword must be provided and must not be blank.");
  std::string password = required(context, "MasterUserPassword");
  check_master_password(password);
  return password;
}

void take_new_name(Context& context, Resource& cluster, engines::Engine& engine) {
  const auto port = static_cast<unsigned short>(cluster.body.at("Port").get<int>());
  cluster.internal["address"] = free_address(context, engine, cluster.id, port, cluster.resource);
}

Json progress_of(Environment& environment, const Resource& cluster) {
  if (!cluster.internal.contains("job")) return nullptr;
  const double fraction = environment.queue.fraction(cluster.internal.at("job").get<std::int64_t>());
  return std::to_string(std::min(99, static_cast<int>(fraction * 100)));
}

}  // namespace

Json shown_cluster(Environment& environment, const Resource& cluster) {
  Json body = cluster.body;
  const std::string address = cluster.internal.at("address").get<std::string>();
  body["Endpoint"] = address;
  body["ReaderEndpoint"] = address;
  const std::string& status = status_of(cluster);
  if (const Json progress = progress_of(environment, cluster); !progress.is_null() && status == "creating")
    body["PercentProgress"] = progress;
  show_restorable_times(environment, cluster, body);
  return body;
}

Resource new_cluster(Context& context, const std::string& id, const EngineVersion& version,
                     std::int64_t port) {
  Resource cluster{.kind = Kind::kCluster,
                   .region = context.region,
                   .id = id,
                   .resource = new_resource_id("cluster-"),
                   .body = Json::object(),
                   .internal = Json::object()};
  const std::string group = parameter_group_for(context, Kind::kClusterParameterGroup,
                                                "DBClusterParameterGroupName", version.family)
                                .id;
  const Resource subnets = subnet_group_for(context);
  cluster.body = {{"AllocatedStorage", 1},
                  {"AvailabilityZones", availability_zones(context.region)},
                  {"BackupRetentionPeriod", 1},
                  {"DBClusterIdentifier", id},
                  {"DBClusterParameterGroup", group},
                  {"DBSubnetGroup", subnets.id},
                  {"Status", "creating"},
                  {"MultiAZ", false},
                  {"Engine", version.engine},
                  {"EngineVersion", version.version},
                  {"Port", port},
                  {"PreferredBackupWindow", "07:00-07:30"},
                  {"PreferredMaintenanceWindow", "sun:08:00-sun:08:30"},
                  {"ReadReplicaIdentifiers", Json::array()},
                  {"DBClusterMembers", Json::array()},
                  {"VpcSecurityGroups", security_groups_for(context, string_or(subnets.body, "VpcId", ""))},
                  {"HostedZoneId", "Z1PVIF0EXAMPLE"},
                  {"DbClusterResourceId", cluster.resource},
                  {"DBClusterArn", arn_of(Kind::kCluster, context.region, id)},
                  {"AssociatedRoles", Json::array()},
                  {"IAMDatabaseAuthenticationEnabled", false},
                  {"ClusterCreateTime", format_iso_millis(context.clock.now())},
                  {"EngineMode", "provisioned"},
                  {"DeletionProtection", false},
                  {"HttpEndpointEnabled", false},
                  {"CopyTagsToSnapshot", false},
                  {"CrossAccountClone", false},
                  {"DomainMemberships", Json::array()},
                  {"AutoMinorVersionUpgrade", true},
                  {"StorageType", "aurora"},
                  {"NetworkType", "IPV4"},
                  {"EngineLifecycleSupport", "open-source-rds-extended-support"}};
  if (const Json& zones = member_or_null(context.input, "AvailabilityZones"); !zones.empty())
    cluster.body["AvailabilityZones"] = zones;
  cluster.internal["directory"] = "c/" + cluster.resource.substr(8, 12);
  apply_settings(context, cluster.body);
  cluster.body["TagList"] = tags_of_input(context);
  take_new_name(context, cluster, engine_for(context, version.engine, version.version));
  return cluster;
}

std::optional<Resource> cluster_of(Environment& environment, const Resource& instance) {
  return environment.records.find_resource(instance.internal.at("cluster").get<std::string>());
}

std::vector<Resource> members_of(Environment& environment, const Resource& cluster) {
  std::vector<Resource> members;
  for (const Json& member : cluster.body.at("DBClusterMembers")) {
    auto found = environment.records.find(Kind::kInstance, cluster.region,
                                          member.at("DBInstanceIdentifier").get<std::string>());
    if (!found) continue;
    const bool writer = bool_or(member, "IsClusterWriter", false);
    members.insert(writer ? members.begin() : members.end(), *std::move(found));
  }
  return members;
}

void set_member_statuses(Environment& environment, const Resource& cluster, std::string_view status) {
  for (Resource& member : members_of(environment, cluster)) {
    if (status_of(member) == "deleting") continue;
    status_of(member) = status;
    environment.records.put(member);
  }
}

engines::Server server_of(Environment& environment, const Resource& cluster) {
  return {.version = cluster.body.at("EngineVersion").get<std::string>(),
          .address = cluster.internal.at("address").get<std::string>(),
          .port = static_cast<unsigned short>(cluster.body.at("Port").get<int>()),
          .parameters = parameters_for(environment, cluster)};
}

void check_new_cluster(Context& context, const std::string& id) {
  const std::vector<Resource> clusters = context.records.list(Kind::kCluster, context.region);
  for (const Resource& cluster : clusters)
    if (cluster.id == id || string_or(cluster.internal, "next_id", "") == id)
      throw already_exists(Kind::kCluster, id);
  if (clusters.size() >= kClustersMax)
    throw fault("DBClusterQuotaExceededFault", "You cannot create more than 40 DB clusters", 403);
}

Json create_db_cluster(Context& context) {
  const std::string id = checked_identifier(required(context, "DBClusterIdentifier"), "DBClusterIdentifier");
  const std::string engine = required(context, "Engine");
  const EngineVersion& version = version_for(context, engine, "");
  const std::string user = checked_master_user(context, engine);
  const std::string password = checked_new_password(context);
  const std::string database = checked_database(context);
  check_new_cluster(context, id);
  Resource cluster =
      new_cluster(context, id, version, number_in(context, "Port", 1150, 65535, default_port(engine)));
  cluster.body["MasterUsername"] = user;
  if (!database.empty()) cluster.body["DatabaseName"] = database;
  set_encryption(cluster, context.outside.key);
  Json details;
  if (context.outside.secret) {
    cluster.body["MasterUserSecret"] = shown_secret(*context.outside.secret);
    details = secret_details(context.outside.secret->arn);
  } else {
    details["verifier"] = engine_for(context, engine, version.version).password_verifier(Secret(password));
  }
  cluster.internal["job"] = enqueue(context, {.work = "CreateCluster",
                                              .resource = cluster.resource,
                                              .holds = {cluster.resource},
                                              .details = std::move(details),
                                              .minimum = context.pace.create});
  context.records.put(cluster);
  return {{"DBCluster", shown_cluster(context, cluster)}};
}

Json describe_db_clusters(Context& context) {
  const Filters filters(context,
                        {"clone-group-id", "db-cluster-id", "db-cluster-resource-id", "domain", "engine"});
  std::vector<Resource> clusters;
  if (const auto name = optional_text(context, "DBClusterIdentifier"))
    clusters.push_back(need(context, Kind::kCluster, *name));
  else
    clusters = context.records.list(Kind::kCluster, context.region);
  std::vector<Item> items;
  for (const Resource& cluster : clusters) {
    const bool wanted =
        filters.pass("db-cluster-id", {cluster.id, string_or(cluster.body, "DBClusterArn", "")}) &&
        filters.pass("db-cluster-resource-id", {cluster.resource}) &&
        filters.pass("engine", {string_or(cluster.body, "Engine", "")}) &&
        filters.pass("clone-group-id", {}) && filters.pass("domain", {});
    if (wanted) items.emplace_back(cluster.id, shown_cluster(context, cluster));
  }
  return page_of(context, "DBClusters", std::move(items));
}

// A cluster has its two endpoints from the beginning; they lead somewhere once it has an instance.
Json describe_db_cluster_endpoints(Context& context) {
  const Filters filters(context, {"db-cluster-endpoint-type", "db-cluster-endpoint-custom-type",
                                  "db-cluster-endpoint-id", "db-cluster-endpoint-status"});
  std::vector<Resource> clusters;
  if (const auto name = optional_text(context, "DBClusterIdentifier"))
    clusters.push_back(need(context, Kind::kCluster, *name));
  else
    clusters = context.records.list(Kind::kCluster, context.region);
  std::vector<Item> items;
  for (const Resource& cluster : clusters) {
    const std::vector<Resource> members = members_of(context, cluster);
    const bool ready = std::any_of(members.begin(), members.end(),
                                   [](const Resource& member) { return status_of(member) == "available"; });
    for (const char* type : {"READER", "WRITER"}) {
      const std::string status = ready                             ? "available"
                                 : status_of(cluster) == "stopped" ? "inactive"
                                                                   : "creating";
      if (!filters.pass("db-cluster-endpoint-type", {to_lower(type)}) ||
          !filters.pass("db-cluster-endpoint-status", {status}) ||
          !filters.pass("db-cluster-endpoint-id", {}) || !filters.pass("db-cluster-endpoint-custom-type", {}))
        continue;
      items.emplace_back(cluster.id + "/" + type, Json{{"DBClusterIdentifier", cluster.id},
                                                       {"Endpoint", cluster.internal.at("address")},
                                                       {"Status", status},
                                                       {"EndpointType", type}});
    }
  }
  return page_of(context, "DBClusterEndpoints", std::move(items));
}

}  // namespace aurora::local::rds
