// Amazon EventBridge: rules with event patterns on each Region's default bus, and their targets.
//
// The endpoint itself emits what Step Functions does ("Step Functions Execution Status Change"); PutEvents
// adds events of anybody; a rule with a schedule sends its targets "Scheduled Event". Targets are Step
// Functions, Lambda, SNS and SQS, by ARN. Other buses, InputTransformer, archives and pipes are refused by
// name.
#pragma once
#include <map>
#include <mutex>

#include "base/clock.h"
#include "base/log.h"
#include "local/documents.h"
#include "local/run_log.h"
#include "local/service_support.h"
#include "local/stepfunctions/engine.h"
#include "local/store.h"
#include "local/timekeeper.h"

namespace aurora::local {

class Events final : public Service, public stepfunctions::StatusListener {
 public:
  Events(const std::filesystem::path& directory, Clock& clock, Router& router, Log log);
  Json handle(const Call& call) override;

  bool may_want(const std::string& region, std::string_view status) override;
  bool wants(const std::string& region, const Json& event) override;
  // Every target of every rule that matches. A target that refuses is logged, as EventBridge drops an event
  // after its retries; one that cannot be reached now is thrown.
  void deliver(const std::string& region, const Json& event) override;

  // Schedules go by the clock from now on.
  void start() override { timekeeper_.start(); }
  void stop() override { timekeeper_.stop(); }
  // Sends what schedules are due, and says when the next one is. What is late by more than a minute, because
  // nobody was there to send it, is recorded as missed and never sent.
  std::optional<TimePoint> run_due();
  // Each rule with a schedule: name, region, expression, state, next time, last runs, missed runs.
  Json schedules();

 private:
  Json put_rule(const Call& call);
  Json describe_rule(const Call& call);
  Json list_rules(const Call& call);
  Json delete_rule(const Call& call);
  Json enable_rule(const Call& call);
  Json disable_rule(const Call& call);
  Json put_targets(const Call& call);
  Json remove_targets(const Call& call);
  Json list_targets_by_rule(const Call& call);
  Json put_events(const Call& call);
  Json test_event_pattern(const Call& call);
  Json tag_resource(const Call& call);
  Json untag_resource(const Call& call);
  Json list_tags_for_resource(const Call& call);

  Json set_state(const Call& call, const char* state);
  // Throws ResourceNotFoundException.
  Json find_rule(const Call& call, const std::string& name) const;
  void put(const std::string& region, const std::string& name, const Json& rule);
  // Rules that are enabled and have targets, with their patterns parsed.
  struct Active {
    Documents::Entry rule;
    Json pattern;
  };
  const std::vector<Active>& active(const std::string& region);
  // Refusals of targets are logged; the first is given.
  std::optional<aws::ServiceError> send_to_targets(const std::string& region, const Documents::Entry& rule,
                                                   const Json& event);
  void send(const std::string& region, const Json& target, const Json& event);

  // In events_schedule.cc.
  // Gives an enabled rule with a schedule its next time, and takes it from every other.
  void arm(Json& rule);
  std::vector<std::string> regions();
  std::optional<TimePoint> run_rule(const std::string& region, const Documents::Entry& rule);
  void run_once(const std::string& region, const Documents::Entry& rule, TimePoint time);

  Clock& clock_;
  Router& router_;
  Log log_;
  std::mutex mutex_;
  SQLite::Database database_;
  Documents rules_;
  RunLog runs_;
  std::map<std::string, std::vector<Active>> active_;  // by Region; forgotten when one of its rules changes
  Timekeeper timekeeper_;
};

}  // namespace aurora::local
