#include "local/rds/instances.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/dates.h"
#include "local/rds/catalog.h"
#include "local/rds/cluster_settings.h"
#include "local/rds/clusters.h"
#include "local/rds/groups.h"
#include "local/rds/paging.h"
#include "local/rds/quotas.h"
#include "local/rds/tags.h"

namespace aurora::local::rds {
namespace {

constexpr std::size_t kMembersMax = 16;  // a writer and 15 readers

// Members of DBInstance that an Aurora instance has from its cluster.
constexpr const char* kFromCluster[] = {"Engine",
                                        "EngineVersion",
                                        "MasterUsername",
                                        "PreferredBackupWindow",
                                        "BackupRetentionPeriod",
                                        "VpcSecurityGroups",
                                        "StorageEncrypted",
                                        "StorageEncryptionType",
                                        "KmsKeyId",
                                        "IAMDatabaseAuthenticationEnabled",
                                        "DBClusterIdentifier",
                                        "StorageType",
                                        "NetworkType",
                                        "EngineLifecycleSupport",
                                        "EnabledCloudwatchLogsExports"};

void refuse_cluster_settings(const Context& context) {
  for (const char* member :
       {"MasterUsername", "MasterUserPassword", "AllocatedStorage", "BackupRetentionPeriod", "Port", "DBName",
        "VpcSecurityGroupIds", "StorageEncrypted", "KmsKeyId", "ManageMasterUserPassword"})
    if (has(context, member))
      throw invalid_combination(fmt::format(
          "The requested DB Instance will be a member of a DB Cluster. Set {} for the DB Cluster.", member));
  if (bool_or(context.input, "DeletionProtection", false))
    throw invalid_combination(
        "Deletion Protection can only be applied on the Cluster level, not for individual instances");
}

void check_cluster_takes_instances(const Resource& cluster) {
  const std::string& status = status_of(cluster);
  const bool restoring = bool_or(cluster.internal, "restored", false);
  const bool refused = status == "deleting" || status == "failed" || status == "stopped" ||
                       status == "stopping" || status == "starting" || (status == "creating" && restoring);
  if (refused)
    throw invalid_state(Kind::kCluster,
                        fmt::format("DB cluster {} is in {} state; instances can be created once it is "
                                    "available.",
                                    cluster.id, status));
  if (cluster.body.at("DBClusterMembers").size() >= kMembersMax)
    throw fault("InstanceQuotaExceeded", "A DB cluster has 16 instances at most.");
}

void check_class(const Resource& cluster, const std::string& instance_class) {
  const EngineVersion* version =
      find_version(string_or(cluster.body, "Engine", ""), string_or(cluster.body, "EngineVersion", ""));
  if (version && !is_orderable(*version, instance_class))
    throw invalid_combination(
        fmt::format("RDS does not support creating a DB instance with the following combination: "
                    "DBInstanceClass={}, Engine={}, EngineVersion={}.",
                    instance_class, version->engine, version->version));
  if (instance_class == "db.serverless" && !cluster.body.contains("ServerlessV2ScalingConfiguration"))
    throw invalid_combination(
        "Set the Serverless v2 scaling configuration on the parent DB cluster before creating a "
        "Serverless v2 DB instance.");
}

void check_instance_engine(const Context& context, const Resource& cluster) {
  const std::string engine = required(context, "Engine");
  if (engine != string_or(cluster.body, "Engine", ""))
    throw invalid_combination(
        fmt::format("The engine name requested for your DB instance ({}) doesn't match the "
                    "engine name of your DB cluster ({}).",
                    engine, string_or(cluster.body, "Engine", "")));
}

void check_certificate(const Context& context) {
  static const std::set<std::string> known = {"rds-ca-rsa2048-g1", "rds-ca-rsa4096-g1", "rds-ca-ecc384-g1"};
  const auto wanted = optional_text(context, "CACertificateIdentifier");
  if (wanted && !known.contains(*wanted))
    throw fault("CertificateNotFound", fmt::format("Certificate {} not found.", *wanted), 404);
}

// While an instance comes up RDS shows what it is at: a first backup by the writer, then its monitoring.
const char* creation_status(Environment& environment, const Resource& instance) {
  if (status_of(instance) != "creating" || !instance.internal.contains("job")) return nullptr;
  const double done = environment.queue.fraction(instance.internal.at("job").get<std::int64_t>());
  if (done >= 1) return nullptr;  // not begun yet, or over
  if (done >= 0.9 && int_or(instance.body, "MonitoringInterval", 0) > 0)
    return "configuring-enhanced-monitoring";
  return done >= 0.8 ? "backing-up" : nullptr;
}

Resource new_instance(Context& context, const Resource& cluster, const std::string& id) {
  Resource instance{.kind = Kind::kInstance,
                    .region = context.region,
                    .id = id,
                    .resource = new_resource_id("db-"),
                    .body = Json::object(),
                    .internal = Json::object()};
  const EngineVersion* version =
      find_version(string_or(cluster.body, "Engine", ""), string_or(cluster.body, "EngineVersion", ""));
  AURORA_INVARIANT(version);
  const std::vector<std::string> zones = availability_zones(context.region);
  const std::size_t ordinal = cluster.body.at("DBClusterMembers").size();
  // RDS makes an instance public when nothing is said and the subnet group is the default one.
  const bool public_by_default = string_or(cluster.body, "DBSubnetGroup", "") == "default";
  instance.body = {
      {"DBInstanceIdentifier", id},
      {"DBInstanceClass", required(context, "DBInstanceClass")},
      {"DBInstanceStatus", "creating"},
      {"AllocatedStorage", 1},
      {"DBSecurityGroups", Json::array()},
      {"DBParameterGroups",
       {{{"DBParameterGroupName",
          parameter_group_for(context, Kind::kParameterGroup, "DBParameterGroupName", version->family).id},
         {"ParameterApplyStatus", "in-sync"}}}},
      {"AvailabilityZone",
       optional_text(context, "AvailabilityZone").value_or(zones[ordinal % zones.size()])},
      {"PreferredMaintenanceWindow",
       optional_text(context, "PreferredMaintenanceWindow").value_or("sun:08:00-sun:08:30")},
      {"PendingModifiedValues", Json::object()},
      {"MultiAZ", false},
      {"AutoMinorVersionUpgrade", bool_or(context.input, "AutoMinorVersionUpgrade", true)},
      {"ReadReplicaDBInstanceIdentifiers", Json::array()},
      {"LicenseModel",
       std::string_view(version->engine) == "aurora-mysql" ? "general-public-license" : "postgresql-license"},
      {"OptionGroupMemberships", Json::array()},
      {"PubliclyAccessible", bool_or(context.input, "PubliclyAccessible", public_by_default)},
      {"DbInstancePort", 0},
      {"DbiResourceId", instance.resource},
      {"CACertificateIdentifier",
       optional_text(context, "CACertificateIdentifier").value_or("rds-ca-rsa2048-g1")},
      {"DomainMemberships", Json::array()},
      {"CopyTagsToSnapshot", bool_or(context.input, "CopyTagsToSnapshot", false)},
      {"MonitoringInterval", int_or(context.input, "MonitoringInterval", 0)},
      {"PromotionTier", number_in(context, "PromotionTier", 0, 15, 1)},
      {"DBInstanceArn", arn_of(Kind::kInstance, context.region, id)},
      {"PerformanceInsightsEnabled", bool_or(context.input, "EnablePerformanceInsights", false)},
      {"DeletionProtection", false},
      {"TagList", tags_of_input(context)}};
  instance.internal = {{"cluster", cluster.resource}};
  return instance;
}

Json subnet_group_of(Context& context, const Resource& cluster) {
  const auto group =
      context.records.find(Kind::kSubnetGroup, cluster.region, string_or(cluster.body, "DBSubnetGroup", ""));
  if (!group) return nullptr;
  Json body = group->body;
  body.erase("TagList");
  return body;
}

Json answer(Context& context, const Resource& instance) {
  return {{"DBInstance", shown_instance(context, instance)}};
}

std::int64_t order(Context& context, const Resource& instance, const char* work, Duration minimum,
                   Json details = Json::object()) {
  return enqueue(context, {.work = work,
                           .resource = instance.resource,
                           .holds = {instance.resource},
                           .reads = {instance.internal.at("cluster").get<std::string>()},
                           .details = std::move(details),
                           .minimum = minimum});
}

void check_available(const Resource& instance, std::string_view doing) {
  if (status_of(instance) != "available")
    throw invalid_state(Kind::kInstance, fmt::format("Instance {} is in {} state and cannot be {}.",
                                                     instance.id, status_of(instance), doing));
}

void check_new_instance(Context& context, const std::string& id) {
  const std::vector<Resource> instances = context.records.list(Kind::kInstance, context.region);
  for (const Resource& other : instances)
    if (other.id == id || string_or(other.internal, "next_id", "") == id)
      throw already_exists(Kind::kInstance, id);
  if (instances.size() >= kInstancesMax)
    throw fault("InstanceQuotaExceeded", "You cannot create more than 40 DB instances");
}

void set_promotion_tier(Context& context, Resource& instance, Resource& cluster) {
  instance.body["PromotionTier"] = number_in(context, "PromotionTier", 0, 15, 1);
  if (Json* member = membership(cluster, instance.id))
    (*member)["PromotionTier"] = instance.body["PromotionTier"];
  context.records.put(cluster);
}

}  // namespace

Json shown_instance(Context& context, const Resource& instance) {
  Json body = instance.body;
  if (const char* status = creation_status(context, instance)) body["DBInstanceStatus"] = status;
  const std::optional<Resource> cluster = cluster_of(context, instance);
  if (!cluster) return body;
  for (const char* member : kFromCluster)
    if (const Json& value = member_or_null(cluster->body, member); !value.is_null()) body[member] = value;
  if (const Json& name = member_or_null(cluster->body, "DatabaseName"); !name.is_null())
    body["DBName"] = name;
  if (Json group = subnet_group_of(context, *cluster); !group.is_null()) body["DBSubnetGroup"] = group;
  if (instance.body.contains("InstanceCreateTime"))
    body["Endpoint"] = {{"Address", cluster->internal.at("address")},
                        {"Port", cluster->body.at("Port")},
                        {"HostedZoneId", cluster->body.at("HostedZoneId")}};
  return body;
}

Json* membership(Resource& cluster, std::string_view instance_id) {
  for (Json& member : cluster.body["DBClusterMembers"])
    if (member.at("DBInstanceIdentifier") == instance_id) return &member;
  return nullptr;
}

void promote(Resource& cluster, std::string_view instance_id) {
  for (Json& member : cluster.body["DBClusterMembers"])
    member["IsClusterWriter"] = member.at("DBInstanceIdentifier") == instance_id;
}

bool serves(Environment& environment, const Resource& cluster) {
  if (bool_or(cluster.internal, "stopped", false)) return false;
  const std::vector<Resource> members = members_of(environment, cluster);
  return std::any_of(members.begin(), members.end(), [](const Resource& member) {
    return bool_or(member.internal, "up", false) && status_of(member) != "deleting";
  });
}

Json create_db_instance(Context& context) {
  const std::string id =
      checked_identifier(required(context, "DBInstanceIdentifier"), "DBInstanceIdentifier");
  required(context, "DBInstanceClass");
  if (!has(context, "DBClusterIdentifier"))
    throw invalid_combination(
        "This endpoint carries Aurora only: name the DBClusterIdentifier that the instance belongs to.");
  Resource cluster = need(context, Kind::kCluster, required(context, "DBClusterIdentifier"));
  refuse_cluster_settings(context);
  check_instance_engine(context, cluster);
  check_cluster_takes_instances(cluster);
  check_class(cluster, required(context, "DBInstanceClass"));
  check_certificate(context);
  check_monitoring(context, Json::object());
  check_new_instance(context, id);
  Resource instance = new_instance(context, cluster, id);
  const bool first = cluster.body.at("DBClusterMembers").empty();
  const bool waits = first && bool_or(cluster.internal, "group_waits", false);
  const char* group_status = waits ? "pending-reboot" : "in-sync";
  if (first) cluster.internal.erase("group_waits");
  cluster.body["DBClusterMembers"].push_back({{"DBInstanceIdentifier", id},
                                              {"IsClusterWriter", first},
                                              {"DBClusterParameterGroupStatus", group_status},
                                              {"PromotionTier", instance.body.at("PromotionTier")}});
  instance.internal["job"] = order(context, instance, "CreateInstance", context.pace.instance);
  context.records.put(instance);
  context.records.put(cluster);
  return answer(context, instance);
}

Json describe_db_instances(Context& context) {
  const Filters filters(context, {"db-cluster-id", "db-instance-id", "dbi-resource-id", "domain", "engine"});
  std::vector<Resource> instances;
  if (const auto name = optional_text(context, "DBInstanceIdentifier"))
    instances.push_back(need(context, Kind::kInstance, *name));
  else
    instances = context.records.list(Kind::kInstance, context.region);
  std::vector<Item> items;
  for (const Resource& instance : instances) {
    Json body = shown_instance(context, instance);
    const std::string cluster = string_or(body, "DBClusterIdentifier", "");
    const bool wanted =
        filters.pass("db-cluster-id", {cluster, arn_of(Kind::kCluster, context.region, cluster)}) &&
        filters.pass("db-instance-id", {instance.id, arn_of(Kind::kInstance, context.region, instance.id)}) &&
        filters.pass("dbi-resource-id", {instance.resource}) && filters.pass("domain", {}) &&
        filters.pass("engine", {string_or(body, "Engine", "")});
    if (wanted) items.emplace_back(instance.id, std::move(body));
  }
  return page_of(context, "DBInstances", std::move(items));
}

Json modify_db_instance(Context& context) {
  Resource instance = need(context, Kind::kInstance, required(context, "DBInstanceIdentifier"));
  check_available(instance, "modified");
  refuse_cluster_settings(context);
  check_certificate(context);
  check_monitoring(context, instance.body);
  std::optional<Resource> cluster = cluster_of(context, instance);
  AURORA_INVARIANT(cluster);
  for (const char* member : {"AutoMinorVersionUpgrade", "CopyTagsToSnapshot", "MonitoringInterval",
                             "PreferredMaintenanceWindow", "CACertificateIdentifier", "PubliclyAccessible"})
    if (has(context, member)) instance.body[member] = context.input.at(member);
  if (has(context, "PromotionTier")) set_promotion_tier(context, instance, *cluster);
  if (const auto group = optional_text(context, "DBParameterGroupName")) {
    const EngineVersion* version =
        find_version(string_or(cluster->body, "Engine", ""), string_or(cluster->body, "EngineVersion", ""));
    AURORA_INVARIANT(version);
    instance.body["DBParameterGroups"] = {
        {{"DBParameterGroupName",
          parameter_group_for(context, Kind::kParameterGroup, "DBParameterGroupName", version->family).id},
         {"ParameterApplyStatus", "pending-reboot"}}};
  }
  Json details = Json::object();
  Json pending = Json::object();
  if (const auto name = optional_text(context, "NewDBInstanceIdentifier")) {
    const std::string id = checked_identifier(*name, "NewDBInstanceIdentifier");
    if (id != instance.id) check_new_instance(context, id);
    pending["DBInstanceIdentifier"] = id;
  }
  if (const auto instance_class = optional_text(context, "DBInstanceClass")) {
    check_class(*cluster, *instance_class);
    if (*instance_class != instance.body.at("DBInstanceClass")) pending["DBInstanceClass"] = *instance_class;
  }
  // What waits for the maintenance window is shown, until somebody asks for it at once.
  if (bool_or(context.input, "ApplyImmediately", false))
    details = pending;
  else if (!pending.empty())
    instance.body["PendingModifiedValues"] = pending;
  if (!details.empty()) {
    const bool renames = details.contains("DBInstanceIdentifier");
    if (renames) instance.internal["next_id"] = details["DBInstanceIdentifier"];
    status_of(instance) = renames ? "renaming" : "modifying";
    instance.internal["job"] = order(context, instance, "ModifyInstance", context.pace.modify, details);
  }
  context.records.put(instance);
  return answer(context, instance);
}

Json delete_db_instance(Context& context) {
  Resource instance = need(context, Kind::kInstance, required(context, "DBInstanceIdentifier"));
  if (has(context, "FinalDBSnapshotIdentifier"))
    throw invalid_combination(
        "FinalDBSnapshotIdentifier can not be specified when deleting a cluster instance: the cluster has "
        "the data.");
  if (status_of(instance) == "deleting")
    throw invalid_state(Kind::kInstance, fmt::format("Instance {} is already being deleted.", instance.id));
  const std::optional<Resource> cluster = cluster_of(context, instance);
  AURORA_INVARIANT(cluster);
  const std::string& cluster_status = status_of(*cluster);
  if (cluster_status == "stopped" || cluster_status == "stopping" || cluster_status == "starting" ||
      cluster_status == "renaming")
    throw invalid_state(Kind::kCluster,
                        fmt::format("DB cluster {} is in {} state; its instances cannot be deleted now.",
                                    cluster->id, cluster_status));
  status_of(instance) = "deleting";
  instance.internal["job"] = order(context, instance, "DeleteInstance", context.pace.remove);
  context.records.put(instance);
  return answer(context, instance);
}

Json reboot_db_instance(Context& context) {
  Resource instance = need(context, Kind::kInstance, required(context, "DBInstanceIdentifier"));
  check_available(instance, "rebooted");
  const std::optional<Resource> cluster = cluster_of(context, instance);
  AURORA_INVARIANT(cluster);
  if (bool_or(context.input, "ForceFailover", false) && cluster->body.at("DBClusterMembers").size() < 2)
    throw invalid_combination("Cannot perform force failover: the cluster has no reader.");
  status_of(instance) = "rebooting";
  instance.internal["job"] = order(context, instance, "RebootInstance", context.pace.modify,
                                   {{"failover", bool_or(context.input, "ForceFailover", false)}});
  context.records.put(instance);
  return answer(context, instance);
}

}  // namespace aurora::local::rds
