#include "local/logs_insights.h"

#include "local/testing/endpoint_fixture.h"

namespace aurora::local {
namespace {

constexpr std::int64_t kNow = 1795242051;  // the fixture's clock
constexpr char kGroup[] = "/aws/lambda/aurora-restore-copy-snapshot-dev";

class LogsInsightsApi : public testing::EndpointFixture {
 protected:
  void append(const std::string& line, const std::string& group = kGroup) {
    services->logs.append("us-west-2", group, "s", clock.now(), line);
  }
  static Json order(const std::string& text, Json more = Json::object()) {
    Json input = {
        {"logGroupName", kGroup}, {"startTime", kNow - 3600}, {"endTime", kNow}, {"queryString", text}};
    input.update(more);
    return input;
  }
  Json results(const std::string& id, Json more = Json::object()) {
    Json input = {{"queryId", id}};
    input.update(more);
    for (int i = 0; i < 20'000'000; ++i) {
      Json answer = call("logs", "GetQueryResults", input);
      if (answer["status"] != "Scheduled" && answer["status"] != "Running") return answer;
      std::this_thread::yield();
    }
    return nullptr;
  }
  Json query(const std::string& text, Json more = Json::object()) {
    return results(call("logs", "StartQuery", order(text, std::move(more)))["queryId"]);
  }
};

TEST_F(LogsInsightsApi, AnswersAQueryWithFieldsAndStatistics) {
  append(R"({"level":"ERROR","message":"a"})");
  append(R"({"level":"INFO","message":"b"})");
  const Json answer = query("fields level, message | filter level = 'ERROR'");
  EXPECT_EQ(answer["status"], "Complete");
  EXPECT_EQ(answer["queryLanguage"], "CWLI");
  ASSERT_EQ(answer["results"].size(), 1u);
  EXPECT_EQ(answer["results"][0][0], (Json{{"field", "level"}, {"value", "ERROR"}}));
  EXPECT_EQ(answer["results"][0][2]["field"], "@ptr");
  EXPECT_EQ(answer["statistics"]["recordsScanned"], 2.0);
  EXPECT_EQ(answer["statistics"]["recordsMatched"], 1.0);
  EXPECT_EQ(answer["statistics"]["bytesScanned"], 61.0);
}

TEST_F(LogsInsightsApi, AsksSeveralGroupsWithinTheTimeRange) {
  append("1");
  append("2", "other");
  clock.advance(std::chrono::seconds(10));
  append("3");
  const Json names = {{"logGroupNames", {kGroup, "other"}}, {"logGroupName", nullptr}};
  EXPECT_EQ(query("stats count(*) as n", names)["results"][0][0]["value"], "2");
  Json arns = names;
  arns["logGroupNames"] = nullptr;
  arns["logGroupIdentifiers"] = {"arn:aws:logs:us-west-2:123456789012:log-group:other"};
  arns["endTime"] = kNow + 10;
  EXPECT_EQ(query("stats count(*) as n", arns)["results"][0][0]["value"], "1");
}

TEST_F(LogsInsightsApi, GivesResultsInPages) {
  for (int i = 0; i < 5; ++i) append(std::to_string(i));
  const std::string id = call("logs", "StartQuery", order("display @message"))["queryId"];
  Json page = results(id, {{"maxItems", 3}});
  EXPECT_EQ(page["results"].size(), 3u);
  page = results(id, {{"maxItems", 3}, {"nextToken", page["nextToken"]}});
  EXPECT_EQ(page["results"].size(), 2u);
  EXPECT_FALSE(page.contains("nextToken"));
  EXPECT_EQ(query("display @message", {{"limit", 2}})["results"].size(), 2u);
}

TEST_F(LogsInsightsApi, RefusesWhatIsNoQuery) {
  append("x");
  EXPECT_EQ(refusal("logs", "StartQuery", order("fields a | | b")), "MalformedQueryException");
  EXPECT_EQ(last_message, "unexpected symbol found | at line 1 and position 12");
  try {
    call("logs", "StartQuery", order("fields a | | b"));
    FAIL();
  } catch (const aws::ServiceError& error) {
    EXPECT_EQ(error.details().members["queryCompileError"]["location"],
              (Json{{"startCharOffset", 11}, {"endCharOffset", 12}}));
  }
  EXPECT_EQ(refusal("logs", "StartQuery", order("fields a", {{"logGroupName", "none"}})),
            "ResourceNotFoundException");
  EXPECT_EQ(refusal("logs", "StartQuery", order("fields a", {{"endTime", kNow - 4000}})),
            "InvalidParameterException");
  EXPECT_EQ(refusal("logs", "StartQuery", order("fields a", {{"logGroupNames", {"other"}}})),
            "InvalidParameterException");
  EXPECT_EQ(refusal("logs", "StartQuery", order("fields a", {{"queryLanguage", "SQL"}})),
            "InvalidParameterException");
  EXPECT_EQ(refusal("logs", "GetQueryResults", {{"queryId", "none"}}), "ResourceNotFoundException");
}

TEST_F(LogsInsightsApi, ListsAndStopsQueries) {
  append("x");
  const std::string first = call("logs", "StartQuery", order("stats count(*)"))["queryId"];
  results(first);
  const std::string second = call("logs", "StartQuery", order("display @message"))["queryId"];
  results(second);
  EXPECT_EQ(refusal("logs", "StopQuery", {{"queryId", second}}), "InvalidParameterException");
  const Json page = call("logs", "DescribeQueries", {{"maxResults", 1}});
  EXPECT_EQ(page["queries"][0]["queryId"], second);
  EXPECT_EQ(page["queries"][0]["status"], "Complete");
  EXPECT_EQ(page["queries"][0]["logGroupName"], kGroup);
  EXPECT_EQ(call("logs", "DescribeQueries", {{"nextToken", page["nextToken"]}})["queries"][0]["queryId"],
            first);
  EXPECT_TRUE(call("logs", "DescribeQueries", {{"status", "Cancelled"}})["queries"].empty());
  EXPECT_TRUE(call("logs", "DescribeQueries", {{"logGroupName", "none"}})["queries"].empty());
}

TEST_F(LogsInsightsApi, KeepsQueryDefinitions) {
  const std::string id = call("logs", "PutQueryDefinition",
                              {{"name", "ours/errors"},
                               {"queryString", "filter a = 1"},
                               {"logGroupNames", {kGroup}}})["queryDefinitionId"];
  EXPECT_EQ(refusal("logs", "PutQueryDefinition", {{"name", "ours/errors"}, {"queryString", "x"}}),
            "InvalidParameterException");
  call("logs", "PutQueryDefinition", {{"name", "other"}, {"queryString", "filter b = 2"}});
  restart();
  EXPECT_EQ(call("logs", "DescribeQueryDefinitions")["queryDefinitions"].size(), 2u);
  call("logs", "PutQueryDefinition",
       {{"name", "ours/all"}, {"queryString", "fields a"}, {"queryDefinitionId", id}});
  const Json ours = call("logs", "DescribeQueryDefinitions", {{"queryDefinitionNamePrefix", "ours/"}});
  ASSERT_EQ(ours["queryDefinitions"].size(), 1u);
  EXPECT_EQ(ours["queryDefinitions"][0]["name"], "ours/all");
  EXPECT_EQ(ours["queryDefinitions"][0]["queryString"], "fields a");
  EXPECT_EQ(call("logs", "DeleteQueryDefinition", {{"queryDefinitionId", id}})["success"], true);
  EXPECT_EQ(refusal("logs", "DeleteQueryDefinition", {{"queryDefinitionId", id}}),
            "ResourceNotFoundException");
}

TEST_F(LogsInsightsApi, TellsTheFieldsOfAGroup) {
  append(R"({"level":"INFO","a":{"b":1}})");
  append("plain");
  const Json fields = call("logs", "GetLogGroupFields", {{"logGroupName", kGroup}})["logGroupFields"];
  std::map<std::string, int> percents;
  for (const Json& field : fields) percents[field["name"]] = field["percent"];
  EXPECT_EQ(percents["@message"], 100);
  EXPECT_EQ(percents["a.b"], 50);
  EXPECT_EQ(
      call("logs", "GetLogGroupFields", {{"logGroupName", kGroup}, {"time", kNow - 3600}})["logGroupFields"],
      Json::array());
}

TEST_F(LogsInsightsApi, GivesTheWholeRecordOfAPointer) {
  append(R"({"a":{"b":"deep"}})");
  const Json row = query("display a.b")["results"][0];
  const Json record = call("logs", "GetLogRecord", {{"logRecordPointer", row[1]["value"]}})["logRecord"];
  EXPECT_EQ(record["a.b"], "deep");
  EXPECT_EQ(record["@message"], R"({"a":{"b":"deep"}})");
  EXPECT_EQ(record["@timestamp"], "1795242051000");
  EXPECT_EQ(refusal("logs", "GetLogRecord", {{"logRecordPointer", "x"}}), "InvalidParameterException");
}

}  // namespace
}  // namespace aurora::local
