#include "local/rds/cluster_settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <regex>

#include "base/text.h"
#include "local/rds/groups.h"

namespace aurora::local::rds {
namespace {

// Members that are shown as they were given, by their names in the input and in DBCluster.
struct Kept {
  const char* input;
  const char* body;
};
constexpr Kept kKept[] = {
    {"CopyTagsToSnapshot", "CopyTagsToSnapshot"},
    {"DeletionProtection", "DeletionProtection"},
    {"EnableIAMDatabaseAuthentication", "IAMDatabaseAuthenticationEnabled"},
    {"EnableHttpEndpoint", "HttpEndpointEnabled"},
    {"AutoMinorVersionUpgrade", "AutoMinorVersionUpgrade"},
    {"PubliclyAccessible", "PubliclyAccessible"},
    {"MonitoringInterval", "MonitoringInterval"},
    {"MonitoringRoleArn", "MonitoringRoleArn"},
    {"EnablePerformanceInsights", "PerformanceInsightsEnabled"},
    {"PerformanceInsightsKMSKeyId", "PerformanceInsightsKMSKeyId"},
    {"PerformanceInsightsRetentionPeriod", "PerformanceInsightsRetentionPeriod"},
    {"DatabaseInsightsMode", "DatabaseInsightsMode"},
    {"EnableVPCNetworking", "VPCNetworkingEnabled"},
    {"EnableInternetAccessGateway", "InternetAccessGatewayEnabled"},
};

void keep_choice(const Context& context, Json& body, const char* member,
                 const std::vector<std::string>& choices) {
  const std::optional<std::string> value = optional_text(context, member);
  if (!value) return;
  if (std::find(choices.begin(), choices.end(), *value) == choices.end())
    throw invalid_value(
        fmt::format("Invalid value {} for {}. Allowed are: {}", *value, member, join(choices, ", ")));
  body[member] = *value;
}

void keep_window(const Context& context, Json& body, const char* member, const char* pattern) {
  const std::optional<std::string> value = optional_text(context, member);
  if (!value) return;
  if (!std::regex_match(*value, std::regex(pattern)))
    throw invalid_value(fmt::format(
        "The parameter {} must be a window such as {}: '{}'", member,
        std::string_view(member) == "PreferredBackupWindow" ? "03:00-03:30" : "sun:04:00-sun:04:30", *value));
  body[member] = to_lower(*value);
}

// A window is of the day, and half an hour long at least.
void check_backup_window(const Json& body) {
  const std::string window = string_or(body, "PreferredBackupWindow", "");
  const auto minute = [&](std::size_t at) {
    return std::stoi(window.substr(at, 2)) * 60 + std::stoi(window.substr(at + 3, 2));
  };
  constexpr int kDay = 24 * 60;
  if ((minute(6) - minute(0) + kDay) % kDay < 30)
    throw invalid_value(fmt::format("The backup window {} must be at least 30 minutes long.", window));
}

bool is_new(const Json& body) {
  return body.at("Status") == "creating";
}

void apply_storage_type(const Context& context, Json& body) {
  const std::optional<std::string> type = optional_text(context, "StorageType");
  if (!type) return;
  if (*type != "aurora" && *type != "aurora-iopt1")
    throw fault(is_new(body) ? "StorageTypeNotSupported" : "StorageTypeNotAvailableFault",
                fmt::format("The storage type {} is not one of Aurora: aurora, aurora-iopt1.", *type));
  body["StorageType"] = *type;
}

// No subnet of the endpoint has IPv6 addresses.
void apply_network_type(const Context& context, Json& body) {
  keep_choice(context, body, "NetworkType", {"IPV4", "DUAL"});
  if (body.at("NetworkType") == "DUAL")
    throw fault(
        "NetworkTypeNotSupported",
        "The DB subnet group does not support the network type DUAL: its subnets have no IPv6 blocks.");
}

// What belongs to Aurora's own default group, and directories that nobody has.
void check_foreign_things(const Context& context) {
  if (const auto group = optional_text(context, "OptionGroupName"); group && !group->starts_with("default:"))
    throw fault("OptionGroupNotFoundFault", fmt::format("Specified OptionGroupName: {} not found.", *group),
                404);
  if (const auto domain = optional_text(context, "Domain"))
    throw fault("DomainNotFoundFault", fmt::format("The directory {} does not exist.", *domain), 404);
}

void check_performance_insights(const Context& context, const Json& body) {
  if (!has(context, "PerformanceInsightsRetentionPeriod") && !has(context, "PerformanceInsightsKMSKeyId"))
    return;
  if (!bool_or(body, "PerformanceInsightsEnabled", false))
    throw invalid_combination("Performance Insights settings need EnablePerformanceInsights.");
  const std::int64_t days = int_or(context.input, "PerformanceInsightsRetentionPeriod", 7);
  if (days != 7 && days != 731 && (days < 31 || days > 713 || days % 31 != 0))
    throw invalid_value(fmt::format(
        "Invalid Performance Insights retention period {}. Valid values are: [7, 31 * month with 1 "
        "to 23 months, 731]",
        days));
}

void apply_scaling(const Context& context, Json& body) {
  const Json& given = member_or_null(context.input, "ServerlessV2ScalingConfiguration");
  if (given.is_null()) return;
  Json scaling = member_or_null(body, "ServerlessV2ScalingConfiguration");
  if (scaling.is_null()) scaling = Json::object();
  for (const char* member : {"MinCapacity", "MaxCapacity", "SecondsUntilAutoPause"})
    if (given.contains(member)) scaling[member] = given.at(member);
  const auto capacity = [&](const char* member, double low) {
    const double value = scaling.contains(member) ? scaling.at(member).get<double>() : -1;
    if (value < low || value > 256 || std::floor(value * 2) != value * 2)
      throw invalid_value(
          fmt::format("Serverless v2 {} must be from {} to 256 in steps of 0.5.", member, low));
    return value;
  };
  const double low = capacity("MinCapacity", 0);
  const double high = capacity("MaxCapacity", 1);
  if (low > high) throw invalid_combination("Serverless v2 MinCapacity must not exceed MaxCapacity.");
  const std::int64_t pause = int_or(scaling, "SecondsUntilAutoPause", 300);
  if (pause < 300 || pause > 86400)
    throw invalid_value("Serverless v2 SecondsUntilAutoPause must be from 300 to 86400.");
  if (low == 0) scaling["SecondsUntilAutoPause"] = pause;
  body["ServerlessV2ScalingConfiguration"] = scaling;
}

void check_logs(const std::string& engine, const Json& names) {
  const std::vector<std::string> known = exportable_logs(engine);
  for (const Json& name : names)
    if (std::find(known.begin(), known.end(), name.get<std::string>()) == known.end())
      throw invalid_combination(
          fmt::format("You cannot use the log type '{}' with engine {}. Its log types are: {}",
                      name.get<std::string>(), engine, join(known, ", ")));
}

void apply_log_exports(const Context& context, Json& body) {
  const std::string engine = body.at("Engine").get<std::string>();
  if (has(context, "EnableCloudwatchLogsExports")) {
    check_logs(engine, context.input.at("EnableCloudwatchLogsExports"));
    body["EnabledCloudwatchLogsExports"] = context.input.at("EnableCloudwatchLogsExports");
  }
  const Json& change = member_or_null(context.input, "CloudwatchLogsExportConfiguration");
  if (change.is_null()) return;
  Json enabled = body.value("EnabledCloudwatchLogsExports", Json::array());
  const Json& added = member_or_null(change, "EnableLogTypes");
  check_logs(engine, added);
  for (const Json& name : member_or_null(change, "DisableLogTypes"))
    enabled.erase(std::remove(enabled.begin(), enabled.end(), name), enabled.end());
  for (const Json& name : added)
    if (std::find(enabled.begin(), enabled.end(), name) == enabled.end()) enabled.push_back(name);
  body["EnabledCloudwatchLogsExports"] = enabled;
}

void apply_backtrack(const Context& context, Json& body) {
  if (!has(context, "BacktrackWindow")) return;
  const std::int64_t window = number_in(context, "BacktrackWindow", 0, 259200, 0);
  if (window > 0 && body.at("Engine") != "aurora-mysql")
    throw invalid_combination("Backtrack is not enabled for engine aurora-postgresql.");
  if (window > 0) body["BacktrackWindow"] = window;
}

// The endpoint has no global databases and no replicas from elsewhere: to take such an order and not carry it
// out would be worse than to refuse it.
void refuse_what_is_not_carried(const Context& context) {
  if (bool_or(context.input, "ManageMasterUserPassword", false) && !context.outside.secret)
    throw invalid_value("ManageMasterUserPassword needs Secrets Manager, which is not there.");
  for (const char* member : {"EnableLimitlessDatabase", "EnableGlobalWriteForwarding"})
    if (bool_or(context.input, member, false))
      throw invalid_value(fmt::format("{} is not available at this endpoint.", member));
  for (const char* member : {"ReplicationSourceIdentifier", "GlobalClusterIdentifier", "ScalingConfiguration",
                             "RdsCustomClusterConfiguration", "DBClusterInstanceClass", "Iops"})
    if (has(context, member))
      throw invalid_value(fmt::format("{} is not available for clusters at this endpoint.", member));
  if (const auto mode = optional_text(context, "EngineMode"); mode && *mode != "provisioned")
    throw invalid_value(fmt::format("The engine mode {} is not available: it must be provisioned.", *mode));
}

}  // namespace

void apply_settings(Context& context, Json& body) {
  refuse_what_is_not_carried(context);
  for (const Kept& kept : kKept)
    if (has(context, kept.input)) body[kept.body] = context.input.at(kept.input);
  if (has(context, "BackupRetentionPeriod"))
    body["BackupRetentionPeriod"] = number_in(context, "BackupRetentionPeriod", 1, 35, 1);
  keep_window(context, body, "PreferredBackupWindow", "([01]\\d|2[0-3]):[0-5]\\d-([01]\\d|2[0-3]):[0-5]\\d");
  keep_window(context, body, "PreferredMaintenanceWindow",
              "[A-Za-z]{3}:([01]\\d|2[0-3]):[0-5]\\d-[A-Za-z]{3}:([01]\\d|2[0-3]):[0-5]\\d");
  check_backup_window(body);
  check_foreign_things(context);
  check_monitoring(context, body);
  check_performance_insights(context, body);
  apply_storage_type(context, body);
  apply_network_type(context, body);
  keep_choice(context, body, "EngineLifecycleSupport",
              {"open-source-rds-extended-support", "open-source-rds-extended-support-disabled"});
  apply_scaling(context, body);
  apply_log_exports(context, body);
  apply_backtrack(context, body);
}

const EngineVersion& version_for(const Context& context, std::string_view engine, std::string_view fallback) {
  if (!is_known_engine(engine))
    throw invalid_value(
        fmt::format("Invalid DB engine: {}. Allowed are: aurora-mysql, aurora-postgresql", engine));
  std::string wanted = optional_text(context, "EngineVersion").value_or(std::string(fallback));
  if (wanted.empty()) wanted = default_version(engine, context.engines)->version;
  const EngineVersion* version = find_version(engine, wanted);
  // A major version alone means its newest minor version.
  for (const EngineVersion& candidate : engine_versions())
    if (!find_version(engine, wanted) && candidate.engine == engine && candidate.major == wanted)
      version = &candidate;
  if (!version) throw invalid_combination(fmt::format("Cannot find version {} for {}", wanted, engine));
  return *version;
}

void check_monitoring(const Context& context, const Json& body) {
  if (!has(context, "MonitoringInterval")) return;
  static constexpr std::int64_t kIntervals[] = {0, 1, 5, 10, 15, 30, 60};
  const std::int64_t interval = int_or(context.input, "MonitoringInterval", 0);
  if (std::find(std::begin(kIntervals), std::end(kIntervals), interval) == std::end(kIntervals))
    throw invalid_value(
        fmt::format("Invalid monitoring interval {}. Valid values are: 0, 1, 5, 10, 15, 30, 60", interval));
  if (interval > 0 && !has(context, "MonitoringRoleArn") && !body.contains("MonitoringRoleArn"))
    throw invalid_combination(
        "A MonitoringRoleARN value is required if you specify a MonitoringInterval value other than 0.");
}

void check_master_password(const std::string& password) {
  if (password.size() < 8 || password.size() > 41)
    throw invalid_value(
        fmt::format("The parameter MasterUserPassword is not a valid password because it is {}.",
                    password.size() < 8 ? "shorter than 8 characters" : "longer than 41 characters"));
  const bool legal = std::all_of(password.begin(), password.end(), [](char c) {
    return c > ' ' && c <= '~' && c != '/' && c != '"' && c != '@';
  });
  if (!legal)
    throw invalid_value(
        "The parameter MasterUserPassword is not a valid password. Only printable ASCII characters besides "
        "'/', "
        "'@', '\"', ' ' may be used.");
}

}  // namespace aurora::local::rds
