#include "local/logs.h"

#include "local/testing/endpoint_fixture.h"

namespace aurora::local {
namespace {

constexpr std::int64_t kNow = 1795242051000;  // the fixture's clock in milliseconds
constexpr char kGroup[] = "/aws/lambda/aurora-restore-snapshot-check-dev";

class LogGroups : public testing::EndpointFixture {
 protected:
  void append(const std::string& line, const std::string& stream = "s") {
    services->logs.append("us-west-2", kGroup, stream, clock.now(), line);
  }
  std::vector<std::string> filtered(Json more) {
    Json input = {{"logGroupName", kGroup}};
    input.update(more);
    std::vector<std::string> messages;
    const Json answer = call("logs", "FilterLogEvents", input);
    for (const Json& event : answer["events"]) messages.push_back(event["message"]);
    return messages;
  }
};

using Messages = std::vector<std::string>;

TEST_F(LogGroups, ShowWhatAFunctionWroteAtOnceAndAfterARestart) {
  append("START");
  append("op-12345678 works");
  EXPECT_EQ(filtered({{"filterPattern", "\"op-12345678\""}}), Messages{"op-12345678 works"});
  append("END");
  services->logs.stop();
  restart();
  EXPECT_EQ(filtered(Json::object()), (Messages{"START", "op-12345678 works", "END"}));
  EXPECT_EQ(call("logs", "DescribeLogGroups",
                 {{"logGroupNamePrefix", "/aws/lambda/aurora-restore"}})["logGroups"][0]["logGroupName"],
            kGroup);
}

TEST_F(LogGroups, TakeEventsFromClients) {
  call("logs", "CreateLogGroup", {{"logGroupName", "g"}, {"tags", {{"env", "dev"}}}});
  call("logs", "CreateLogStream", {{"logGroupName", "g"}, {"logStreamName", "s"}});
  const Json put = {
      {"logGroupName", "g"},
      {"logStreamName", "s"},
      {"logEvents", {{{"timestamp", kNow}, {"message", "a"}}, {{"timestamp", kNow + 1}, {"message", "b"}}}}};
  call("logs", "PutLogEvents", put);
  const Json events = call("logs", "GetLogEvents", {{"logGroupName", "g"}, {"logStreamName", "s"}})["events"];
  ASSERT_EQ(events.size(), 2u);
  EXPECT_EQ(events[0]["message"], "a");
  EXPECT_EQ(events[0]["timestamp"], kNow);
  EXPECT_EQ(call("logs", "ListTagsLogGroup", {{"logGroupName", "g"}})["tags"]["env"], "dev");
  EXPECT_EQ(refusal("logs", "CreateLogGroup", {{"logGroupName", "g"}}), "ResourceAlreadyExistsException");
  EXPECT_EQ(refusal("logs", "PutLogEvents",
                    {{"logGroupName", "none"}, {"logStreamName", "s"}, {"logEvents", put["logEvents"]}}),
            "ResourceNotFoundException");
}

TEST_F(LogGroups, LeaveOutEventsThatAreTooOldOrTooNew) {
  call("logs", "CreateLogGroup", {{"logGroupName", "g"}});
  call("logs", "CreateLogStream", {{"logGroupName", "g"}, {"logStreamName", "s"}});
  const std::int64_t day = 24LL * 3600 * 1000;
  const Json answer = call("logs", "PutLogEvents",
                           {{"logGroupName", "g"},
                            {"logStreamName", "s"},
                            {"logEvents",
                             {{{"timestamp", kNow - 15 * day}, {"message", "old"}},
                              {{"timestamp", kNow}, {"message", "now"}},
                              {{"timestamp", kNow + day}, {"message", "new"}}}}});
  EXPECT_EQ(answer["rejectedLogEventsInfo"]["tooOldLogEventEndIndex"], 1);
  EXPECT_EQ(answer["rejectedLogEventsInfo"]["tooNewLogEventStartIndex"], 2);
  EXPECT_EQ(call("logs", "GetLogEvents", {{"logGroupName", "g"}, {"logStreamName", "s"}})["events"].size(),
            1u);
  EXPECT_EQ(
      refusal("logs", "PutLogEvents",
              {{"logGroupName", "g"},
               {"logStreamName", "s"},
               {"logEvents",
                {{{"timestamp", kNow}, {"message", "b"}}, {{"timestamp", kNow - 1}, {"message", "a"}}}}}),
      "InvalidParameterException");
}

TEST_F(LogGroups, PageThroughAStreamInBothDirections) {
  for (int i = 0; i < 5; ++i) append(std::to_string(i));
  const auto get = [&](Json more) {
    Json input = {{"logGroupName", kGroup}, {"logStreamName", "s"}, {"limit", 2}};
    input.update(more);
    return call("logs", "GetLogEvents", input);
  };
  const auto texts = [](const Json& answer) {
    std::string joined;
    for (const Json& event : answer["events"]) joined += event["message"].get<std::string>();
    return joined;
  };
  EXPECT_EQ(texts(get(Json::object())), "34") << "without a token the newest come";
  Json page = get({{"startFromHead", true}});
  EXPECT_EQ(texts(page), "01");
  page = get({{"nextToken", page["nextForwardToken"]}});
  EXPECT_EQ(texts(page), "23");
  EXPECT_EQ(texts(get({{"nextToken", page["nextBackwardToken"]}})), "01");
  page = get({{"nextToken", page["nextForwardToken"]}});
  const Json end = get({{"nextToken", page["nextForwardToken"]}});
  EXPECT_EQ(texts(end), "");
  EXPECT_EQ(end["nextForwardToken"], page["nextForwardToken"]) << "the same token says that nothing follows";
}

TEST_F(LogGroups, FilterByStreamTimeAndPage) {
  append("a", "s1");
  clock.advance(std::chrono::seconds(10));
  append("b", "s2");
  append("c", "s1");
  EXPECT_EQ(filtered({{"logStreamNames", {"s1"}}}), (Messages{"a", "c"}));
  EXPECT_EQ(filtered({{"logStreamNamePrefix", "s2"}}), Messages{"b"});
  EXPECT_EQ(filtered({{"startTime", kNow + 5000}}), (Messages{"b", "c"}));
  EXPECT_EQ(filtered({{"endTime", kNow + 5000}}), Messages{"a"});
  const Json first = call("logs", "FilterLogEvents", {{"logGroupName", kGroup}, {"limit", 2}});
  EXPECT_EQ(filtered({{"nextToken", first["nextToken"]}}), Messages{"c"});
  EXPECT_EQ(refusal("logs", "FilterLogEvents", {{"logGroupName", kGroup}, {"filterPattern", "{ $.a = }"}}),
            "InvalidParameterException");
}

TEST_F(LogGroups, DescribeStreamsByNameAndByTheirLastEvent) {
  append("a", "s2");
  clock.advance(std::chrono::seconds(1));
  append("b", "s1");
  const Json by_name = call("logs", "DescribeLogStreams", {{"logGroupName", kGroup}})["logStreams"];
  EXPECT_EQ(by_name[0]["logStreamName"], "s1");
  EXPECT_EQ(by_name[0]["lastEventTimestamp"], kNow + 1000);
  const Json first =
      call("logs", "DescribeLogStreams",
           {{"logGroupName", kGroup}, {"orderBy", "LastEventTime"}, {"descending", true}, {"limit", 1}});
  EXPECT_EQ(first["logStreams"][0]["logStreamName"], "s1");
  const Json second = call("logs", "DescribeLogStreams",
                           {{"logGroupName", kGroup},
                            {"orderBy", "LastEventTime"},
                            {"descending", true},
                            {"limit", 1},
                            {"nextToken", first["nextToken"]}});
  EXPECT_EQ(second["logStreams"][0]["logStreamName"], "s2");
}

TEST_F(LogGroups, ForgetEventsAfterTheirRetention) {
  append("old");
  clock.advance(std::chrono::days(2));
  append("new");
  call("logs", "PutRetentionPolicy", {{"logGroupName", kGroup}, {"retentionInDays", 1}});
  EXPECT_EQ(filtered(Json::object()), Messages{"new"});
  EXPECT_EQ(call("logs", "DescribeLogGroups")["logGroups"][0]["retentionInDays"], 1);
  EXPECT_EQ(refusal("logs", "PutRetentionPolicy", {{"logGroupName", kGroup}, {"retentionInDays", 2}}),
            "InvalidParameterException");
}

TEST_F(LogGroups, AreGoneWithTheirEventsWhenDeleted) {
  append("a");
  call("logs", "DeleteLogGroup", {{"logGroupName", kGroup}});
  EXPECT_EQ(refusal("logs", "FilterLogEvents", {{"logGroupName", kGroup}}), "ResourceNotFoundException");
  append("b");
  EXPECT_EQ(filtered(Json::object()), Messages{"b"});
}

}  // namespace
}  // namespace aurora::local
