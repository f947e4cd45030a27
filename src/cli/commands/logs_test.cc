#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/text.h"
#include "cli/testing/command_line.h"

namespace aurora::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

class LogsCommand : public testing::Test {
 protected:
  LogsCommand() {
    line.api.answer("dynamodb.GetItem", {{"Item",
                                          {{"operation_id", {{"S", "op-1"}}},
                                           {"status", {{"S", "IN_PROGRESS"}}},
                                           {"start_time", {{"S", "2026-11-21T06:49:00.000Z"}}}}}});
    line.api.on("stepfunctions.DescribeExecution", [this](const Json&) -> Json {
      return {{"executionArn", "arn"}, {"status", ++looks > 3 ? "SUCCEEDED" : "RUNNING"}};
    });
    line.api.on("logs.FilterLogEvents", [this](const Json& input) -> Json {
      inputs.push_back(input);
      if (!std::string(input.at("logGroupName")).ends_with("cleanup-dev"))
        throw aws::ServiceError("ResourceNotFoundException", "no");
      Json events = Json::array();
      for (int i = 0; i < std::min(looks, 4); ++i)
        events.push_back({{"timestamp", 1795243900000 + i},
                          {"message", R"({"level":"INFO","message":"line )" + std::to_string(i) + "\"}"},
                          {"eventId", std::to_string(i)}});
      return {{"events", events}};
    });
  }

  TestCommandLine line;
  std::vector<Json> inputs;
  int looks = 0;
};

TEST_F(LogsCommand, AsksForOneOperationFromItsStartOn) {
  EXPECT_EQ(line.run({"logs", "op-1"}), ExitCode::kDone);
  ASSERT_EQ(inputs.size(), 11u);
  EXPECT_EQ(inputs[0]["filterPattern"], R"({ $.operation_id = "op-1" })");
  EXPECT_EQ(inputs[0]["startTime"], 1795243680000) << "a minute before the start";
  EXPECT_THAT(line.out(), HasSubstr("line 0"));
}

TEST_F(LogsCommand, FollowsUntilTheOperationEndsAndShowsNoLineTwice) {
  EXPECT_EQ(line.run({"logs", "-f", "op-1", "--json"}), ExitCode::kDone);
  std::string messages;
  for (const std::string& row : split(line.out(), '\n'))
    if (!row.empty()) messages += parse_json(row, "row")["message"].get<std::string>() + ";";
  EXPECT_EQ(messages, "line 0;line 1;line 2;line 3;");
}

TEST_F(LogsCommand, EndsWithFourForAnUnknownOperation) {
  line.api.answer("dynamodb.GetItem", Json::object());
  line.api.fail("stepfunctions.DescribeExecution", "ExecutionDoesNotExist");
  line.api.answer("dynamodb.Query", {{"Items", Json::array()}});
  EXPECT_EQ(line.run({"logs", "op-9"}), ExitCode::kNotFound);
  EXPECT_THAT(line.err(), HasSubstr("op-9"));
  EXPECT_TRUE(inputs.empty());
}

TEST_F(LogsCommand, DetachesOnCtrlC) {
  line.stop.request_stop();
  EXPECT_EQ(line.run({"logs", "-f", "op-1"}), ExitCode::kDetached);
}

TEST_F(LogsCommand, RefusesAStepThatThereIsNot) {
  EXPECT_EQ(line.run({"logs", "--step", "cleanups"}), ExitCode::kBadInput);
  EXPECT_THAT(line.err(), HasSubstr("Did you mean cleanup?"));
}

class LogsQueryCommand : public testing::Test {
 protected:
  LogsQueryCommand() {
    line.api.on("logs.DescribeLogGroups", [](const Json& input) -> Json {
      const std::string name = input.at("logGroupNamePrefix");
      if (name.ends_with("cleanup-dev") || name.ends_with("copy-snapshot-dev"))
        return {{"logGroups", {{{"logGroupName", name}}}}};
      return {{"logGroups", {{{"logGroupName", name + "-of-somebody-else"}}}}};
    });
    line.api.answer("logs.StartQuery", {{"queryId", "q-1"}});
    line.api.on("logs.GetQueryResults", [this](const Json& input) -> Json {
      if (++looks == 1) return {{"status", "Running"}, {"results", Json::array()}};
      Json answer{
          {"status", "Complete"},
          {"results",
           {{{{"field", "function_name"}, {"value", "f"}},
             {{"field", "errorCount"}, {"value", "12"}},
             {{"field", "@timestamp"}, {"value", "2026-11-21 06:20:51.000"}},
             {{"field", "@ptr"}, {"value", "p"}}}}},
          {"statistics", {{"recordsMatched", 12.0}, {"recordsScanned", 1500.0}, {"bytesScanned", 2e6}}}};
      if (!input.contains("nextToken")) answer["nextToken"] = "more";
      return answer;
    });
  }

  TestCommandLine line;
  int looks = 0;
};

TEST_F(LogsQueryCommand, RunsADocumentedQueryByItsName) {
  EXPECT_EQ(line.run({"logs", "query", "errors", "--since", "1d"}), ExitCode::kDone);
  const Json input = line.api.calls_of("logs.StartQuery").at(0).input;
  EXPECT_EQ(
      input["queryString"],
      "filter level = \"ERROR\"\n| stats count(*) as errorCount by function_name\n| sort errorCount desc");
  EXPECT_EQ(input["logGroupNames"],
            (Json{"/aws/lambda/aurora-restore-copy-snapshot-dev", "/aws/lambda/aurora-restore-cleanup-dev"}));
  EXPECT_EQ(input["startTime"], 1795157529);
  EXPECT_EQ(input["endTime"], 1795243930);
  EXPECT_EQ(line.out(),
            "function_name  errorCount  @timestamp\n"
            "f                      12  2026-11-21T06:20:51Z\n"
            "f                      12  2026-11-21T06:20:51Z\n");
  EXPECT_THAT(line.err(), HasSubstr("12 of 1,500 log lines matched, 2.0 MB scanned"));
}

TEST_F(LogsQueryCommand, PutsTheOperationIntoItsQuery) {
  EXPECT_EQ(line.run({"logs", "query", "operation", "op-1", "--json"}), ExitCode::kDone);
  EXPECT_THAT(std::string(line.api.calls_of("logs.StartQuery").at(0).input["queryString"]),
              HasSubstr("filter operation_id = \"op-1\"\n"));
  EXPECT_THAT(line.out(), HasSubstr(R"({"function_name":"f","errorCount":"12")"));
  EXPECT_THAT(line.out(), Not(HasSubstr("@ptr")));
  EXPECT_EQ(line.run({"logs", "query", "operation"}), ExitCode::kBadInput);
  EXPECT_EQ(line.run({"logs", "query", "operation", "op\""}), ExitCode::kBadInput);
  EXPECT_EQ(line.run({"logs", "query", "errors", "op-1"}), ExitCode::kBadInput);
}

TEST_F(LogsQueryCommand, ShowsAQueryWithoutRunningIt) {
  EXPECT_EQ(line.run({"logs", "query", "durations", "--show"}), ExitCode::kDone);
  EXPECT_THAT(line.out(), HasSubstr("| parse message \"in * seconds\" as duration\n"));
  EXPECT_TRUE(line.api.calls.empty());
}

TEST_F(LogsQueryCommand, SaysWhatIsWrongWithAQuery) {
  line.api.fail("logs.StartQuery", "MalformedQueryException",
                "unexpected symbol found | at line 1 and position 12");
  EXPECT_EQ(line.run({"logs", "query", "fields a | | b"}), ExitCode::kBadInput);
  EXPECT_THAT(line.err(), HasSubstr("unexpected symbol found | at line 1 and position 12"));
}

TEST_F(LogsQueryCommand, StopsTheQueryWhenInterrupted) {
  line.api.answer("logs.GetQueryResults", {{"status", "Running"}});
  line.api.answer("logs.StopQuery", {{"success", true}});
  line.stop.request_stop();
  EXPECT_EQ(line.run({"logs", "query", "errors"}), ExitCode::kDetached);
  EXPECT_EQ(line.api.calls_of("logs.StopQuery").size(), 1u);
}

}  // namespace
}  // namespace aurora::cli
