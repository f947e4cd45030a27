#include "restore/restore_request.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/text.h"
#include "restore/swap.h"
#include "restore/target.h"

namespace aurora::restore {
namespace {

constexpr std::size_t kTagsMax = 50;
constexpr int kPromotionTierMax = 15;

std::string engine_of(const StepContext& context) {
  return string_or(context.operation.get("snapshot_details"), "engine", "");
}

std::int64_t port_of(const StepContext& context) {
  if (context.settings.has("port")) return context.settings.integer("port");
  return engine_of(context) == "aurora-mysql" ? 3306 : 5432;
}

// A copy is encrypted while it is made; an unencrypted snapshot is while it is restored.
bool key_is_for_restore(const StepContext& context) {
  const bool encrypted = bool_or(context.operation.get("snapshot_details"), "encrypted", false);
  return context.settings.has("kms_key_id") && !(encrypted && context.operation.is_known("copy_needed"));
}

// A class of db.serverless is refused without a capacity range on its cluster.
Json serverless_capacity(const Configuration& settings) {
  const bool wanted = settings.text("db_instance_class") == "db.serverless" ||
                      settings.has("serverless_min_capacity") || settings.has("serverless_max_capacity");
  if (!wanted) return nullptr;
  const double low = settings.has("serverless_min_capacity") ? settings.number("serverless_min_capacity")
                                                             : kServerlessMinDefault;
  const double high = settings.has("serverless_max_capacity") ? settings.number("serverless_max_capacity")
                                                              : std::max(low, kServerlessMaxDefault);
  Json capacity{{"MinCapacity", std::min(low, high)}, {"MaxCapacity", high}};
  if (low == 0 && settings.has("serverless_auto_pause_seconds"))
    capacity["SecondsUntilAutoPause"] = settings.integer("serverless_auto_pause_seconds");
  return capacity;
}

struct Passed {
  const char* setting;
  const char* member;
};
// Settings that RDS takes word for word.
constexpr Passed kTexts[] = {{"db_cluster_parameter_group_name", "DBClusterParameterGroupName"},
                             {"preferred_backup_window", "PreferredBackupWindow"},
                             {"storage_type", "StorageType"},
                             {"network_type", "NetworkType"},
                             {"engine_lifecycle_support", "EngineLifecycleSupport"}};

std::string shown(const Json& value) {
  return value.is_string() ? value.get<std::string>() : dump_json(value);
}

std::set<std::string> set_of(const Json& list) {
  std::set<std::string> found;
  for (const Json& element : list) found.insert(element.get<std::string>());
  return found;
}

Json security_groups_of(const aws::Cluster& cluster) {
  Json ids = Json::array();
  for (const Json& group : member_or_null(cluster.body, "VpcSecurityGroups"))
    ids.push_back(string_or(group, "VpcSecurityGroupId", ""));
  return ids;
}

// A version given by its beginning ("15") means any that begins so.
bool is_version(const std::string& asked, const std::string& has) {
  return has == asked || has.starts_with(asked + ".");
}

struct Compared {
  const char* asked;  // member of the request
  const char* has;    // member of DBCluster
  bool severe;
};
constexpr Compared kCompared[] = {
    {"DBSubnetGroupName", "DBSubnetGroup", true},
    {"DBClusterParameterGroupName", "DBClusterParameterGroup", true},
    {"PubliclyAccessible", "PubliclyAccessible", true},
    {"Port", "Port", false},
    {"EnableIAMDatabaseAuthentication", "IAMDatabaseAuthenticationEnabled", false},
    {"BackupRetentionPeriod", "BackupRetentionPeriod", false},
    {"PreferredBackupWindow", "PreferredBackupWindow", false},
    {"StorageType", "StorageType", false},
    {"NetworkType", "NetworkType", false},
    {"EngineLifecycleSupport", "EngineLifecycleSupport", false}};

bool is_equal(const Json& asked, const Json& has) {
  if (asked.is_string() && has.is_string())
    return equals_ignore_case(asked.get_ref<const std::string&>(), has.get_ref<const std::string&>());
  return asked == has;
}

class Comparison {
 public:
  Comparison(const Json& request, const aws::Cluster& cluster) : request_(request), cluster_(cluster) {}

  std::vector<Difference> run(const std::string& key) {
    for (const Compared& row : kCompared) {
      const Json& asked = member_or_null(request_, row.asked);
      const Json& has = member_or_null(cluster_.body, row.has);
      // What RDS does not show cannot be held against it.
      if (asked.is_null() || has.is_null() || is_equal(asked, has)) continue;
      differs(row.asked, asked, has, row.severe);
    }
    compare_sets("VpcSecurityGroupIds", security_groups_of(cluster_), true);
    compare_sets("EnableCloudwatchLogsExports", member_or_null(cluster_.body, "EnabledCloudwatchLogsExports"),
                 false);
    compare_capacity();
    const std::string version = string_or(request_, "EngineVersion", "");
    if (!version.empty() && !is_version(version, cluster_.engine_version))
      differs("EngineVersion", version, cluster_.engine_version, false);
    if (!key.empty() && cluster_.kms_key_id != key)
      differs("KmsKeyId", key, cluster_.kms_key_id.empty() ? "none" : cluster_.kms_key_id, true);
    return std::move(found_);
  }

 private:
  void differs(const char* what, const Json& asked, const Json& has, bool severe) {
    found_.push_back({fmt::format("{}: asked for {}, has {}", what, shown(asked), shown(has)), severe});
  }

  void compare_sets(const char* member, const Json& has, bool severe) {
    const Json& asked = member_or_null(request_, member);
    if (asked.is_null() || (has.empty() && !severe)) return;
    if (set_of(asked) != set_of(has.is_null() ? Json::array() : has)) differs(member, asked, has, severe);
  }

  void compare_capacity() {
    const Json& asked = member_or_null(request_, "ServerlessV2ScalingConfiguration");
    const Json& has = member_or_null(cluster_.body, "ServerlessV2ScalingConfiguration");
    if (asked.is_null() || has.is_null()) return;
    for (const auto& [member, value] : asked.items())
      if (!has.contains(member) || has[member].get<double>() != value.get<double>())
        return differs("ServerlessV2ScalingConfiguration", asked, has, false);
  }

  const Json& request_;
  const aws::Cluster& cluster_;
  std::vector<Difference> found_;
};

}  // namespace

aws::Tags tags_to_copy(const StepContext& context, const aws::Tags& snapshot_tags) {
  aws::Tags tags;
  if (!context.settings.flag("copy_tags")) return tags;
  for (const auto& [key, value] : snapshot_tags)
    if (!to_lower(key).starts_with("aws:") && !key.starts_with("aurora-restore:")) tags[key] = value;
  return tags;
}

aws::Tags cluster_tags(const StepContext& context, const aws::Tags& snapshot_tags) {
  aws::Tags tags = operation_tags(context.operation);
  for (const auto& [key, value] : context.settings.value("tags").items())
    if (tags.size() < kTagsMax) tags.emplace(key, value.get<std::string>());
  for (const auto& [key, value] : tags_to_copy(context, snapshot_tags))
    if (tags.size() < kTagsMax) tags.emplace(key, value);
  return tags;
}

Json common_request(const StepContext& context, const std::string& subnet_group,
                    const aws::Tags& snapshot_tags) {
  const Configuration& settings = context.settings;
  Json request{{"DBClusterIdentifier", restored_name(context.operation, settings.text("target_cluster_id"))},
               {"DBSubnetGroupName", subnet_group},
               {"Port", port_of(context)},
               {"PubliclyAccessible", false},
               {"DeletionProtection", false},
               {"CopyTagsToSnapshot", true},
               {"Tags", aws::tag_list(cluster_tags(context, snapshot_tags))}};
  if (const auto groups = settings.list("vpc_security_group_ids"); !groups.empty())
    request["VpcSecurityGroupIds"] = groups;
  for (const Passed& passed : kTexts)
    if (settings.has(passed.setting)) request[passed.member] = settings.text(passed.setting);
  if (settings.flag("iam_database_authentication")) request["EnableIAMDatabaseAuthentication"] = true;
  if (settings.has("backup_retention_period"))
    request["BackupRetentionPeriod"] = settings.integer("backup_retention_period");
  if (const auto logs = settings.list("cloudwatch_log_exports"); !logs.empty())
    request["EnableCloudwatchLogsExports"] = logs;
  if (const Json capacity = serverless_capacity(settings); !capacity.is_null())
    request["ServerlessV2ScalingConfiguration"] = capacity;
  if (key_is_for_restore(context)) request["KmsKeyId"] = settings.text("kms_key_id");
  return request;
}

Json snapshot_request(const StepContext& context, const std::string& subnet_group,
                      const aws::Tags& snapshot_tags) {
  const Operation& operation = context.operation;
  const Json& snapshot = operation.get("snapshot_details");
  Json request = common_request(context, subnet_group, snapshot_tags);
  request["Engine"] = engine_of(context);
  // Another account's snapshot is known by its ARN only.
  const bool shared =
      !operation.is_known("copy_needed") && string_or(snapshot, "snapshot_type", "") == "shared";
  request["SnapshotIdentifier"] =
      shared ? operation.known("source_snapshot_arn") : operation.known("target_snapshot");
  // Without it RDS takes its default version, which may be lower than the snapshot's and is then refused.
  request["EngineVersion"] = context.settings.has("engine_version")
                                 ? context.settings.text("engine_version")
                                 : string_or(snapshot, "engine_version", "");
  return request;
}

Json instance_request(const StepContext& context, const aws::Cluster& cluster, const std::string& name,
                      int number, const std::vector<std::string>& zones, const aws::Tags& snapshot_tags) {
  const Configuration& settings = context.settings;
  Json request{{"DBInstanceIdentifier", name},
               {"DBInstanceClass", settings.text("db_instance_class")},
               {"Engine", cluster.engine},
               {"DBClusterIdentifier", cluster.identifier},
               // Left out, a subnet group named "default" makes the instance public.
               {"PubliclyAccessible", false},
               {"PromotionTier", std::min(number - 1, kPromotionTierMax)},
               {"Tags", aws::tag_list(cluster_tags(context, snapshot_tags))}};
  if (zones.size() > 1)
    request["AvailabilityZone"] = zones[static_cast<std::size_t>(number - 1) % zones.size()];
  if (settings.has("db_parameter_group_name"))
    request["DBParameterGroupName"] = settings.text("db_parameter_group_name");
  return request;
}

std::string ensure_subnet_group(StepContext& context, aws::Rds& rds) {
  const Configuration& settings = context.settings;
  Operation& operation = context.operation;
  const std::vector<std::string> subnets = settings.list("subnet_ids");
  if (settings.has("db_subnet_group_name") || subnets.empty()) return settings.text("db_subnet_group_name");
  // RDS knows subnet groups only: one with exactly these subnets is found, or made and tagged as ours.
  if (auto found = rds.find_subnet_group(subnets)) return *found;
  const std::string name =
      to_lower(with_suffix(settings.text("target_cluster_id"), "-subnets-" + operation.known("run_id")));
  operation.state()["subnet_group_made"] = name;
  context.operations.save(operation, context.clock.now());
  rds.create_subnet_group(
      {{"DBSubnetGroupName", name},
       {"DBSubnetGroupDescription", "Made by aurora-restore for " + settings.text("target_cluster_id")},
       {"SubnetIds", subnets},
       {"Tags", aws::tag_list(operation_tags(operation))}});
  return name;
}

std::vector<Difference> differences(const Json& request, const aws::Cluster& cluster,
                                    const std::string& key) {
  return Comparison(request, cluster).run(key);
}

std::string key_arn(const StepContext& context, const std::string& key) {
  if (key.empty() || key.find(":key/") != std::string::npos) return key;
  try {
    const Json answer =
        context.api.call("kms", context.settings.text("target_region"), "DescribeKey", {{"KeyId", key}});
    return string_or(member_or_null(answer, "KeyMetadata"), "Arn", "");
  } catch (const aws::ServiceError&) {
    // Without kms:DescribeKey the comparison with an alias or id is not possible, the restore is.
    return "";
  }
}

}  // namespace aurora::restore
