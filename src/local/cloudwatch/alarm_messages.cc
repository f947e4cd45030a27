#include "local/cloudwatch/alarm_messages.h"

#include <fmt/format.h>

#include "base/dates.h"
#include "base/ids.h"
#include "base/text.h"

namespace aurora::local::cloudwatch {
namespace {

constexpr std::pair<std::string_view, std::string_view> kTitles[] = {
    {"us-east-1", "US East (N. Virginia)"},
    {"us-east-2", "US East (Ohio)"},
    {"us-west-1", "US West (N. California)"},
    {"us-west-2", "US West (Oregon)"},
    {"ca-central-1", "Canada (Central)"},
    {"sa-east-1", "South America (Sao Paulo)"},
    {"eu-west-1", "EU (Ireland)"},
    {"eu-west-2", "EU (London)"},
    {"eu-west-3", "EU (Paris)"},
    {"eu-central-1", "EU (Frankfurt)"},
    {"eu-central-2", "Europe (Zurich)"},
    {"eu-north-1", "EU (Stockholm)"},
    {"eu-south-1", "EU (Milan)"},
    {"eu-south-2", "Europe (Spain)"},
    {"ap-south-1", "Asia Pacific (Mumbai)"},
    {"ap-southeast-1", "Asia Pacific (Singapore)"},
    {"ap-southeast-2", "Asia Pacific (Sydney)"},
    {"ap-northeast-1", "Asia Pacific (Tokyo)"},
    {"ap-northeast-2", "Asia Pacific (Seoul)"},
    {"ap-northeast-3", "Asia Pacific (Osaka)"},
    {"ap-east-1", "Asia Pacific (Hong Kong)"},
    {"me-south-1", "Middle East (Bahrain)"},
    {"af-south-1", "Africa (Cape Town)"},
};

// CloudWatch's own form: 2026-11-28T06:30:00.000+0000.
std::string long_time(const std::string& iso) {
  return replace_all(iso, "Z", "+0000");
}

std::string long_time(TimePoint when) {
  return long_time(format_iso_millis(when));
}

Json upper(const Json& object, const char* member) {
  std::string text = string_or(object, member, "");
  for (char& each : text) each = static_cast<char>(std::toupper(static_cast<unsigned char>(each)));
  return text;
}

Json null_or(const Json& object, const char* member) {
  return object.contains(member) ? object[member] : Json(nullptr);
}

Json trigger(const Json& alarm) {
  Json shown = Json::object();
  if (alarm.contains("Metrics")) {
    shown["Metrics"] = alarm["Metrics"];
  } else {
    const bool extended = alarm.contains("ExtendedStatistic");
    Json dimensions = Json::array();
    for (const Json& each : member_or_null(alarm, "Dimensions"))
      dimensions.push_back({{"value", each["Value"]}, {"name", each["Name"]}});
    shown = {{"MetricName", alarm["MetricName"]},
             {"Namespace", alarm["Namespace"]},
             {"StatisticType", extended ? "ExtendedStatistic" : "Statistic"},
             {extended ? "ExtendedStatistic" : "Statistic",
              extended ? alarm["ExtendedStatistic"] : upper(alarm, "Statistic")},
             {"Unit", null_or(alarm, "Unit")},
             {"Dimensions", dimensions}};
  }
  shown["Period"] = null_or(alarm, "Period");
  shown["EvaluationPeriods"] = alarm["EvaluationPeriods"];
  if (alarm.contains("DatapointsToAlarm")) shown["DatapointsToAlarm"] = alarm["DatapointsToAlarm"];
  shown["ComparisonOperator"] = alarm["ComparisonOperator"];
  shown["Threshold"] = alarm["Threshold"];
  shown["TreatMissingData"] = string_or(alarm, "TreatMissingData", "missing");
  shown["EvaluateLowSampleCountPercentile"] = string_or(alarm, "EvaluateLowSampleCountPercentile", "");
  return shown;
}

Json state_of(const Json& alarm) {
  Json state{{"value", alarm["StateValue"]},
             {"reason", alarm["StateReason"]},
             {"timestamp", long_time(string_or(alarm, "StateUpdatedTimestamp", ""))}};
  if (alarm.contains("StateReasonData")) state["reasonData"] = alarm["StateReasonData"];
  return state;
}

Json metric_stat(const Json& alarm) {
  Json dimensions = Json::object();
  for (const Json& each : member_or_null(alarm, "Dimensions"))
    dimensions[string_or(each, "Name", "")] = each["Value"];
  return {{"metric",
           {{"namespace", alarm["Namespace"]}, {"name", alarm["MetricName"]}, {"dimensions", dimensions}}},
          {"period", alarm["Period"]},
          {"stat", alarm.contains("Statistic") ? alarm["Statistic"] : alarm["ExtendedStatistic"]}};
}

Json configuration(const Json& alarm) {
  Json shown = Json::object();
  if (alarm.contains("AlarmDescription")) shown["description"] = alarm["AlarmDescription"];
  if (alarm.contains("Metrics"))
    shown["metrics"] = alarm["Metrics"];
  else
    shown["metrics"] = {{{"id", new_uuid()}, {"metricStat", metric_stat(alarm)}, {"returnData", true}}};
  return shown;
}

}  // namespace

std::string region_title(const std::string& region) {
  for (const auto& [code, title] : kTitles)
    if (code == region) return std::string(title);
  return region;
}

std::string notification_subject(const StateChange& change) {
  std::string subject = fmt::format("{}: \"{}\" in {}", string_or(change.alarm, "StateValue", ""),
                                    string_or(change.alarm, "AlarmName", ""), region_title(change.region));
  if (subject.size() > 100) subject.replace(97, std::string::npos, "...");  // SNS takes no more
  return subject;
}

Json notification(const StateChange& change) {
  const Json& alarm = change.alarm;
  return {{"AlarmName", alarm["AlarmName"]},
          {"AlarmDescription", null_or(alarm, "AlarmDescription")},
          {"AWSAccountId", change.account},
          {"AlarmConfigurationUpdatedTimestamp",
           long_time(string_or(alarm, "AlarmConfigurationUpdatedTimestamp", ""))},
          {"NewStateValue", alarm["StateValue"]},
          {"NewStateReason", alarm["StateReason"]},
          {"StateChangeTime", long_time(change.when)},
          {"Region", region_title(change.region)},
          {"AlarmArn", alarm["AlarmArn"]},
          {"OldStateValue", change.before["StateValue"]},
          {"OKActions", alarm["OKActions"]},
          {"AlarmActions", alarm["AlarmActions"]},
          {"InsufficientDataActions", alarm["InsufficientDataActions"]},
          {"Trigger", trigger(alarm)}};
}

Json lambda_event(const StateChange& change) {
  return {{"source", "aws.cloudwatch"},
          {"alarmArn", change.alarm["AlarmArn"]},
          {"accountId", change.account},
          {"time", long_time(change.when)},
          {"region", change.region},
          {"alarmData",
           {{"alarmName", change.alarm["AlarmName"]},
            {"state", state_of(change.alarm)},
            {"previousState", state_of(change.before)},
            {"configuration", configuration(change.alarm)}}}};
}

Json bus_event(const StateChange& change) {
  return {{"version", "0"},
          {"id", new_uuid()},
          {"detail-type", "CloudWatch Alarm State Change"},
          {"source", "aws.cloudwatch"},
          {"account", change.account},
          {"time", format_iso_seconds(change.when)},
          {"region", change.region},
          {"resources", {change.alarm["AlarmArn"]}},
          {"detail",
           {{"alarmName", change.alarm["AlarmName"]},
            {"state", state_of(change.alarm)},
            {"previousState", state_of(change.before)},
            {"configuration", configuration(change.alarm)}}}};
}

}  // namespace aurora::local::cloudwatch
