#include "local/events_schedule.h"

#include "local/testing/endpoint_fixture.h"

namespace aurora::local {
namespace {

// It is 2026-11-21T06:20:51Z.
class ScheduledRules : public testing::EndpointFixture {
 protected:
  ScheduledRules() { call("sqs", "CreateQueue", {{"QueueName", "q"}}); }
  void rule(const std::string& schedule, Json more = Json::object()) {
    Json input{{"Name", "nightly"}, {"ScheduleExpression", schedule}};
    input.update(more);
    call("events", "PutRule", input);
    call(
        "events", "PutTargets",
        {{"Rule", "nightly"}, {"Targets", {{{"Id", "1"}, {"Arn", "arn:aws:sqs:us-west-2:123456789012:q"}}}}});
  }
  Json received() {
    Json bodies = Json::array();
    const Json answer =
        call("sqs", "ReceiveMessage", {{"QueueUrl", "http://x/123456789012/q"}, {"MaxNumberOfMessages", 10}});
    for (const Json& message : member_or_null(answer, "Messages"))
      bodies.push_back(Json::parse(string_or(message, "Body", "")));
    return bodies;
  }
  std::string next_run() {
    const auto next = services->events.run_due();
    return next ? format_iso_seconds(*next) : "never";
  }
  Json shown() { return services->events.schedules().at(0); }
};

TEST_F(ScheduledRules, SendTheScheduledEvent) {
  rule("cron(0 2 * * ? *)");
  EXPECT_EQ(next_run(), "2026-11-22T02:00:00Z");
  EXPECT_EQ(received(), Json::array());
  clock.advance(*parse_iso("2026-11-22T02:00:00.4Z") - clock.now());
  EXPECT_EQ(next_run(), "2026-11-23T02:00:00Z");
  const Json events = received();
  ASSERT_EQ(events.size(), 1u);
  Json event = events[0];
  EXPECT_EQ(event["id"].get<std::string>().size(), 36u);
  event.erase("id");
  EXPECT_EQ(event, Json({{"version", "0"},
                         {"detail-type", "Scheduled Event"},
                         {"source", "aws.events"},
                         {"account", "123456789012"},
                         {"time", "2026-11-22T02:00:00Z"},
                         {"region", "us-west-2"},
                         {"resources", {"arn:aws:events:us-west-2:123456789012:rule/nightly"}},
                         {"detail", Json::object()}}));
  EXPECT_EQ(next_run(), "2026-11-23T02:00:00Z");
  EXPECT_EQ(received().size(), 0u) << "once";
}

TEST_F(ScheduledRules, ARateFiresFirstWhenItsTimeHasPassedOnce) {
  rule("rate(1 minute)");
  EXPECT_EQ(next_run(), "2026-11-21T06:21:51Z");
  clock.advance(std::chrono::seconds(60));
  EXPECT_EQ(next_run(), "2026-11-21T06:22:51Z");
  EXPECT_EQ(received().size(), 1u);
}

TEST_F(ScheduledRules, GoOnAfterARestartAndRecordWhatWasMissed) {
  rule("rate(1 hour)");
  clock.advance(std::chrono::minutes(60) * 3 + std::chrono::minutes(5));
  restart();
  EXPECT_EQ(next_run(), "2026-11-21T10:20:51Z");
  EXPECT_EQ(received().size(), 0u) << "nothing is run late";
  EXPECT_EQ(shown()["missed"], 3);
  EXPECT_EQ(shown()["runs"][0]["outcome"], "missed");
  EXPECT_EQ(shown()["runs"][0]["scheduled_time"], "2026-11-21T09:20:51Z");
  clock.advance(std::chrono::minutes(55));
  next_run();
  EXPECT_EQ(received().size(), 1u);
  EXPECT_EQ(shown()["runs"][0]["outcome"], "delivered");
}

TEST_F(ScheduledRules, CountFromWhenTheyWereEnabledAndKeepTheirTimeWhenPutAgain) {
  rule("rate(1 minute)", {{"EventPattern", R"({"source":["nobody"]})"}});
  clock.advance(std::chrono::seconds(30));
  rule("rate(1 minute)");
  EXPECT_EQ(next_run(), "2026-11-21T06:21:51Z");
  call("events", "DisableRule", {{"Name", "nightly"}});
  EXPECT_EQ(next_run(), "never");
  call("events", "EnableRule", {{"Name", "nightly"}});
  EXPECT_EQ(next_run(), "2026-11-21T06:22:21Z");
}

TEST_F(ScheduledRules, AreSilentWhileDisabled) {
  rule("rate(1 minute)", {{"State", "DISABLED"}});
  clock.advance(std::chrono::hours(2));
  EXPECT_EQ(next_run(), "never");
  EXPECT_EQ(shown()["missed"], 0) << "nobody wanted these runs";
}

TEST_F(ScheduledRules, DoNotMatchEveryEvent) {
  rule("rate(1 day)");
  EXPECT_FALSE(services->events.wants("us-west-2", {{"source", "aws.states"}}));
  rule("rate(1 day)", {{"EventPattern", R"({"source":["aws.states"]})"}});
  EXPECT_TRUE(services->events.wants("us-west-2", {{"source", "aws.states"}}));
  EXPECT_EQ(call("events", "DescribeRule", {{"Name", "nightly"}})["ScheduleExpression"], "rate(1 day)");
}

TEST_F(ScheduledRules, SayWhatTheirTargetRefused) {
  call("events", "PutRule", {{"Name", "nightly"}, {"ScheduleExpression", "rate(1 minute)"}});
  call("events", "PutTargets",
       {{"Rule", "nightly"},
        {"Targets", {{{"Id", "1"}, {"Arn", "arn:aws:sns:us-west-2:123456789012:gone"}}}}});
  clock.advance(std::chrono::seconds(60));
  next_run();
  EXPECT_EQ(shown()["runs"][0]["outcome"], "failed");
  EXPECT_EQ(shown()["runs"][0]["error"], "NotFound");
}

TEST_F(ScheduledRules, RefuseInAwsWords) {
  for (const char* schedule : {"cron(0 2 * * *)", "rate(1 minutes)", "at(2026-12-24T02:00:00)", "daily"}) {
    EXPECT_EQ(refusal("events", "PutRule", {{"Name", "r"}, {"ScheduleExpression", schedule}}),
              "ValidationException");
    EXPECT_EQ(last_message, "Parameter ScheduleExpression is not valid.");
  }
  EXPECT_EQ(refusal("events", "PutRule", {{"Name", "r"}}), "ValidationException");
}

}  // namespace
}  // namespace aurora::local
