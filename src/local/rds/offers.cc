#include "local/rds/offers.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/dates.h"
#include "base/text.h"
#include "local/rds/catalog.h"
#include "local/rds/paging.h"
#include "local/rds/parameters.h"

namespace aurora::local::rds {
namespace {

Json upgrade_targets(const EngineVersion& version) {
  Json targets = Json::array();
  for (const EngineVersion& other : engine_versions())
    if (std::string_view(other.engine) == version.engine &&
        compare_versions(other.version, version.version) > 0)
      targets.push_back(
          {{"Engine", other.engine},
           {"EngineVersion", other.version},
           {"Description", fmt::format("{} {}", engine_description(other.engine), other.version)},
           {"AutoUpgrade", false},
           {"IsMajorVersionUpgrade", std::string_view(other.major) != version.major}});
  return targets;
}

Json shown(const EngineVersion& version) {
  return {{"Engine", version.engine},
          {"MajorEngineVersion", version.major},
          {"EngineVersion", version.version},
          {"DBParameterGroupFamily", version.family},
          {"DBEngineDescription", engine_description(version.engine)},
          {"DBEngineVersionDescription",
           fmt::format("{} {}", engine_description(version.engine), version.version)},
          {"ValidUpgradeTarget", upgrade_targets(version)},
          {"ExportableLogTypes", exportable_logs(version.engine)},
          {"SupportsLogExportsToCloudwatchLogs", true},
          {"SupportsReadReplica", false},
          {"SupportedEngineModes", {"provisioned"}},
          {"SupportedFeatureNames", Json::array()},
          {"Status", "available"},
          {"SupportsParallelQuery", false},
          {"SupportsGlobalDatabases", false},
          {"SupportedCACertificateIdentifiers", {"rds-ca-rsa2048-g1"}}};
}

bool is_wanted(const Context& context, const char* member, std::string_view value) {
  const std::optional<std::string> wanted = optional_text(context, member);
  return !wanted || *wanted == value;
}

// A date of the input, or `fallback`.
TimePoint time_in(const Context& context, const char* member, TimePoint fallback) {
  const std::optional<std::string> text = optional_text(context, member);
  if (!text) return fallback;
  const std::optional<TimePoint> when = parse_iso(*text);
  if (!when)
    throw invalid_value(fmt::format("Invalid value {} for {}: it is no ISO 8601 time.", *text, member));
  return *when;
}

bool has_category(const Context& context, const Event& event) {
  const Json& wanted = member_or_null(context.input, "EventCategories");
  return wanted.empty() ||
         std::any_of(event.categories.begin(), event.categories.end(), [&](const auto& category) {
           return std::find(wanted.begin(), wanted.end(), Json(category)) != wanted.end();
         });
}

}  // namespace

Json describe_db_engine_versions(Context& context) {
  const Filters filters(context,
                        {"db-parameter-group-family", "engine", "engine-mode", "engine-version", "status"});
  const bool default_only = bool_or(context.input, "DefaultOnly", false);
  std::vector<Item> items;
  int place = 0;
  for (const EngineVersion& version : engine_versions()) {
    const std::string asked = optional_text(context, "EngineVersion").value_or(version.version);
    const bool wanted = is_wanted(context, "Engine", version.engine) &&
                        is_wanted(context, "DBParameterGroupFamily", version.family) &&
                        (asked == version.version || asked == version.major) &&
                        (!default_only || default_version(version.engine, context.engines) == &version) &&
                        filters.pass("engine", {version.engine}) &&
                        filters.pass("engine-version", {version.version}) &&
                        filters.pass("db-parameter-group-family", {version.family}) &&
                        filters.pass("status", {"available"}) && filters.pass("engine-mode", {"provisioned"});
    if (wanted) items.emplace_back(fmt::format("{:04}", place), shown(version));
    ++place;
  }
  return page_of(context, "DBEngineVersions", std::move(items));
}

Json describe_orderable_db_instance_options(Context& context) {
  const Filters filters(context, {});
  const std::string engine = required(context, "Engine");
  if (!is_known_engine(engine)) throw invalid_value(fmt::format("Invalid DB engine: {}", engine));
  Json zones = Json::array();
  for (const std::string& zone : availability_zones(context.region)) zones.push_back({{"Name", zone}});
  std::vector<Item> items;
  int place = 0;
  for (const EngineVersion& version : engine_versions()) {
    if (version.engine != engine || !is_wanted(context, "EngineVersion", version.version)) continue;
    for (const std::string_view instance_class : instance_classes()) {
      ++place;
      if (!is_orderable(version, instance_class) || !is_wanted(context, "DBInstanceClass", instance_class))
        continue;
      items.emplace_back(fmt::format("{:06}", place), Json{{"Engine", engine},
                                                           {"EngineVersion", version.version},
                                                           {"DBInstanceClass", instance_class},
                                                           {"AvailabilityZones", zones},
                                                           {"MultiAZCapable", false},
                                                           {"ReadReplicaCapable", false},
                                                           {"Vpc", true},
                                                           {"SupportsStorageEncryption", true},
                                                           {"StorageType", "aurora"},
                                                           {"SupportsIops", false},
                                                           {"SupportsIAMDatabaseAuthentication", true},
                                                           {"SupportsPerformanceInsights", true},
                                                           {"SupportedEngineModes", {"provisioned"}},
                                                           {"SupportedNetworkTypes", {"IPV4"}},
                                                           {"SupportsClusters", true}});
    }
  }
  return page_of(context, "OrderableDBInstanceOptions", std::move(items));
}

Json describe_engine_default_cluster_parameters(Context& context) {
  const std::string family = required(context, "DBParameterGroupFamily");
  std::vector<Item> items;
  for (const ParameterSpec* spec : parameter_specs(family, true))
    items.emplace_back(spec->name, describe_parameter(*spec, nullptr));
  if (items.empty()) throw invalid_value(fmt::format("{} is not a valid parameter group family.", family));
  Json page = page_of(context, "Parameters", std::move(items));
  page["DBParameterGroupFamily"] = family;
  return {{"EngineDefaults", std::move(page)}};
}

Json describe_events(Context& context) {
  const TimePoint now = context.clock.now();
  const auto span = std::chrono::minutes(number_in(context, "Duration", 1, 20160, 60));
  const TimePoint to = time_in(context, "EndTime", now + Duration(1));
  const TimePoint from = time_in(context, "StartTime", to - span);
  const std::optional<std::string> source = optional_text(context, "SourceIdentifier");
  if (source && !has(context, "SourceType"))
    throw invalid_combination("SourceType must be given with SourceIdentifier.");
  std::vector<Item> items;
  for (const Event& event : context.records.events(context.region, from, to)) {
    const bool wanted = is_wanted(context, "SourceType", event.source_type) &&
                        (!source || to_lower(*source) == event.source_id) && has_category(context, event);
    if (wanted)
      items.emplace_back(fmt::format("{:08}", items.size()), Json{{"SourceIdentifier", event.source_id},
                                                                  {"SourceType", event.source_type},
                                                                  {"Message", event.message},
                                                                  {"EventCategories", event.categories},
                                                                  {"Date", format_iso_millis(event.date)},
                                                                  {"SourceArn", event.source_arn}});
  }
  return page_of(context, "Events", std::move(items));
}

}  // namespace aurora::local::rds
