#include "local/scheduler/target.h"

#include <gtest/gtest.h>

#include "base/dates.h"

namespace aurora::local::scheduler {
namespace {

// Remembers what it was asked.
class Recorder final : public Router {
 public:
  Json call(const Call& call) override {
    asked = call.service + "." + call.operation + " " + dump_json(call.input);
    return Json{{"executionArn", "arn:x"}, {"Entries", {{{"EventId", "e"}}}}};
  }
  std::string asked;
};

Json target(const std::string& arn, const std::string& input = "{}") {
  return {{"Arn", arn}, {"RoleArn", "arn:aws:iam::123456789012:role/r"}, {"Input", input}};
}

const Attempt kAttempt{.region = "us-west-2",
                       .schedule_arn = "arn:aws:scheduler:us-west-2:123456789012:schedule/default/nightly",
                       .scheduled = *parse_iso("2026-11-28T02:00:00Z"),
                       .execution_id = "e-1",
                       .number = 2};

std::string asked(const Json& of) {
  Recorder recorder;
  check_target(of);
  invoke_target(recorder, of, kAttempt);
  return recorder.asked;
}

std::string refusal(const Json& of) {
  try {
    check_target(of);
  } catch (const aws::ServiceError& error) {
    return error.message();
  }
  return "taken";
}

TEST(SchedulerTarget, AnExecutionIsNamedAfterItsRun) {
  EXPECT_EQ(
      asked(target("arn:aws:states:us-west-2:123456789012:stateMachine:m",
                   R"({"t":"<aws.scheduler.scheduled-time>","n":"<aws.scheduler.attempt-number>"})")),
      R"(stepfunctions.StartExecution {"stateMachineArn":"arn:aws:states:us-west-2:123456789012:stateMachine:m",)"
      R"("name":"e-1","input":"{\"t\":\"2026-11-28T02:00:00Z\",\"n\":\"2\"}"})");
}

TEST(SchedulerTarget, AUniversalOneCallsItsOperation) {
  EXPECT_EQ(asked(target("arn:aws:scheduler:::aws-sdk:sfn:startExecution",
                         R"({"StateMachineArn":"arn:m","Name":"nightly-<aws.scheduler.execution-id>"})")),
            R"(stepfunctions.StartExecution {"stateMachineArn":"arn:m","name":"nightly-e-1"})");
  EXPECT_EQ(
      asked(target("arn:aws:scheduler:::aws-sdk:sqs:sendMessage", R"({"QueueUrl":"u","MessageBody":"b"})")),
      R"(sqs.SendMessage {"QueueUrl":"u","MessageBody":"b"})");
}

TEST(SchedulerTarget, AnEventBusGetsAnEvent) {
  Json bus = target("arn:aws:events:us-west-2:123456789012:event-bus/default", R"({"a":1})");
  EXPECT_NE(refusal(bus), "taken");
  bus["EventBridgeParameters"] = {{"Source", "s"}, {"DetailType", "d"}};
  EXPECT_EQ(
      asked(bus),
      R"(events.PutEvents {"Entries":[{"Source":"s","DetailType":"d","Resources":)"
      R"(["arn:aws:scheduler:us-west-2:123456789012:schedule/default/nightly"],"Detail":"{\"a\":1}"}]})");
}

TEST(SchedulerTarget, RefusesWhatItCannotReach) {
  EXPECT_EQ(refusal({{"Arn", "arn:aws:sqs:us-west-2:123456789012:q"}, {"RoleArn", "nobody"}}),
            "The execution role you provide must allow AWS EventBridge Scheduler to assume the role.");
  EXPECT_NE(refusal(target("arn:aws:ecs:us-west-2:123456789012:cluster/c")), "taken");
  EXPECT_NE(refusal(target("arn:aws:scheduler:::aws-sdk:sfn:doWhatIMean")), "taken");
  EXPECT_NE(refusal(target("arn:aws:scheduler:::aws-sdk:")), "taken");
  Json dead = target("arn:aws:sqs:us-west-2:123456789012:q");
  dead["DeadLetterConfig"] = {{"Arn", "arn:aws:sns:us-west-2:123456789012:t"}};
  EXPECT_NE(refusal(dead), "taken");
}

}  // namespace
}  // namespace aurora::local::scheduler
