// Amazon CloudWatch: metrics, alarms on metrics and on metric math, dashboards.
//
// Alarms are evaluated every ten seconds, over periods that end with a whole minute (or ten seconds, where
// theirs are shorter), and act on SNS topics and Lambda functions. What an action is to tell is stored with
// the change of state, so it is told at least once, also by the next process. Composite alarms, anomaly
// detection, metric streams and insight rules are refused by name.
#pragma once
#include <functional>
#include <mutex>
#include <thread>

#include "base/clock.h"
#include "base/log.h"
#include "local/cloudwatch/alarm.h"
#include "local/cloudwatch/alarm_messages.h"
#include "local/cloudwatch/metric_store.h"
#include "local/documents.h"
#include "local/service_support.h"
#include "local/store.h"

namespace aurora::local {

class CloudWatch final : public Service, public cloudwatch::MetricSink {
 public:
  // Alarm actions go through the router.
  CloudWatch(const std::filesystem::path& directory, Clock& clock, Router& router, Log log);
  ~CloudWatch() override;

  // Where "CloudWatch Alarm State Change" events go; before start().
  using EventSink = std::function<void(const std::string& region, const Json& event)>;
  void set_event_sink(EventSink sink) { event_sink_ = std::move(sink); }

  Json handle(const Call& call) override;
  void start() override;
  void stop() override;

  // Gathered and written once a second, and before anything is read.
  void record(const std::string& region, cloudwatch::Datum datum) noexcept override;

  // Looks at every alarm once, and carries out what actions are due. Called by the background thread; by
  // tests on virtual time.
  void evaluate_alarms();

 private:
  // In cloudwatch_metrics.cc.
  Json put_metric_data(const Call& call);
  Json get_metric_data(const Call& call);
  Json get_metric_statistics(const Call& call);
  Json list_metrics(const Call& call);

  // In cloudwatch_alarms.cc.
  Json put_metric_alarm(const Call& call);
  Json put_composite_alarm(const Call& call);
  Json describe_alarms(const Call& call);
  Json describe_alarms_for_metric(const Call& call);
  Json describe_alarm_history(const Call& call);
  Json delete_alarms(const Call& call);
  Json enable_alarm_actions(const Call& call);
  Json disable_alarm_actions(const Call& call);
  Json set_alarm_state(const Call& call);
  Json tag_resource(const Call& call);
  Json untag_resource(const Call& call);
  Json list_tags_for_resource(const Call& call);

  // In cloudwatch_dashboards.cc.
  Json put_dashboard(const Call& call);
  Json get_dashboard(const Call& call);
  Json list_dashboards(const Call& call);
  Json delete_dashboards(const Call& call);

  // All of these want the lock held.
  void write_pending();
  void drop_old(TimePoint now);
  void set_actions(const Call& call, bool enabled);
  void add_history(const std::string& region, const std::string& alarm, const std::string& type,
                   const std::string& summary, const Json& data);
  std::string alarm_of_arn(const Call& call) const;

  // In cloudwatch_evaluation.cc; with the lock held.
  std::vector<cloudwatch::Datapoint> datapoints(const std::string& region, const Json& alarm,
                                                const cloudwatch::AlarmRule& rule, TimePoint now);
  void evaluate(const std::string& region, const std::string& name, const Json& alarm);
  // Stores the new state, what happened, and what is to be told of it.
  void change_state(const std::string& region, const std::string& name, const Json& alarm,
                    const std::string& state, const std::string& reason, const std::string& reason_data);
  void enqueue(const std::string& region, const std::string& alarm, const Json& message);
  // Without the lock.
  void deliver_messages();
  void deliver(const std::string& region, const Json& message);
  void work(const std::stop_token& stop);

  Clock& clock_;
  Router& router_;
  const Log log_;
  EventSink event_sink_;
  std::mutex mutex_;
  SQLite::Database database_;
  Documents alarms_;
  Documents dashboards_;
  cloudwatch::MetricStore metrics_;
  std::mutex pending_mutex_;
  std::vector<std::pair<std::string, cloudwatch::Datum>> pending_;
  std::jthread worker_;
};

}  // namespace aurora::local
