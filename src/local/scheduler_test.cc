#include "local/scheduler.h"

#include "local/testing/endpoint_fixture.h"

namespace aurora::local {
namespace {

// It is 2026-11-21T06:20:51Z.
class SchedulerTest : public testing::EndpointFixture {
 protected:
  SchedulerTest() {
    begin();
    call("sqs", "CreateQueue", {{"QueueName", "q"}});
    call("sqs", "CreateQueue", {{"QueueName", "dead"}});
  }
  // Ends the service and begins it anew on what it stored.
  void begin() {
    scheduler.reset();
    scheduler = std::make_unique<Scheduler>(directory.path(), clock, services->endpoint, Log::none());
  }
  Json ask(const std::string& operation, const Json& input) {
    Call call;
    call.service = "scheduler";
    call.region = "us-west-2";
    call.operation = operation;
    call.input = input;
    return scheduler->handle(call);
  }
  std::string refused(const std::string& operation, const Json& input) {
    try {
      return "answered " + dump_json(ask(operation, input));
    } catch (const aws::ServiceError& error) {
      return error.code() + ": " + error.message();
    }
  }
  static Json request(const std::string& expression, const Json& more = Json::object(),
                      const Json& target = Json::object()) {
    Json input{{"Name", "nightly"},
               {"ScheduleExpression", expression},
               {"FlexibleTimeWindow", {{"Mode", "OFF"}}},
               {"Target",
                {{"Arn", "arn:aws:sqs:us-west-2:123456789012:q"},
                 {"RoleArn", "arn:aws:iam::123456789012:role/scheduler"},
                 {"Input", "<aws.scheduler.scheduled-time> <aws.scheduler.attempt-number>"}}}};
    input.update(more);
    input["Target"].update(target);
    return input;
  }
  Json bodies(const std::string& queue = "q") {
    Json found = Json::array();
    const std::string url = "http://x/123456789012/" + queue;
    const Json answer =
        call("sqs", "ReceiveMessage",
             {{"QueueUrl", url}, {"MaxNumberOfMessages", 10}, {"MessageAttributeNames", {"All"}}});
    for (const Json& message : member_or_null(answer, "Messages")) {
      last_attributes = member_or_null(message, "MessageAttributes");
      found.push_back(message["Body"]);
      call("sqs", "DeleteMessage", {{"QueueUrl", url}, {"ReceiptHandle", message["ReceiptHandle"]}});
    }
    return found;
  }
  std::string next_run() {
    const auto next = scheduler->run_due();
    return next ? format_iso_seconds(*next) : "never";
  }
  void pass(Duration time) { clock.advance(time); }

  std::unique_ptr<Scheduler> scheduler;
  Json last_attributes;
};

TEST_F(SchedulerTest, RunsAtItsTimeInItsZone) {
  ask("CreateSchedule", request("cron(0 2 * * ? *)", {{"ScheduleExpressionTimezone", "Europe/Berlin"}}));
  EXPECT_EQ(next_run(), "2026-11-22T01:00:00Z");
  pass(*parse_iso("2026-11-22T01:00:00Z") - clock.now());
  EXPECT_EQ(next_run(), "2026-11-23T01:00:00Z");
  EXPECT_EQ(bodies(), Json({"2026-11-22T01:00:00Z 1"}));
  next_run();
  EXPECT_EQ(bodies(), Json::array()) << "once";
  EXPECT_EQ(scheduler->schedules()[0]["runs"][0]["outcome"], "delivered");
}

TEST_F(SchedulerTest, ARateBeginsAtOnceOrAtItsStartAndEndsWithItsEnd) {
  ask("CreateSchedule", request("rate(1 hour)"));
  EXPECT_EQ(next_run(), "2026-11-21T07:20:51Z");
  EXPECT_EQ(bodies(), Json({"2026-11-21T06:20:51Z 1"}));
  ask("UpdateSchedule",
      request("rate(1 hour)", {{"StartDate", "2026-11-21T10:00:00Z"}, {"EndDate", "2026-11-21T11:30:00Z"}}));
  EXPECT_EQ(next_run(), "2026-11-21T10:00:00Z");
  pass(std::chrono::hours(6));
  EXPECT_EQ(next_run(), "never");
  EXPECT_EQ(bodies(), Json({"2026-11-21T10:00:00Z 1", "2026-11-21T11:00:00Z 1"}));
}

TEST_F(SchedulerTest, AChangeKeepsTheBeatOfARate) {
  ask("CreateSchedule", request("rate(1 hour)"));
  next_run();
  pass(std::chrono::minutes(10));
  ask("UpdateSchedule", request("rate(1 hour)", {{"Description", "another text"}}));
  EXPECT_EQ(next_run(), "2026-11-21T07:20:51Z");
}

TEST_F(SchedulerTest, RunsLateWhatCameWhileItWasDown) {
  ask("CreateSchedule",
      request("rate(1 hour)", {{"StartDate", "2026-11-21T07:00:00Z"}},
              {{"RetryPolicy", {{"MaximumEventAgeInSeconds", 7200}, {"MaximumRetryAttempts", 0}}}}));
  pass(*parse_iso("2026-11-21T12:30:00Z") - clock.now());
  begin();
  EXPECT_EQ(next_run(), "2026-11-21T13:00:00Z");
  EXPECT_EQ(bodies(), Json({"2026-11-21T11:00:00Z 1", "2026-11-21T12:00:00Z 1"}));
  const Json shown = scheduler->schedules()[0];
  EXPECT_EQ(shown["missed"], 4);
  EXPECT_EQ(shown["runs"][2]["outcome"], "missed");
  EXPECT_EQ(shown["runs"][2]["scheduled_time"], "2026-11-21T10:00:00Z");
}

TEST_F(SchedulerTest, OnceIsOnceAndMayGoAfterwards) {
  ask("CreateSchedule", request("at(2026-11-21T07:00:00)", {{"ActionAfterCompletion", "DELETE"}}));
  Json kept = request("at(2026-11-21T07:00:00)");
  kept["Name"] = "kept";
  ask("CreateSchedule", kept);
  pass(std::chrono::hours(1));
  begin();
  EXPECT_EQ(next_run(), "never");
  EXPECT_EQ(bodies().size(), 2u);
  EXPECT_EQ(refused("GetSchedule", {{"Name", "nightly"}}),
            "ResourceNotFoundException: Schedule nightly does not exist.");
  EXPECT_EQ(ask("GetSchedule", {{"Name", "kept"}})["State"], "ENABLED");
}

TEST_F(SchedulerTest, AFlexibleWindowSpreadsWithinItself) {
  ask("CreateSchedule",
      request("at(2026-11-21T07:00:00)",
              {{"FlexibleTimeWindow", {{"Mode", "FLEXIBLE"}, {"MaximumWindowInMinutes", 15}}}}));
  pass(*parse_iso("2026-11-21T07:00:00Z") - clock.now());
  const std::string planned = next_run();
  EXPECT_GE(planned, "2026-11-21T07:00:00Z");
  EXPECT_LE(planned, "2026-11-21T07:15:00Z");
  begin();
  EXPECT_EQ(next_run(), planned) << "drawn once";
  pass(std::chrono::minutes(15));
  next_run();
  EXPECT_EQ(bodies(), Json({"2026-11-21T07:00:00Z 1"})) << "the scheduled time, not that of the run";
}

TEST_F(SchedulerTest, TriesAgainWhatMayPass) {
  // The router's own refusal of a service that is not there has status 404: no fault of ours to wait out.
  class Failing final : public Router {
   public:
    Json call(const Call&) override {
      if (++calls < 3) throw aws::ServiceError("InternalFailure", "not now", 500);
      return {{"MessageId", "m"}, {"QueueUrl", "u"}};
    }
    int calls = 0;
  } failing;
  Scheduler other(directory.path(), clock, failing, Log::none());
  ask("CreateSchedule", request("at(2026-11-21T06:20:51)"));
  other.run_due();
  EXPECT_EQ(failing.calls, 1);
  other.run_due();
  EXPECT_EQ(failing.calls, 1) << "not before its backoff";
  pass(std::chrono::seconds(2));
  other.run_due();
  pass(std::chrono::seconds(4));
  other.run_due();
  const Json run = other.schedules()[0]["runs"][0];
  EXPECT_EQ(run["outcome"], "delivered");
  EXPECT_EQ(run["attempts"], 3);
}

TEST_F(SchedulerTest, GivesUpIntoTheDeadLetterQueue) {
  class Refusing final : public Router {
   public:
    explicit Refusing(Router& endpoint) : endpoint_(endpoint) {}
    Json call(const Call& call) override {
      if (call.service == "sqs") return endpoint_.call(call);
      throw aws::ServiceError("InternalFailure", "never", 500);
    }

   private:
    Router& endpoint_;
  } refusing(services->endpoint);
  Scheduler other(directory.path(), clock, refusing, Log::none());
  ask("CreateSchedule",
      request("at(2026-11-21T06:20:51)", Json::object(),
              {{"Arn", "arn:aws:sns:us-west-2:123456789012:t"},
               {"RetryPolicy", {{"MaximumRetryAttempts", 1}}},
               {"DeadLetterConfig", {{"Arn", "arn:aws:sqs:us-west-2:123456789012:dead"}}}}));
  other.run_due();
  EXPECT_EQ(bodies("dead"), Json::array());
  pass(std::chrono::seconds(2));
  other.run_due();
  EXPECT_EQ(bodies("dead"), Json({"2026-11-21T06:20:51Z 2"}));
  EXPECT_EQ(last_attributes["EXHAUSTED_RETRY_CONDITION"]["StringValue"], "MaximumRetryAttempts");
  EXPECT_EQ(last_attributes["ERROR_CODE"]["StringValue"], "InternalFailure");
  EXPECT_EQ(last_attributes["RETRY_ATTEMPTS"]["StringValue"], "1");
  EXPECT_EQ(other.schedules()[0]["runs"][0]["outcome"], "failed");
}

TEST_F(SchedulerTest, WhatIsPausedIsNeitherRunNorMissed) {
  ask("CreateSchedule", request("cron(0 * * * ? *)", {{"State", "DISABLED"}}));
  pass(std::chrono::hours(48));
  EXPECT_EQ(next_run(), "never");
  ask("UpdateSchedule", request("cron(0 * * * ? *)"));
  EXPECT_EQ(next_run(), "2026-11-23T07:00:00Z");
  EXPECT_EQ(scheduler->schedules()[0]["missed"], 0);
}

TEST_F(SchedulerTest, ShowsWhatItWasGivenAndEveryDefault) {
  ask("CreateSchedule", request("rate(1 day)", {{"Description", "d"}, {"ClientToken", "t"}}));
  const Json shown = ask("GetSchedule", {{"Name", "nightly"}});
  EXPECT_EQ(shown["Arn"], "arn:aws:scheduler:us-west-2:123456789012:schedule/default/nightly");
  EXPECT_EQ(shown["GroupName"], "default");
  EXPECT_EQ(shown["ScheduleExpressionTimezone"], "UTC");
  EXPECT_EQ(shown["ActionAfterCompletion"], "NONE");
  EXPECT_EQ(shown["CreationDate"], "2026-11-21T06:20:51.000Z");
  EXPECT_EQ(shown["Target"]["RetryPolicy"]["MaximumRetryAttempts"], 185);
  EXPECT_FALSE(shown.contains("next") || shown.contains("anchor") || shown.contains("ClientToken"));
}

TEST_F(SchedulerTest, ARepeatedRequestMakesOneSchedule) {
  const Json first = ask("CreateSchedule", request("rate(1 day)", {{"ClientToken", "t"}}));
  EXPECT_EQ(ask("CreateSchedule", request("rate(1 day)", {{"ClientToken", "t"}})), first);
  EXPECT_EQ(refused("CreateSchedule", request("rate(2 days)", {{"ClientToken", "t"}})),
            "ConflictException: Schedule nightly already exists.");
  EXPECT_EQ(refused("CreateSchedule", request("rate(1 day)", {{"ClientToken", "u"}})),
            "ConflictException: Schedule nightly already exists.");
}

TEST_F(SchedulerTest, GroupsHoldTheirSchedulesAndTags) {
  ask("CreateScheduleGroup", {{"Name", "team"}, {"Tags", {{{"Key", "a"}, {"Value", "1"}}}}});
  EXPECT_EQ(refused("CreateScheduleGroup", {{"Name", "team"}}),
            "ConflictException: Schedule group team already exists.");
  ask("CreateSchedule", request("rate(1 day)", {{"GroupName", "team"}}));
  ask("CreateSchedule", request("rate(1 day)"));
  EXPECT_EQ(ask("ListSchedules", {{"GroupName", "team"}})["Schedules"].size(), 1u);
  EXPECT_EQ(ask("ListSchedules", Json::object())["Schedules"].size(), 2u);
  EXPECT_EQ(ask("ListScheduleGroups", Json::object())["ScheduleGroups"][0]["Name"], "default");
  const std::string arn = "arn:aws:scheduler:us-west-2:123456789012:schedule-group/team";
  ask("TagResource", {{"ResourceArn", arn}, {"Tags", {{{"Key", "b"}, {"Value", "2"}}}}});
  ask("UntagResource", {{"ResourceArn", arn}, {"TagKeys", {"a"}}});
  EXPECT_EQ(ask("ListTagsForResource", {{"ResourceArn", arn}})["Tags"],
            Json({{{"Key", "b"}, {"Value", "2"}}}));
  ask("DeleteScheduleGroup", {{"Name", "team"}});
  EXPECT_EQ(ask("ListSchedules", Json::object())["Schedules"].size(), 1u);
  EXPECT_EQ(refused("ListSchedules", {{"GroupName", "team"}}),
            "ResourceNotFoundException: Schedule group team does not exist.");
  EXPECT_EQ(refused("DeleteScheduleGroup", {{"Name", "default"}}).substr(0, 19), "ValidationException");
}

TEST_F(SchedulerTest, PagesFitTogether) {
  for (const char* name : {"a", "b", "c"}) ask("CreateSchedule", request("rate(1 day)", {{"Name", name}}));
  const Json first = ask("ListSchedules", {{"MaxResults", 2}});
  EXPECT_EQ(first["Schedules"].size(), 2u);
  const Json second = ask("ListSchedules", {{"MaxResults", 2}, {"NextToken", first["NextToken"]}});
  EXPECT_EQ(second["Schedules"][0]["Name"], "c");
  EXPECT_FALSE(second.contains("NextToken"));
}

}  // namespace
}  // namespace aurora::local
