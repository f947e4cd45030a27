#include "local/events.h"

#include "local/testing/endpoint_fixture.h"

namespace aurora::local {
namespace {

class Rules : public testing::EndpointFixture {
 protected:
  Rules() {
    call("sqs", "CreateQueue", {{"QueueName", "q"}});
    call("events", "PutRule",
         {{"Name", "stopped"},
          {"EventPattern", R"({"source":["aws.states"],"detail":{"status":["ABORTED"]}})"}});
  }
  void target(Json more = Json::object()) {
    Json one{{"Id", "1"}, {"Arn", "arn:aws:sqs:us-west-2:123456789012:q"}};
    one.update(more);
    call("events", "PutTargets", {{"Rule", "stopped"}, {"Targets", {one}}});
  }
  static Json event(const std::string& status) {
    return {{"source", "aws.states"}, {"id", "e-1"}, {"detail", {{"status", status}, {"name", "run"}}}};
  }
  std::string received() {
    const Json messages =
        member_or_null(call("sqs", "ReceiveMessage", {{"QueueUrl", "http://x/123456789012/q"}}), "Messages");
    return messages.empty() ? "" : messages[0]["Body"].get<std::string>();
  }
  std::string error_of(const std::string& operation, const Json& input) {
    try {
      call("events", operation, input);
    } catch (const aws::ServiceError& e) {
      return e.code();
    }
    return "answered";
  }
};

TEST_F(Rules, SendWhatMatchesAndNothingElse) {
  target();
  restart();
  EXPECT_FALSE(services->events.wants("us-west-2", event("SUCCEEDED")));
  services->events.deliver("us-west-2", event("SUCCEEDED"));
  EXPECT_EQ(received(), "");
  EXPECT_TRUE(services->events.wants("us-west-2", event("ABORTED")));
  services->events.deliver("us-west-2", event("ABORTED"));
  EXPECT_EQ(Json::parse(received()), event("ABORTED"));
}

TEST_F(Rules, SendThePartOrTheTextThatTheTargetAsksFor) {
  target({{"InputPath", "$.detail"}});
  services->events.deliver("us-west-2", event("ABORTED"));
  EXPECT_EQ(Json::parse(received()), event("ABORTED")["detail"]);
  target({{"Input", R"({"fixed":true})"}});
  services->events.deliver("us-west-2", event("ABORTED"));
  EXPECT_EQ(received(), R"({"fixed":true})");
}

TEST_F(Rules, AreSilentInOtherRegionsAndWhenDisabled) {
  target();
  EXPECT_FALSE(services->events.wants("us-east-1", event("ABORTED")));
  call("events", "DisableRule", {{"Name", "stopped"}});
  EXPECT_FALSE(services->events.wants("us-west-2", event("ABORTED")));
  EXPECT_EQ(call("events", "DescribeRule", {{"Name", "stopped"}})["State"], "DISABLED");
}

TEST_F(Rules, ATargetThatIsGoneDoesNotKeepTheOthersFromHearing) {
  call("events", "PutTargets",
       {{"Rule", "stopped"},
        {"Targets",
         {{{"Id", "0"}, {"Arn", "arn:aws:sns:us-west-2:123456789012:gone"}},
          {{"Id", "1"}, {"Arn", "arn:aws:sqs:us-west-2:123456789012:q"}}}}});
  services->events.deliver("us-west-2", event("ABORTED"));
  EXPECT_EQ(Json::parse(received()), event("ABORTED"));
}

TEST_F(Rules, CarryWhatTheirOwnersPut) {
  target();
  const Json put =
      call("events", "PutEvents",
           {{"Entries",
             {{{"Source", "aws.states"}, {"DetailType", "d"}, {"Detail", R"({"status":"ABORTED"})"}},
              {{"Source", "aws.states"}, {"DetailType", "d"}, {"Detail", "no JSON"}}}}});
  EXPECT_EQ(put["FailedEntryCount"], 1);
  EXPECT_EQ(put["Entries"][1]["ErrorCode"], "MalformedDetail");
  EXPECT_EQ(Json::parse(received())["detail-type"], "d");
}

TEST_F(Rules, AreListedAndGoAfterTheirTargets) {
  target();
  EXPECT_EQ(call("events", "ListRules")["Rules"][0]["Name"], "stopped");
  EXPECT_EQ(call("events", "ListTargetsByRule", {{"Rule", "stopped"}})["Targets"][0]["Id"], "1");
  EXPECT_EQ(error_of("DeleteRule", {{"Name", "stopped"}}), "ValidationException");
  call("events", "RemoveTargets", {{"Rule", "stopped"}, {"Ids", {"1"}}});
  call("events", "DeleteRule", {{"Name", "stopped"}});
  EXPECT_EQ(error_of("DescribeRule", {{"Name", "stopped"}}), "ResourceNotFoundException");
}

TEST_F(Rules, WhatTheyDoNotCarryIsRefusedByName) {
  EXPECT_EQ(error_of("PutRule", {{"Name", "r"}, {"EventPattern", "{"}}), "InvalidEventPatternException");
  EXPECT_EQ(
      error_of("PutTargets", {{"Rule", "stopped"},
                              {"Targets", {{{"Id", "1"}, {"Arn", "arn:aws:ecs:us-west-2:1:cluster/c"}}}}}),
      "ValidationException");
}

}  // namespace
}  // namespace aurora::local
