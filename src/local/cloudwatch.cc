#include "local/cloudwatch.h"

#include "base/dates.h"

namespace aurora::local {
namespace {

using namespace std::chrono_literals;

constexpr char kHistory[] =
    "CREATE TABLE history(id INTEGER PRIMARY KEY AUTOINCREMENT, region TEXT NOT NULL, alarm TEXT NOT NULL,"
    "time_ms INTEGER NOT NULL, type TEXT NOT NULL, summary TEXT NOT NULL, data TEXT NOT NULL);"
    "CREATE INDEX history_by_alarm ON history(region, alarm, time_ms, id)";
constexpr char kMessages[] =
    "CREATE TABLE message(id INTEGER PRIMARY KEY AUTOINCREMENT, region TEXT NOT NULL, alarm TEXT NOT NULL,"
    "content TEXT NOT NULL)";

constexpr auto kWriteEvery = 1s;
constexpr auto kEvaluateEvery = 10s;
constexpr auto kRollUpEvery = 10min;
constexpr auto kHistoryKept = 24h * 30;
// What a runaway function may leave to be written.
constexpr std::size_t kPendingMax = 100'000;

std::vector<std::string> migrations() {
  std::vector<std::string> all = cloudwatch::MetricStore::migrations();
  for (const std::string& more : {Documents::schema("alarms"), Documents::schema("dashboards"),
                                  std::string(kHistory), std::string(kMessages)})
    all.push_back(more);
  return all;
}

}  // namespace

CloudWatch::CloudWatch(const std::filesystem::path& directory, Clock& clock, Router& router, Log log)
    : clock_(clock),
      router_(router),
      log_(std::move(log)),
      database_(open_store(directory, "cloudwatch", migrations())),
      alarms_(database_, "alarms"),
      dashboards_(database_, "dashboards"),
      metrics_(database_) {}

CloudWatch::~CloudWatch() {
  stop();
}

Json CloudWatch::handle(const Call& call) {
  static const Handlers<CloudWatch> kHandlers = {
      {"PutMetricData", &CloudWatch::put_metric_data},
      {"GetMetricData", &CloudWatch::get_metric_data},
      {"GetMetricStatistics", &CloudWatch::get_metric_statistics},
      {"ListMetrics", &CloudWatch::list_metrics},
      {"PutMetricAlarm", &CloudWatch::put_metric_alarm},
      {"PutCompositeAlarm", &CloudWatch::put_composite_alarm},
      {"DescribeAlarms", &CloudWatch::describe_alarms},
      {"DescribeAlarmsForMetric", &CloudWatch::describe_alarms_for_metric},
      {"DescribeAlarmHistory", &CloudWatch::describe_alarm_history},
      {"DeleteAlarms", &CloudWatch::delete_alarms},
      {"EnableAlarmActions", &CloudWatch::enable_alarm_actions},
      {"DisableAlarmActions", &CloudWatch::disable_alarm_actions},
      {"SetAlarmState", &CloudWatch::set_alarm_state},
      {"PutDashboard", &CloudWatch::put_dashboard},
      {"GetDashboard", &CloudWatch::get_dashboard},
      {"ListDashboards", &CloudWatch::list_dashboards},
      {"DeleteDashboards", &CloudWatch::delete_dashboards},
      {"TagResource", &CloudWatch::tag_resource},
      {"UntagResource", &CloudWatch::untag_resource},
      {"ListTagsForResource", &CloudWatch::list_tags_for_resource},
  };
  Json answer;
  {
    const std::lock_guard lock(mutex_);
    write_pending();
    WriteTransaction transaction(database_);
    answer = dispatch(*this, kHandlers, call);
    transaction.commit();
  }
  if (call.operation == "SetAlarmState") deliver_messages();
  return answer;
}

void CloudWatch::start() {
  worker_ = std::jthread([this](const std::stop_token& stop) { work(stop); });
}

void CloudWatch::stop() {
  worker_ = {};
  const std::lock_guard lock(mutex_);
  try {
    write_pending();
  } catch (const std::exception& failure) {
    log_.error("The last metrics could not be written", {{"reason", failure.what()}});
  }
}

void CloudWatch::record(const std::string& region, cloudwatch::Datum datum) noexcept {
  try {
    const std::lock_guard lock(pending_mutex_);
    if (pending_.size() < kPendingMax) pending_.emplace_back(region, std::move(datum));
  } catch (const std::exception&) {
    // Out of memory: what is observed goes before its metrics.
  }
}

void CloudWatch::write_pending() {
  std::vector<std::pair<std::string, cloudwatch::Datum>> taken;
  {
    const std::lock_guard lock(pending_mutex_);
    taken.swap(pending_);
  }
  if (taken.empty()) return;
  WriteTransaction transaction(database_);
  for (const auto& [region, datum] : taken) metrics_.record(region, datum);
  transaction.commit();
}

void CloudWatch::work(const std::stop_token& stop) {
  TimePoint evaluated = clock_.now() - kEvaluateEvery;
  TimePoint rolled_up = clock_.now();
  while (clock_.sleep_for(kWriteEvery, stop)) {
    try {
      const TimePoint now = clock_.now();
      if (now - evaluated >= kEvaluateEvery) {
        evaluated = now;
        evaluate_alarms();
        continue;
      }
      const std::lock_guard lock(mutex_);
      write_pending();
      if (now - rolled_up < kRollUpEvery) continue;
      rolled_up = now;
      drop_old(now);
    } catch (const std::exception& failure) {
      log_.error("Metrics and alarms could not be kept; they are looked at again",
                 {{"reason", failure.what()}});
    }
  }
}

void CloudWatch::drop_old(TimePoint now) {
  WriteTransaction transaction(database_);
  metrics_.roll_up(now);
  SQLite::Statement drop(database_, "DELETE FROM history WHERE time_ms < ?");
  drop.bind(1, static_cast<std::int64_t>(to_epoch_seconds(now - kHistoryKept) * 1000));
  drop.exec();
  transaction.commit();
}

void CloudWatch::add_history(const std::string& region, const std::string& alarm, const std::string& type,
                             const std::string& summary, const Json& data) {
  SQLite::Statement insert(
      database_, "INSERT INTO history(region, alarm, time_ms, type, summary, data) VALUES(?, ?, ?, ?, ?, ?)");
  insert.bind(1, region);
  insert.bind(2, alarm);
  insert.bind(3, static_cast<std::int64_t>(std::llround(to_epoch_seconds(clock_.now()) * 1000)));
  insert.bind(4, type);
  insert.bind(5, summary);
  insert.bind(6, dump_json(data));
  insert.exec();
}

}  // namespace aurora::local
