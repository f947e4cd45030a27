// The alarms of CloudWatch: what is configured. cloudwatch_evaluation.cc says when they go off.
#include <fmt/format.h>

#include <algorithm>

#include "base/dates.h"
#include "local/cloudwatch.h"
#include "local/cloudwatch/metric_data.h"
#include "local/place.h"

namespace aurora::local {
namespace {

using namespace std::chrono_literals;
using cloudwatch::Statistic;

constexpr std::size_t kAlarmsMax = 5000;
constexpr std::size_t kActionsMax = 5;
constexpr std::size_t kTagsMax = 50;
constexpr std::int64_t kDaySeconds = 86'400;

constexpr const char* kActionLists[] = {"OKActions", "AlarmActions", "InsufficientDataActions"};
constexpr const char* kConfiguration[] = {"AlarmDescription",
                                          "MetricName",
                                          "Namespace",
                                          "Statistic",
                                          "ExtendedStatistic",
                                          "Dimensions",
                                          "Period",
                                          "Unit",
                                          "EvaluationPeriods",
                                          "DatapointsToAlarm",
                                          "Threshold",
                                          "ComparisonOperator",
                                          "TreatMissingData",
                                          "EvaluateLowSampleCountPercentile",
                                          "Metrics"};

aws::ServiceError validation(const std::string& message) {
  return {"ValidationError", message};
}

std::string alarm_arn(const std::string& region, const std::string& name) {
  return make_arn("cloudwatch", region, "alarm:" + name);
}

void refuse_what_is_not_carried(const Json& input) {
  for (const char* member : {"ThresholdMetricId", "EvaluationCriteria", "EvaluationInterval"})
    if (input.contains(member))
      throw validation(
          fmt::format("{} is not carried by this endpoint: alarms here watch a metric or metric math, "
                      "against a threshold.",
                      member));
}

void need(const Json& input, const char* member) {
  if (!input.contains(member)) throw validation(fmt::format("{} must not be null", member));
}

void check_actions(const Call& call) {
  for (const char* list : kActionLists) {
    const Json& actions = member_or_null(call.input, list);
    if (actions.size() > kActionsMax)
      throw validation(
          fmt::format("1 validation error detected: Value at '{}' failed to satisfy constraint: Member "
                      "must have length less than or equal to {}",
                      list, kActionsMax));
    for (const Json& action : actions) {
      const std::string arn = action.get<std::string>();
      const std::string service = arn_part(arn, 2);
      if (!arn.starts_with("arn:")) throw validation(fmt::format("Invalid arn syntax: {}", arn));
      if (service != "sns" && service != "lambda")
        throw validation(
            fmt::format("Action {} is of no service that alarms of this endpoint act on: sns and lambda "
                        "are.",
                        arn));
      if (arn_part(arn, 3) != call.region)
        throw validation(
            fmt::format("Invalid region {} specified. Only {} is supported.", arn_part(arn, 3), call.region));
    }
  }
}

void check_periods(const Json& input) {
  const std::int64_t periods = int_or(input, "EvaluationPeriods", 0);
  if (periods < 1)
    throw validation(
        fmt::format("1 validation error detected: Value '{}' at 'evaluationPeriods' failed to satisfy "
                    "constraint: Member must have value greater than or equal to 1",
                    periods));
  const std::int64_t to_alarm = int_or(input, "DatapointsToAlarm", periods);
  if (to_alarm < 1 || to_alarm > periods)
    throw validation(
        fmt::format("DatapointsToAlarm {} must be between 1 and EvaluationPeriods {}", to_alarm, periods));
  const std::int64_t period = int_or(input, "Period", 60);
  const std::int64_t limit = period < 3600 ? kDaySeconds : 7 * kDaySeconds;
  if (periods * period > limit)
    throw validation(
        fmt::format("Metrics cannot be checked across more than {} (EvaluationPeriods * Period must be "
                    "<= {}).",
                    period < 3600 ? "a day" : "7 days", limit));
}

void check_metric(const Json& input) {
  for (const char* member : {"MetricName", "Namespace", "Period"}) need(input, member);
  if (input.contains("Statistic") == input.contains("ExtendedStatistic"))
    throw validation("Exactly one of Statistic and ExtendedStatistic must be specified");
  const std::string statistic = string_or(input, "Statistic", string_or(input, "ExtendedStatistic", ""));
  const auto parsed = Statistic::parse(statistic);
  if (!parsed || parsed->percentile().has_value() != input.contains("ExtendedStatistic"))
    throw validation(fmt::format("The value {} is unsupported for {}.", statistic,
                                 input.contains("Statistic") ? "Statistic" : "ExtendedStatistic"));
  const std::int64_t period = int_or(input, "Period", 0);
  if (!cloudwatch::is_period(period) || period == 1 || period == 5)
    throw validation("Period must be 10, 20, 30 or a multiple of 60");
  const std::string unit = string_or(input, "Unit", "None");
  if (!cloudwatch::is_unit(unit))
    throw validation(fmt::format("The value {} is unsupported for Unit.", unit));
}

void check_metric_math(const cloudwatch::MetricStore& metrics, const Call& call) {
  for (const char* member :
       {"MetricName", "Namespace", "Statistic", "ExtendedStatistic", "Period", "Dimensions"})
    if (call.input.contains(member))
      throw validation(
          fmt::format("{} and Metrics are mutually exclusive and you have specified both.", member));
  const cloudwatch::MetricQueries queries(metrics, call.region, call.input["Metrics"]);
  if (queries.returned() != 1)
    throw validation("Exactly one element of the metrics list should return data.");
}

void check_alarm(const cloudwatch::MetricStore& metrics, const Call& call) {
  const Json& input = call.input;
  refuse_what_is_not_carried(input);
  if (string_or(input, "AlarmName", "").size() > 255)
    throw validation(
        "1 validation error detected: Value at 'alarmName' failed to satisfy constraint: Member must have "
        "length less than or equal to 255");
  for (const char* member : {"EvaluationPeriods", "ComparisonOperator", "Threshold"}) need(input, member);
  const std::string comparison = string_or(input, "ComparisonOperator", "");
  if (!cloudwatch::is_comparison(comparison))
    throw validation(
        fmt::format("ComparisonOperator {} is not carried by this endpoint: alarms here compare with a "
                    "threshold.",
                    comparison));
  if (input.contains("Metrics"))
    check_metric_math(metrics, call);
  else
    check_metric(input);
  check_periods(input);
  static constexpr const char* kMissing[] = {"missing", "ignore", "breaching", "notBreaching"};
  const std::string missing = string_or(input, "TreatMissingData", "missing");
  if (std::ranges::find(kMissing, missing) == std::end(kMissing))
    throw validation(fmt::format("The value {} is unsupported for TreatMissingData.", missing));
  const std::string low_samples = string_or(input, "EvaluateLowSampleCountPercentile", "evaluate");
  if (low_samples != "evaluate" && low_samples != "ignore")
    throw validation(
        fmt::format("Option {} is not supported for EvaluateLowSampleCountPercentile. Supported options "
                    "for parameter EvaluateLowSampleCountPercentile are evaluate and ignore.",
                    low_samples));
  check_actions(call);
}

// What people see of an alarm; its tags are asked for by themselves.
Json shown(Json alarm) {
  alarm.erase("Tags");
  return alarm;
}

bool acts_with(const Json& alarm, const std::string& prefix) {
  return std::ranges::any_of(kActionLists, [&](const char* list) {
    return std::ranges::any_of(alarm[list],
                               [&](const Json& arn) { return arn.get<std::string>().starts_with(prefix); });
  });
}

std::vector<std::string> names_in(const Call& call, const char* member = "AlarmNames") {
  std::vector<std::string> names;
  for (const Json& name : member_or_null(call.input, member)) names.push_back(name.get<std::string>());
  return names;
}

void refuse_bad_token(const Call& call) {
  try {
    decode_token(call, "NextToken");
  } catch (const aws::ServiceError& error) {
    throw aws::ServiceError("InvalidNextToken", error.message());
  }
}

std::int64_t millis_or(const Call& call, const char* member, std::int64_t fallback) {
  const auto when = parse_iso(text_or(call, member));
  return when ? std::chrono::floor<std::chrono::milliseconds>(when->time_since_epoch()).count() : fallback;
}

aws::ServiceError unknown_alarm() {
  return {"ResourceNotFound", "Unknown alarm", 404};
}

}  // namespace

Json CloudWatch::put_metric_alarm(const Call& call) {
  const std::string name = required(call, "AlarmName");
  check_alarm(metrics_, call);
  const std::optional<Json> before = alarms_.get(call.region, name);
  if (!before && alarms_.list(call.region).size() >= kAlarmsMax)
    throw aws::ServiceError("LimitExceeded", "The maximum limit for alarms is exceeded.");
  const std::string now = format_iso_millis(clock_.now());
  Json alarm{{"AlarmName", name},
             {"AlarmArn", alarm_arn(call.region, name)},
             {"AlarmConfigurationUpdatedTimestamp", now},
             {"ActionsEnabled", bool_or(call.input, "ActionsEnabled", true)}};
  for (const char* list : kActionLists) alarm[list] = call.input.value(list, Json::array());
  if (!call.input.contains("Metrics")) alarm["Dimensions"] = Json::array();
  for (const char* member : kConfiguration)
    if (call.input.contains(member)) alarm[member] = call.input[member];
  if (before) {
    for (const char* member : {"StateValue", "StateReason", "StateReasonData", "StateUpdatedTimestamp",
                               "StateTransitionedTimestamp", "Tags"})
      if (before->contains(member)) alarm[member] = (*before)[member];
  } else {
    alarm["StateValue"] = cloudwatch::kInsufficientData;
    alarm["StateReason"] = "Unchecked: Initial alarm creation";
    alarm["StateUpdatedTimestamp"] = now;
    alarm["StateTransitionedTimestamp"] = now;
    add_tags(alarm["Tags"], member_or_null(call.input, "Tags"));
  }
  alarms_.put(call.region, name, alarm);
  add_history(call.region, name, "ConfigurationUpdate",
              fmt::format("Alarm \"{}\" {}", name, before ? "updated" : "created"),
              {{"version", "1.0"}, {"type", before ? "Update" : "Create"}, {"updatedAlarm", shown(alarm)}});
  return Json::object();
}

Json CloudWatch::put_composite_alarm(const Call&) {
  throw validation(
      "Composite alarms are not carried by this endpoint. Give each alarm its own actions, or judge several "
      "metrics in one alarm by metric math (Metrics).");
}

Json CloudWatch::describe_alarms(const Call& call) {
  refuse_bad_token(call);
  const std::vector<std::string> names = names_in(call);
  const std::string state = text_or(call, "StateValue");
  const std::string actions = text_or(call, "ActionPrefix");
  const std::string prefix = text_or(call, "AlarmNamePrefix");
  if (!names.empty() && !prefix.empty())
    throw validation("AlarmNamePrefix and AlarmNames are mutually exclusive and you have specified both.");
  for (const char* member : {"ChildrenOfAlarmName", "ParentsOfAlarmName"})
    if (call.input.contains(member))
      throw validation(
          fmt::format("{} asks for composite alarms, which this endpoint does not carry.", member));
  const std::vector<std::string> types = names_in(call, "AlarmTypes");
  std::vector<Documents::Entry> found;
  if (types.empty() || std::ranges::find(types, "MetricAlarm") != types.end())
    for (Documents::Entry& entry : alarms_.list(call.region, prefix)) {
      if (!names.empty() && std::ranges::find(names, entry.name) == names.end()) continue;
      if (!state.empty() && entry.document["StateValue"] != state) continue;
      if (!actions.empty() && !acts_with(entry.document, actions)) continue;
      found.push_back(std::move(entry));
    }
  const auto [page, next] = take_page(call, {"MaxRecords", "NextToken", 50, 100}, std::move(found),
                                      [](const Documents::Entry& entry) { return entry.name; });
  Json answer{{"CompositeAlarms", Json::array()}, {"MetricAlarms", Json::array()}};
  for (const Documents::Entry& entry : page) answer["MetricAlarms"].push_back(shown(entry.document));
  if (!next.empty()) answer["NextToken"] = next;
  return answer;
}

Json CloudWatch::describe_alarms_for_metric(const Call& call) {
  const cloudwatch::MetricId wanted = cloudwatch::metric_of(call.input);
  Json answer{{"MetricAlarms", Json::array()}};
  for (const Documents::Entry& entry : alarms_.list(call.region)) {
    const Json& alarm = entry.document;
    const bool fits = std::ranges::all_of(
        std::initializer_list<const char*>{"Statistic", "ExtendedStatistic", "Period", "Unit"},
        [&](const char* member) {
          return !call.input.contains(member) || member_or_null(alarm, member) == call.input[member];
        });
    if (fits && cloudwatch::metric_of(alarm) == wanted) answer["MetricAlarms"].push_back(shown(alarm));
  }
  return answer;
}

Json CloudWatch::describe_alarm_history(const Call& call) {
  refuse_bad_token(call);
  const bool ascending = text_or(call, "ScanBy") == "TimestampAscending";
  const std::string after = decode_token(call, "NextToken");
  SQLite::Statement query(
      database_,
      fmt::format(
          "SELECT id, alarm, time_ms, type, summary, data FROM history WHERE region = ?1 "
          "AND (?2 = '' OR alarm = ?2) AND (?3 = '' OR type = ?3) AND time_ms >= ?4 AND time_ms <= ?5 "
          "AND (?6 = '' OR id {} CAST(?6 AS INTEGER)) ORDER BY id {} LIMIT ?7",
          ascending ? ">" : "<", ascending ? "ASC" : "DESC"));
  query.bind(1, call.region);
  query.bind(2, text_or(call, "AlarmName"));
  query.bind(3, text_or(call, "HistoryItemType"));
  query.bind(4, millis_or(call, "StartDate", 0));
  query.bind(5, millis_or(call, "EndDate", INT64_MAX));
  query.bind(6, after);
  const std::int64_t limit = std::clamp<std::int64_t>(int_or(call.input, "MaxRecords", 100), 1, 100);
  query.bind(7, limit + 1);
  Json answer{{"AlarmHistoryItems", Json::array()}};
  std::int64_t last = 0;
  while (query.executeStep()) {
    if (std::ssize(answer["AlarmHistoryItems"]) == limit) {
      answer["NextToken"] = encode_token(fmt::format("{}", last));
      break;
    }
    last = query.getColumn(0).getInt64();
    answer["AlarmHistoryItems"].push_back(
        {{"AlarmName", query.getColumn(1).getString()},
         {"AlarmType", "MetricAlarm"},
         {"Timestamp",
          format_iso_millis(TimePoint(std::chrono::milliseconds(query.getColumn(2).getInt64())))},
         {"HistoryItemType", query.getColumn(3).getString()},
         {"HistorySummary", query.getColumn(4).getString()},
         {"HistoryData", query.getColumn(5).getString()}});
  }
  return answer;
}

// All or none.
Json CloudWatch::delete_alarms(const Call& call) {
  const std::vector<std::string> names = names_in(call);
  if (names.size() > 100)
    throw validation(
        "1 validation error detected: Value at 'alarmNames' failed to satisfy constraint: Member must have "
        "length less than or equal to 100");
  for (const std::string& name : names)
    if (!alarms_.get(call.region, name)) throw unknown_alarm();
  for (const std::string& name : names) {
    alarms_.erase(call.region, name);
    add_history(call.region, name, "ConfigurationUpdate", fmt::format("Alarm \"{}\" deleted", name),
                {{"version", "1.0"}, {"type", "Delete"}});
  }
  return Json::object();
}

// Names that there is no alarm of are passed over, as CloudWatch does.
void CloudWatch::set_actions(const Call& call, bool enabled) {
  for (const std::string& name : names_in(call)) {
    std::optional<Json> alarm = alarms_.get(call.region, name);
    if (!alarm || (*alarm)["ActionsEnabled"] == enabled) continue;
    (*alarm)["ActionsEnabled"] = enabled;
    (*alarm)["AlarmConfigurationUpdatedTimestamp"] = format_iso_millis(clock_.now());
    alarms_.put(call.region, name, *alarm);
    add_history(call.region, name, "ConfigurationUpdate", fmt::format("Alarm \"{}\" updated", name),
                {{"version", "1.0"}, {"type", "Update"}, {"updatedAlarm", shown(*alarm)}});
  }
}

Json CloudWatch::enable_alarm_actions(const Call& call) {
  set_actions(call, true);
  return Json::object();
}

Json CloudWatch::disable_alarm_actions(const Call& call) {
  set_actions(call, false);
  return Json::object();
}

Json CloudWatch::set_alarm_state(const Call& call) {
  const std::string name = required(call, "AlarmName");
  const std::optional<Json> alarm = alarms_.get(call.region, name);
  if (!alarm) throw unknown_alarm();
  const std::string state = required(call, "StateValue");
  if (state != cloudwatch::kOk && state != cloudwatch::kAlarm && state != cloudwatch::kInsufficientData)
    throw validation(
        fmt::format("1 validation error detected: Value '{}' at 'stateValue' failed to satisfy constraint: "
                    "Member must satisfy enum value set: [INSUFFICIENT_DATA, ALARM, OK]",
                    state));
  const std::string data = text_or(call, "StateReasonData");
  if (!data.empty() && parse_json_or_discard(data).is_discarded())
    throw aws::ServiceError("InvalidFormat", "StateReasonData must be valid JSON");
  change_state(call.region, name, *alarm, state, text_or(call, "StateReason"), data);
  return Json::object();
}

std::string CloudWatch::alarm_of_arn(const Call& call) const {
  const std::string arn = text_or(call, "ResourceARN");
  const std::string resource = arn_part(arn, 5);
  if (!arn.starts_with("arn:") || !resource.starts_with("alarm:"))
    throw aws::ServiceError(
        "InvalidParameterValue",
        fmt::format("{} is no ARN of an alarm; only alarms have tags at this endpoint.", arn));
  const std::string name = resource.substr(std::string_view("alarm:").size());
  if (alarms_.get(call.region, name)) return name;
  aws::ServiceError::Details details;
  details.code = "ResourceNotFoundException";
  details.message = fmt::format("Alarm {} does not exist.", name);
  details.status = 404;
  details.members = {{"ResourceType", "alarm"}, {"ResourceId", name}};
  throw aws::ServiceError(std::move(details));
}

Json CloudWatch::tag_resource(const Call& call) {
  const std::string name = alarm_of_arn(call);
  Json alarm = *alarms_.get(call.region, name);
  add_tags(alarm["Tags"], member_or_null(call.input, "Tags"));
  if (alarm["Tags"].size() > kTagsMax)
    throw aws::ServiceError("InvalidParameterValue",
                            fmt::format("A resource has at most {} tags.", kTagsMax));
  alarms_.put(call.region, name, alarm);
  return Json::object();
}

Json CloudWatch::untag_resource(const Call& call) {
  const std::string name = alarm_of_arn(call);
  Json alarm = *alarms_.get(call.region, name);
  remove_tags(alarm["Tags"], member_or_null(call.input, "TagKeys"));
  alarms_.put(call.region, name, alarm);
  return Json::object();
}

Json CloudWatch::list_tags_for_resource(const Call& call) {
  return {{"Tags", tag_list((*alarms_.get(call.region, alarm_of_arn(call)))["Tags"])}};
}

}  // namespace aurora::local
