// Amazon EventBridge Scheduler: schedules and their groups, one-time and recurring, in any time zone.
//
// Targets are Step Functions, Lambda, SNS, SQS and PutEvents by ARN, and every operation that this endpoint
// carries as a universal target (arn:aws:scheduler:::aws-sdk:sfn:startExecution). Roles are not assumed, and
// KMS keys are kept but not used. Times that came while the endpoint was down are delivered late, within the
// retry policy's MaximumEventAgeInSeconds.
// https://docs.aws.amazon.com/scheduler/latest/APIReference
#pragma once
#include <mutex>

#include "base/clock.h"
#include "base/log.h"
#include "local/documents.h"
#include "local/run_log.h"
#include "local/service_support.h"
#include "local/store.h"
#include "local/timekeeper.h"

namespace aurora::local {

class Scheduler final : public Service {
 public:
  Scheduler(const std::filesystem::path& directory, Clock& clock, Router& router, Log log);
  Json handle(const Call& call) override;
  void start() override { timekeeper_.start(); }
  void stop() override { timekeeper_.stop(); }

  // Delivers what is due, and says when something is due next. For one thread at a time.
  std::optional<TimePoint> run_due();
  // Each schedule: name, group, region, expression, state, next time, last runs, missed runs.
  Json schedules();

 private:
  Json create_schedule_group(const Call& call);
  Json get_schedule_group(const Call& call);
  Json delete_schedule_group(const Call& call);
  Json list_schedule_groups(const Call& call);
  Json tag_resource(const Call& call);
  Json untag_resource(const Call& call);
  Json list_tags_for_resource(const Call& call);
  Json find_group(const std::string& region, const std::string& name) const;
  // The name and document of the group whose ARN the call gives.
  Documents::Entry tagged_group(const Call& call) const;

  // In scheduler_schedules.cc.
  Json create_schedule(const Call& call);
  Json get_schedule(const Call& call);
  Json update_schedule(const Call& call);
  Json delete_schedule(const Call& call);
  Json list_schedules(const Call& call);
  Json find_schedule(const Call& call) const;
  void forget_schedule(const std::string& region, const std::string& key);

  // In scheduler_invocations.cc.
  std::vector<std::pair<std::string, Documents::Entry>> all(const Documents& documents, const char* table);
  void take_due(const std::string& region, const Documents::Entry& schedule);
  void invoke(const std::string& region, const Documents::Entry& invocation);
  // After an attempt: the invocation is over, or comes again.
  void settle(const std::string& region, const Documents::Entry& invocation, const Json& run);
  void put_off(const std::string& region, const Documents::Entry& invocation);
  void send_to_dead_letters(const std::string& region, const Json& invocation, const Json& run,
                            std::string_view exhausted);
  std::optional<TimePoint> earliest();

  Clock& clock_;
  Router& router_;
  const Log log_;
  std::mutex mutex_;
  SQLite::Database database_;
  Documents groups_;       // by name; the default group is there without being stored
  Documents schedules_;    // by "group/name"
  Documents invocations_;  // by "group/name#time": what is to be delivered, or delivered again
  RunLog runs_;            // by "group/name"
  Timekeeper timekeeper_;
};

}  // namespace aurora::local
