// When the alarms of CloudWatch go off, and what they do then.
#include <fmt/format.h>

#include <algorithm>

#include "base/dates.h"
#include "base/ids.h"
#include "local/cloudwatch.h"
#include "local/cloudwatch/metric_data.h"

namespace aurora::local {
namespace {

using namespace std::chrono_literals;
using cloudwatch::AlarmRule;
using cloudwatch::Datapoint;
using cloudwatch::Statistic;

// Percentiles of few values say little: fewer than ten beyond them.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/AlarmThatSendsEmail.html#percentiles-with-low-samples
bool has_few_samples(const Json& alarm, const Statistic& statistic, const cloudwatch::Summary& summary) {
  if (string_or(alarm, "EvaluateLowSampleCountPercentile", "evaluate") != "ignore") return false;
  const std::optional<double> part = statistic.percentile();
  if (!part) return false;
  const double beyond = std::min(*part, 1 - *part);
  return beyond <= 0 || summary.count < 10 / beyond;
}

std::chrono::seconds period_of(const Json& alarm, const cloudwatch::MetricQueries* queries) {
  return queries ? queries->period() : std::chrono::seconds(int_or(alarm, "Period", 60));
}

std::string reason_data(const Json& alarm, const AlarmRule& rule, const cloudwatch::AlarmVerdict& verdict,
                        TimePoint now) {
  Json recent = Json::array();
  Json evaluated = Json::array();
  for (const Datapoint& point : verdict.evaluated) {
    recent.push_back(*point.value);
    evaluated.push_back({{"timestamp", format_iso_millis(point.time)}, {"value", *point.value}});
  }
  std::reverse(recent.begin(), recent.end());
  Json data{{"version", "1.0"}, {"queryDate", format_iso_millis(now)}};
  if (!verdict.evaluated.empty()) data["startDate"] = format_iso_millis(verdict.evaluated.back().time);
  for (const auto& [member, name] : {std::pair{"Statistic", "statistic"},
                                     {"ExtendedStatistic", "statistic"},
                                     {"Unit", "unit"},
                                     {"Period", "period"}})
    if (alarm.contains(member)) data[name] = alarm[member];
  data["recentDatapoints"] = recent;
  data["threshold"] = rule.threshold;
  data["evaluatedDatapoints"] = evaluated;
  return dump_json(data);
}

const char* actions_for(const std::string& state) {
  if (state == cloudwatch::kAlarm) return "AlarmActions";
  return state == cloudwatch::kOk ? "OKActions" : "InsufficientDataActions";
}

Json history_state(const Json& alarm) {
  Json state{{"stateValue", alarm["StateValue"]}, {"stateReason", alarm["StateReason"]}};
  if (alarm.contains("StateReasonData"))
    state["stateReasonData"] = parse_json_or_discard(string_or(alarm, "StateReasonData", ""));
  return state;
}

}  // namespace

std::vector<Datapoint> CloudWatch::datapoints(const std::string& region, const Json& alarm,
                                              const AlarmRule& rule, TimePoint now) {
  std::optional<cloudwatch::MetricQueries> queries;
  if (alarm.contains("Metrics")) queries.emplace(metrics_, region, alarm["Metrics"]);
  const std::chrono::seconds period = period_of(alarm, queries ? &*queries : nullptr);
  const auto step = std::min<std::chrono::seconds>(period, 60s).count();
  const auto seconds = std::chrono::floor<std::chrono::seconds>(now.time_since_epoch()).count();
  const TimePoint end(std::chrono::seconds(seconds - seconds % step));
  const TimePoint start = end - period * rule.range();
  std::map<TimePoint, double> values;
  if (queries) {
    queries->set_window(start, end);
    const auto results = queries->results();
    if (!results.empty()) values = results.front().series.points;
  } else {
    const auto statistic =
        Statistic::parse(string_or(alarm, "Statistic", string_or(alarm, "ExtendedStatistic", "")));
    for (const cloudwatch::Point& point : metrics_.read(region, cloudwatch::metric_of(alarm),
                                                        {start, end, period, string_or(alarm, "Unit", "")}))
      if (const auto value = statistic->of(point.summary);
          value && !has_few_samples(alarm, *statistic, point.summary))
        values[point.start] = *value;
  }
  std::vector<Datapoint> points;
  for (TimePoint at = start; at < end; at += period) {
    const auto found = values.find(at);
    points.push_back({at, found == values.end() ? std::nullopt : std::optional(found->second)});
  }
  return points;
}

void CloudWatch::evaluate(const std::string& region, const std::string& name, const Json& alarm) {
  const AlarmRule rule = AlarmRule::of(alarm);
  const std::string current = string_or(alarm, "StateValue", "");
  const TimePoint now = clock_.now();
  const auto verdict = cloudwatch::judge(rule, datapoints(region, alarm, rule, now), current);
  if (verdict && verdict->state != current)
    change_state(region, name, alarm, verdict->state, verdict->reason,
                 reason_data(alarm, rule, *verdict, now));
}

void CloudWatch::change_state(const std::string& region, const std::string& name, const Json& alarm,
                              const std::string& state, const std::string& reason,
                              const std::string& reason_data) {
  cloudwatch::StateChange change{region, kAccountId, alarm, alarm, clock_.now()};
  Json& after = change.alarm;
  const bool is_new = state != string_or(alarm, "StateValue", "");
  after["StateValue"] = state;
  after["StateReason"] = reason;
  after.erase("StateReasonData");
  if (!reason_data.empty()) after["StateReasonData"] = reason_data;
  after["StateUpdatedTimestamp"] = format_iso_millis(change.when);
  if (is_new) after["StateTransitionedTimestamp"] = after["StateUpdatedTimestamp"];
  alarms_.put(region, name, after);
  if (!is_new) return;
  add_history(region, name, "StateUpdate",
              fmt::format("Alarm updated from {} to {}", string_or(alarm, "StateValue", ""), state),
              {{"version", "1.0"}, {"oldState", history_state(alarm)}, {"newState", history_state(after)}});
  if (event_sink_) enqueue(region, name, {{"event", cloudwatch::bus_event(change)}});
  if (!bool_or(after, "ActionsEnabled", true)) return;
  for (const Json& action : member_or_null(after, actions_for(state))) {
    const bool is_topic = arn_part(action.get<std::string>(), 2) == "sns";
    enqueue(region, name,
            {{"action", action},
             {"subject", cloudwatch::notification_subject(change)},
             {"content", is_topic ? cloudwatch::notification(change) : cloudwatch::lambda_event(change)}});
  }
}

void CloudWatch::enqueue(const std::string& region, const std::string& alarm, const Json& message) {
  SQLite::Statement insert(database_, "INSERT INTO message(region, alarm, content) VALUES(?, ?, ?)");
  insert.bind(1, region);
  insert.bind(2, alarm);
  insert.bind(3, dump_json(message));
  insert.exec();
}

void CloudWatch::evaluate_alarms() {
  {
    const std::lock_guard lock(mutex_);
    write_pending();
    WriteTransaction transaction(database_);
    SQLite::Statement regions(database_, "SELECT DISTINCT region FROM alarms");
    std::vector<std::string> names;
    while (regions.executeStep()) names.push_back(regions.getColumn(0).getString());
    for (const std::string& region : names)
      for (const Documents::Entry& entry : alarms_.list(region)) try {
          evaluate(region, entry.name, entry.document);
        } catch (const Error& failure) {
          // Metric math that makes no sense for what the metrics hold now: the state stays.
          log_.warning("An alarm could not be evaluated",
                       {{"region", region}, {"alarm", entry.name}, {"reason", failure.what()}});
        }
    transaction.commit();
  }
  deliver_messages();
}

void CloudWatch::deliver(const std::string& region, const Json& message) {
  if (message.contains("event")) {
    if (event_sink_) event_sink_(region, message["event"]);
    return;
  }
  const std::string arn = string_or(message, "action", "");
  Call call;
  call.region = region;
  call.request_id = new_uuid();
  if (arn_part(arn, 2) == "sns") {
    call.service = "sns";
    call.operation = "Publish";
    call.input = {
        {"TopicArn", arn}, {"Subject", message["subject"]}, {"Message", dump_json(message["content"])}};
  } else {
    call.service = "lambda";
    call.operation = "Invoke";
    call.input = {
        {"FunctionName", arn}, {"InvocationType", "Event"}, {"Payload", dump_json(message["content"])}};
  }
  router_.call(call);
}

// In the order in which they were stored. What is refused is told in the alarm's history, as CloudWatch does.
void CloudWatch::deliver_messages() {
  struct Message {
    std::int64_t id;
    std::string region, alarm;
    Json content;
  };
  std::vector<Message> messages;
  {
    const std::lock_guard lock(mutex_);
    SQLite::Statement query(database_, "SELECT id, region, alarm, content FROM message ORDER BY id");
    while (query.executeStep())
      messages.push_back({query.getColumn(0).getInt64(), query.getColumn(1).getString(),
                          query.getColumn(2).getString(),
                          parse_json(query.getColumn(3).getString(), "a stored message")});
  }
  for (const Message& message : messages) {
    std::string failure;
    try {
      deliver(message.region, message.content);
    } catch (const aws::ServiceError& error) {
      if (error.is("ServiceUnavailable")) return;  // the endpoint is stopping; the next one delivers it
      failure = error.message();
    }
    const std::lock_guard lock(mutex_);
    WriteTransaction transaction(database_);
    SQLite::Statement drop(database_, "DELETE FROM message WHERE id = ?");
    drop.bind(1, message.id);
    drop.exec();
    if (message.content.contains("action")) {
      const std::string arn = string_or(message.content, "action", "");
      add_history(message.region, message.alarm, "Action",
                  failure.empty()
                      ? fmt::format("Successfully executed action {}", arn)
                      : fmt::format("Failed to execute action {}. Received error: \"{}\"", arn, failure),
                  {{"actionState", failure.empty() ? "Succeeded" : "Failed"}, {"notificationResource", arn}});
    }
    transaction.commit();
  }
}

}  // namespace aurora::local
