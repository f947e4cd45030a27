// Time to live, point-in-time recovery and tags.
#include <fmt/format.h>

#include <algorithm>

#include "base/dates.h"
#include "base/text.h"
#include "local/dynamodb/errors.h"
#include "local/dynamodb/request.h"
#include "local/service_support.h"

namespace aurora::local::dynamodb {
namespace {

constexpr std::int64_t kRecoveryDaysMax = 35;

aws::ServiceError resource_arn_not_found(std::string_view arn) {
  return resource_not_found(fmt::format("Requested resource not found: ResourcArn: {} not found", arn));
}

Table table_by_arn(Context& context, const Call& call) {
  const auto arn = string_or(call.input, "ResourceArn", "");
  const auto resource = arn_part(arn, 5);
  if (!arn.starts_with("arn:") || !resource.starts_with("table/")) {
    throw validation_error(fmt::format("Invalid TableArn: Invalid ResourceArn provided as input {}", arn));
  }
  const auto name = split(resource, '/')[1];
  auto table = context.store.find_table(arn_part(arn, 3), name);
  if (!table) throw resource_arn_not_found(arn);
  return std::move(*table);
}

Json& tags_of(Table& table) {
  Json& tags = table.definition["Tags"];
  if (tags.is_null()) tags = Json::object();
  return tags;
}

Json describe_recovery(Context& context, const Table& table) {
  const auto& recovery = member_or_null(table.definition, "PointInTimeRecovery");
  const auto since = string_or(recovery, "EnabledAt", "");
  Json description = {{"PointInTimeRecoveryStatus", since.empty() ? "DISABLED" : "ENABLED"}};
  if (!since.empty()) {
    description["RecoveryPeriodInDays"] = int_or(recovery, "Days", kRecoveryDaysMax);
    description["EarliestRestorableDateTime"] = since;
    // AWS can restore to five minutes ago at the latest.
    const auto latest = format_iso_millis(context.clock.now() - std::chrono::minutes(5));
    description["LatestRestorableDateTime"] = std::max(since, latest);
  }
  return {
      {"ContinuousBackupsDescription",
       {{"ContinuousBackupsStatus", "ENABLED"}, {"PointInTimeRecoveryDescription", std::move(description)}}}};
}

}  // namespace

Json update_time_to_live(Context& context, const Call& call) {
  const auto& specification = member_or_null(call.input, "TimeToLiveSpecification");
  const auto attribute = string_or(specification, "AttributeName", "");
  if (attribute.empty() || member_or_null(specification, "Enabled").is_null()) {
    throw validation_error("TimeToLiveSpecification needs AttributeName and Enabled");
  }
  const bool enabled = bool_or(specification, "Enabled", false);
  WriteTransaction transaction(context.store.database());
  Table table = require_table(context, call.region, call.input);
  if (enabled == !table.ttl_attribute.empty()) {
    throw validation_error(enabled ? "TimeToLive is already enabled" : "TimeToLive is already disabled");
  }
  if (!enabled && attribute != table.ttl_attribute) {
    throw validation_error(
        fmt::format("TimeToLive is active on a different AttributeName: current AttributeName is {}",
                    table.ttl_attribute));
  }
  table.definition["TimeToLive"] = specification;
  table = Table::from_definition(table.id, table.region, table.definition);
  context.store.update_table(table);
  context.store.refresh_expiry(table);
  transaction.commit();
  return {{"TimeToLiveSpecification", specification}};
}

Json describe_time_to_live(Context& context, const Call& call) {
  const Table table = require_table(context, call.region, call.input);
  Json description = {{"TimeToLiveStatus", table.ttl_attribute.empty() ? "DISABLED" : "ENABLED"}};
  if (!table.ttl_attribute.empty()) description["AttributeName"] = table.ttl_attribute;
  return {{"TimeToLiveDescription", std::move(description)}};
}

Json update_continuous_backups(Context& context, const Call& call) {
  const auto& specification = member_or_null(call.input, "PointInTimeRecoverySpecification");
  const auto& enabled = member_or_null(specification, "PointInTimeRecoveryEnabled");
  if (enabled.is_null()) {
    throw validation_error("PointInTimeRecoverySpecification needs PointInTimeRecoveryEnabled");
  }
  const auto days = int_or(specification, "RecoveryPeriodInDays", kRecoveryDaysMax);
  if (days < 1 || days > kRecoveryDaysMax) {
    throw validation_error("RecoveryPeriodInDays must be between 1 and 35");
  }
  WriteTransaction transaction(context.store.database());
  Table table = require_table(context, call.region, call.input);
  Json& recovery = table.definition["PointInTimeRecovery"];
  if (enabled.get<bool>()) {
    const auto since = string_or(recovery, "EnabledAt", format_iso_millis(context.clock.now()));
    recovery = {{"EnabledAt", since}, {"Days", days}};
  } else {
    recovery = Json::object();
  }
  context.store.update_table(table);
  transaction.commit();
  return describe_recovery(context, table);
}

Json describe_continuous_backups(Context& context, const Call& call) {
  return describe_recovery(context, require_table(context, call.region, call.input));
}

Json tag_resource(Context& context, const Call& call) {
  WriteTransaction transaction(context.store.database());
  Table table = table_by_arn(context, call);
  add_tags(tags_of(table), member_or_null(call.input, "Tags"));
  context.store.update_table(table);
  transaction.commit();
  return Json::object();
}

Json untag_resource(Context& context, const Call& call) {
  WriteTransaction transaction(context.store.database());
  Table table = table_by_arn(context, call);
  remove_tags(tags_of(table), member_or_null(call.input, "TagKeys"));
  context.store.update_table(table);
  transaction.commit();
  return Json::object();
}

Json list_tags_of_resource(Context& context, const Call& call) {
  Table table = table_by_arn(context, call);
  return {{"Tags", tag_list(tags_of(table))}};
}

}  // namespace aurora::local::dynamodb
