#include "local/cloudwatch.h"

#include <gmock/gmock.h>

#include "local/testing/endpoint_fixture.h"

namespace aurora::local {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class CloudWatchTest : public testing::EndpointFixture {
 protected:
  Json cw(const std::string& operation, const Json& input = Json::object()) {
    return call("cloudwatch", operation, input);
  }
  std::string refused(const std::string& operation, const Json& input) {
    return refusal("cloudwatch", operation, input);
  }
  void put(double value, Json more = Json::object()) {
    Json datum{{"MetricName", "Errors"}, {"Value", value}, {"Unit", "Count"}};
    datum.update(more);
    cw("PutMetricData", {{"Namespace", "AuroraRestore"}, {"MetricData", {datum}}});
  }
  Json statistics(const Json& more = Json::object()) {
    Json input{{"Namespace", "AuroraRestore"},
               {"MetricName", "Errors"},
               {"StartTime", format_iso_seconds(clock.now() - 1h)},
               {"EndTime", format_iso_seconds(clock.now() + 1min)},
               {"Period", 60},
               {"Statistics", {"Sum"}}};
    input.update(more);
    return input;
  }
  static Json alarm(const Json& more = Json::object()) {
    Json input{{"AlarmName", "errors"},
               {"MetricName", "Errors"},
               {"Namespace", "AuroraRestore"},
               {"Statistic", "Sum"},
               {"Period", 60},
               {"EvaluationPeriods", 1},
               {"Threshold", 1.0},
               {"ComparisonOperator", "GreaterThanOrEqualToThreshold"}};
    input.update(more);
    return input;
  }
  Json described(const std::string& name = "errors") {
    return cw("DescribeAlarms", {{"AlarmNames", {name}}})["MetricAlarms"].at(0);
  }
  std::string state() { return described()["StateValue"]; }
  void pass(Duration time) {
    clock.advance(time);
    services->cloudwatch.evaluate_alarms();
  }
  std::vector<std::string> history(const std::string& type) {
    std::vector<std::string> found;
    const Json answer =
        cw("DescribeAlarmHistory", {{"HistoryItemType", type}, {"ScanBy", "TimestampAscending"}});
    for (const Json& item : answer["AlarmHistoryItems"]) found.push_back(item["HistorySummary"]);
    return found;
  }
  // A topic that a queue listens to.
  std::string topic() {
    call("sqs", "CreateQueue", {{"QueueName", "q"}});
    const std::string arn =
        call("sns", "CreateTopic", {{"Name", "aurora-restore-notifications"}})["TopicArn"];
    call("sns", "Subscribe",
         {{"TopicArn", arn}, {"Protocol", "sqs"}, {"Endpoint", "arn:aws:sqs:us-west-2:123456789012:q"}});
    return arn;
  }
  Json received() {
    return member_or_null(call("sqs", "ReceiveMessage", {{"QueueUrl", "http://x/123456789012/q"}}),
                          "Messages");
  }
};

// ---- metrics

TEST_F(CloudWatchTest, KeepsWhatIsPutAndTellsItsStatistics) {
  put(3);
  put(5);
  restart();
  const Json answer =
      cw("GetMetricStatistics",
         statistics({{"Statistics", {"Sum", "Average", "SampleCount"}}, {"ExtendedStatistics", {"p50"}}}));
  EXPECT_EQ(answer["Label"], "Errors");
  ASSERT_THAT(answer["Datapoints"], SizeIs(1));
  const Json& point = answer["Datapoints"][0];
  EXPECT_EQ(point["Timestamp"], "2026-11-21T06:20:00Z");
  EXPECT_EQ(point["Sum"], 8);
  EXPECT_EQ(point["Average"], 4);
  EXPECT_EQ(point["SampleCount"], 2);
  EXPECT_EQ(point["ExtendedStatistics"]["p50"], 3);
  EXPECT_EQ(point["Unit"], "Count");
}

TEST_F(CloudWatchTest, TakesManyValuesAndStatisticSets) {
  cw("PutMetricData",
     {{"Namespace", "AuroraRestore"},
      {"MetricData",
       {{{"MetricName", "Errors"}, {"Values", {1, 2}}, {"Counts", {3, 1}}},
        {{"MetricName", "Errors"},
         {"StatisticValues", {{"SampleCount", 2}, {"Sum", 10}, {"Minimum", 4}, {"Maximum", 6}}}}}}});
  const Json point = cw("GetMetricStatistics",
                        statistics({{"Statistics", {"Sum", "Maximum", "SampleCount"}}}))["Datapoints"][0];
  EXPECT_EQ(point["Sum"], 15);
  EXPECT_EQ(point["Maximum"], 6);
  EXPECT_EQ(point["SampleCount"], 6);
}

TEST_F(CloudWatchTest, RefusesMetricsThatMakeNoSense) {
  const auto refuse = [&](const Json& datum) {
    return refused("PutMetricData", {{"Namespace", "N"}, {"MetricData", {datum}}}) + ": " + last_message;
  };
  EXPECT_THAT(refuse({{"MetricName", "m"}}), HasSubstr("MissingParameter"));
  EXPECT_EQ(refuse({{"MetricName", "m"}, {"Value", 1}, {"Values", {1}}}),
            "InvalidParameterCombination: The parameters MetricData.member.1.Value and "
            "MetricData.member.1.Values are "
            "mutually exclusive and you have specified both.");
  EXPECT_THAT(refuse({{"MetricName", "m"}, {"Value", "NaN"}}),
              HasSubstr("The value NaN for parameter MetricData.member.1.Value"));
  EXPECT_THAT(refuse({{"MetricName", "m"}, {"Value", 1}, {"Unit", "Furlongs"}}),
              HasSubstr("InvalidParameterValue"));
  EXPECT_THAT(refuse({{"MetricName", "m"}, {"Value", 1}, {"Timestamp", "2026-11-21T09:20:51Z"}}),
              HasSubstr("two hours"));
  EXPECT_THAT(refuse({{"MetricName", "m"}, {"Value", 1}, {"Timestamp", "2026-11-01T09:20:51Z"}}),
              HasSubstr("two weeks"));
  EXPECT_THAT(refuse({{"MetricName", "m"}, {"Values", {1, 2}}, {"Counts", {1}}}), HasSubstr("same size"));
  EXPECT_EQ(refused("PutMetricData",
                    {{"Namespace", "AWS/RDS"}, {"MetricData", {{{"MetricName", "m"}, {"Value", 1}}}}}),
            "InvalidParameterValue");
}

TEST_F(CloudWatchTest, RefusesTooManyDatapointsAndEmptyWindows) {
  EXPECT_EQ(refused("GetMetricStatistics", statistics({{"StartTime", "2026-11-19T06:20:51Z"}})),
            "InvalidParameterCombination");
  EXPECT_THAT(last_message, HasSubstr("which exceeds the limit of 1440"));
  EXPECT_EQ(refused("GetMetricStatistics", statistics({{"EndTime", "2026-11-19T06:20:51Z"}})),
            "InvalidParameterValue");
  EXPECT_EQ(refused("GetMetricStatistics", statistics({{"Period", 45}})), "InvalidParameterValue");
  EXPECT_EQ(refused("GetMetricStatistics", statistics({{"Statistics", Json::array()}})), "MissingParameter");
}

TEST_F(CloudWatchTest, ListsMetricsByPages) {
  for (int i = 0; i < 501; ++i)
    services->cloudwatch.record("us-west-2", cloudwatch::datum({"N", "m" + std::to_string(i), {{"d", "v"}}},
                                                               "Count", clock.now(), 1));
  const Json first = cw("ListMetrics", {{"Dimensions", {{{"Name", "d"}}}}});
  EXPECT_THAT(first["Metrics"], SizeIs(500));
  EXPECT_THAT(cw("ListMetrics", {{"NextToken", first["NextToken"]}})["Metrics"], SizeIs(1));
  EXPECT_EQ(cw("ListMetrics", {{"MetricName", "m7"}})["Metrics"][0]["Dimensions"],
            (Json{{{"Name", "d"}, {"Value", "v"}}}));
  EXPECT_EQ(refused("ListMetrics", {{"NextToken", "x"}}), "InvalidNextToken");
}

TEST_F(CloudWatchTest, GetMetricDataGivesPagesOfThoseThatWereAskedFor) {
  put(1);
  put(2, {{"Timestamp", "2026-11-21T06:19:00Z"}});
  Json input{{"StartTime", "2026-11-21T06:00:00Z"},
             {"EndTime", "2026-11-21T07:00:00Z"},
             {"MetricDataQueries",
              {{{"Id", "m1"},
                {"MetricStat",
                 {{"Metric", {{"Namespace", "AuroraRestore"}, {"MetricName", "Errors"}}},
                  {"Period", 60},
                  {"Stat", "Sum"}}},
                {"ReturnData", false}},
               {{"Id", "e1"}, {"Expression", "m1 * 10"}, {"Label", "Ten"}}}}};
  const Json result = cw("GetMetricData", input)["MetricDataResults"];
  ASSERT_THAT(result, SizeIs(1));
  EXPECT_EQ(result[0]["Label"], "Ten");
  EXPECT_EQ(result[0]["Values"], (Json{10, 20}));
  EXPECT_EQ(result[0]["StatusCode"], "Complete");
  input["ScanBy"] = "TimestampAscending";
  input["MaxDatapoints"] = 1;
  const Json page = cw("GetMetricData", input);
  EXPECT_EQ(page["MetricDataResults"][0]["Values"], (Json{20}));
  EXPECT_EQ(page["MetricDataResults"][0]["StatusCode"], "PartialData");
  input["NextToken"] = page["NextToken"];
  EXPECT_EQ(cw("GetMetricData", input)["MetricDataResults"][0]["Values"], (Json{10}));
}

TEST_F(CloudWatchTest, LogLinesBecomeMetrics) {
  call("logs", "CreateLogGroup", {{"logGroupName", "g"}});
  call("logs", "CreateLogStream", {{"logGroupName", "g"}, {"logStreamName", "s"}});
  const std::int64_t now =
      std::chrono::floor<std::chrono::milliseconds>(clock.now().time_since_epoch()).count();
  const Json line{{"_aws",
                   {{"Timestamp", now},
                    {"CloudWatchMetrics",
                     {{{"Namespace", "AuroraRestore"},
                       {"Dimensions", {Json::array()}},
                       {"Metrics", {{{"Name", "Errors"}, {"Unit", "Count"}}}}}}}}},
                  {"Errors", 4}};
  call("logs", "PutLogEvents",
       {{"logGroupName", "g"},
        {"logStreamName", "s"},
        {"logEvents", {{{"timestamp", now}, {"message", dump_json(line)}}}}});
  EXPECT_EQ(cw("GetMetricStatistics", statistics())["Datapoints"][0]["Sum"], 4);
}

// ---- alarms

TEST_F(CloudWatchTest, AnAlarmGoesOffAndTellsTheTopic) {
  const std::string arn = topic();
  cw("PutMetricAlarm", alarm({{"AlarmActions", {arn}}, {"AlarmDescription", "Restores fail"}}));
  EXPECT_EQ(state(), "INSUFFICIENT_DATA");
  put(2);
  pass(1min);
  EXPECT_EQ(state(), "ALARM");
  const Json messages = received();
  ASSERT_THAT(messages, SizeIs(1));
  const Json envelope = parse_json(messages[0]["Body"].get<std::string>(), "body");
  EXPECT_EQ(envelope["Subject"], "ALARM: \"errors\" in US West (Oregon)");
  const Json message = parse_json(envelope["Message"].get<std::string>(), "message");
  EXPECT_EQ(message["OldStateValue"], "INSUFFICIENT_DATA");
  EXPECT_EQ(message["AlarmDescription"], "Restores fail");
  EXPECT_EQ(message["Trigger"]["MetricName"], "Errors");
  EXPECT_THAT(history("StateUpdate"), ElementsAre("Alarm updated from INSUFFICIENT_DATA to ALARM"));
  EXPECT_THAT(history("Action"), ElementsAre("Successfully executed action " + arn));
  pass(10s);
  EXPECT_THAT(received(), IsEmpty());
}

TEST_F(CloudWatchTest, AnAlarmComesBackWhenDataIsFine) {
  cw("PutMetricAlarm", alarm({{"TreatMissingData", "notBreaching"}}));
  pass(1min);
  EXPECT_EQ(state(), "OK");
  put(1);
  pass(1min);
  EXPECT_EQ(state(), "ALARM");
  pass(5min);
  EXPECT_EQ(state(), "OK");
  EXPECT_THAT(described()["StateReason"].get<std::string>(), HasSubstr("treated as [NonBreaching]"));
}

TEST_F(CloudWatchTest, EvaluationGoesOnAfterARestart) {
  const std::string arn = topic();
  cw("PutMetricAlarm", alarm({{"AlarmActions", {arn}}}));
  put(1);
  restart();
  pass(1min);
  EXPECT_EQ(state(), "ALARM");
  EXPECT_THAT(received(), SizeIs(1));
}

TEST_F(CloudWatchTest, AnAlarmOnTheStatesNamespaceWithoutDimensionNeverHasData) {
  services->cloudwatch.record(
      "us-west-2", cloudwatch::datum({"AWS/States", "ExecutionsFailed", {{"StateMachineArn", "arn"}}},
                                     "Count", clock.now(), 1));
  cw("PutMetricAlarm", alarm({{"Namespace", "AWS/States"}, {"MetricName", "ExecutionsFailed"}}));
  pass(1min);
  EXPECT_EQ(state(), "INSUFFICIENT_DATA");
}

TEST_F(CloudWatchTest, AnAlarmMayWatchMetricMath) {
  const auto stat = [](const char* id, const char* name) {
    return Json{{"Id", id},
                {"MetricStat",
                 {{"Metric", {{"Namespace", "AuroraRestore"}, {"MetricName", name}}},
                  {"Period", 60},
                  {"Stat", "Sum"}}},
                {"ReturnData", false}};
  };
  const Json rate{{"Id", "rate"}, {"Expression", "100*errors/all"}};
  cw("PutMetricAlarm", {{"AlarmName", "errors"},
                        {"Metrics", {stat("errors", "Errors"), stat("all", "Operations"), rate}},
                        {"EvaluationPeriods", 1},
                        {"Threshold", 50},
                        {"ComparisonOperator", "GreaterThanThreshold"}});
  put(3);
  put(4, {{"MetricName", "Operations"}});
  pass(1min);
  EXPECT_EQ(state(), "ALARM");
}

TEST_F(CloudWatchTest, DisabledActionsAreNotCarriedOut) {
  const std::string arn = topic();
  cw("PutMetricAlarm", alarm({{"AlarmActions", {arn}}, {"OKActions", {arn}}}));
  cw("DisableAlarmActions", {{"AlarmNames", {"errors", "unknown"}}});
  cw("SetAlarmState", {{"AlarmName", "errors"}, {"StateValue", "ALARM"}, {"StateReason", "a test"}});
  EXPECT_THAT(received(), IsEmpty());
  cw("EnableAlarmActions", {{"AlarmNames", {"errors"}}});
  cw("SetAlarmState", {{"AlarmName", "errors"}, {"StateValue", "OK"}, {"StateReason", "a test"}});
  EXPECT_THAT(received(), SizeIs(1));
}

TEST_F(CloudWatchTest, AnActionThatFailsIsTold) {
  const std::string arn = "arn:aws:sns:us-west-2:123456789012:none";
  cw("PutMetricAlarm", alarm({{"AlarmActions", {arn}}}));
  cw("SetAlarmState", {{"AlarmName", "errors"}, {"StateValue", "ALARM"}, {"StateReason", "a test"}});
  EXPECT_THAT(history("Action"), ElementsAre(HasSubstr("Failed to execute action " + arn)));
}

TEST_F(CloudWatchTest, AChangeOfStateReachesEventBridge) {
  call("sqs", "CreateQueue", {{"QueueName", "q"}});
  call("events", "PutRule",
       {{"Name", "alarms"},
        {"EventPattern", R"({"source":["aws.cloudwatch"],"detail":{"state":{"value":["ALARM"]}}})"}});
  call("events", "PutTargets",
       {{"Rule", "alarms"}, {"Targets", {{{"Id", "1"}, {"Arn", "arn:aws:sqs:us-west-2:123456789012:q"}}}}});
  cw("PutMetricAlarm", alarm());
  cw("SetAlarmState", {{"AlarmName", "errors"}, {"StateValue", "ALARM"}, {"StateReason", "a test"}});
  const Json messages = received();
  ASSERT_THAT(messages, SizeIs(1));
  const Json event = parse_json(messages[0]["Body"].get<std::string>(), "body");
  EXPECT_EQ(event["detail-type"], "CloudWatch Alarm State Change");
  EXPECT_EQ(event["detail"]["alarmName"], "errors");
}

TEST_F(CloudWatchTest, RefusesAlarmsInCloudWatchsWords) {
  const auto refuse = [&](const Json& more) {
    return refused("PutMetricAlarm", alarm(more)) + ": " + last_message;
  };
  EXPECT_EQ(refuse({{"AlarmActions", {"arn:aws:sns:us-east-1:123456789012:t"}}}),
            "ValidationError: Invalid region us-east-1 specified. Only us-west-2 is supported.");
  EXPECT_THAT(refuse({{"AlarmActions", {"arn:aws:automate:us-west-2:ec2:stop"}}}),
              HasSubstr("sns and lambda are"));
  EXPECT_EQ(refuse({{"Period", 3000}, {"EvaluationPeriods", 30}}),
            "ValidationError: Metrics cannot be checked across more than a day (EvaluationPeriods * Period "
            "must be <= "
            "86400).");
  EXPECT_THAT(refuse({{"ComparisonOperator", "GreaterThanUpperThreshold"}}), HasSubstr("not carried"));
  EXPECT_THAT(refuse({{"ExtendedStatistic", "p99"}}), HasSubstr("Exactly one of"));
  EXPECT_THAT(refuse({{"TreatMissingData", "maybe"}}), HasSubstr("TreatMissingData"));
  EXPECT_THAT(refuse({{"DatapointsToAlarm", 2}}), HasSubstr("DatapointsToAlarm 2"));
  EXPECT_EQ(refused("PutCompositeAlarm", {{"AlarmName", "a"}, {"AlarmRule", "TRUE"}}), "ValidationError");
  EXPECT_THAT(last_message, HasSubstr("Composite alarms are not carried"));
  EXPECT_EQ(refused("SetAlarmState", {{"AlarmName", "none"}, {"StateValue", "OK"}, {"StateReason", "x"}}),
            "ResourceNotFound");
  EXPECT_EQ(refused("DeleteAlarms", {{"AlarmNames", {"none"}}}), "ResourceNotFound");
}

TEST_F(CloudWatchTest, DescribesAlarmsByNameStateActionAndMetric) {
  for (const char* name : {"a-1", "a-2", "b-1"}) cw("PutMetricAlarm", alarm({{"AlarmName", name}}));
  cw("SetAlarmState", {{"AlarmName", "b-1"}, {"StateValue", "ALARM"}, {"StateReason", "x"}});
  const auto count = [&](const Json& input) { return cw("DescribeAlarms", input)["MetricAlarms"].size(); };
  EXPECT_EQ(count({{"AlarmNamePrefix", "a-"}}), 2);
  EXPECT_EQ(count({{"StateValue", "ALARM"}}), 1);
  EXPECT_EQ(count({{"ActionPrefix", "arn:aws:sns"}}), 0);
  EXPECT_EQ(count({{"AlarmTypes", {"CompositeAlarm"}}}), 0);
  const Json page = cw("DescribeAlarms", {{"MaxRecords", 2}});
  EXPECT_THAT(cw("DescribeAlarms", {{"NextToken", page["NextToken"]}})["MetricAlarms"], SizeIs(1));
  EXPECT_THAT(cw("DescribeAlarmsForMetric",
                 {{"Namespace", "AuroraRestore"}, {"MetricName", "Errors"}})["MetricAlarms"],
              SizeIs(3));
  cw("DeleteAlarms", {{"AlarmNames", {"a-1", "a-2"}}});
  EXPECT_EQ(count(Json::object()), 1);
}

TEST_F(CloudWatchTest, AlarmsHaveTags) {
  cw("PutMetricAlarm", alarm({{"Tags", {{{"Key", "team"}, {"Value", "dba"}}}}}));
  const std::string arn = described()["AlarmArn"];
  EXPECT_EQ(arn, "arn:aws:cloudwatch:us-west-2:123456789012:alarm:errors");
  cw("TagResource", {{"ResourceARN", arn}, {"Tags", {{{"Key", "tier"}, {"Value", "1"}}}}});
  cw("UntagResource", {{"ResourceARN", arn}, {"TagKeys", {"team"}}});
  EXPECT_EQ(cw("ListTagsForResource", {{"ResourceARN", arn}})["Tags"],
            (Json{{{"Key", "tier"}, {"Value", "1"}}}));
  EXPECT_EQ(refused("ListTagsForResource", {{"ResourceARN", arn + "x"}}), "ResourceNotFoundException");
}

// ---- dashboards

TEST_F(CloudWatchTest, KeepsDashboardsForEveryRegion) {
  const std::string body = R"({"widgets":[{"type":"text","properties":{"markdown":"hello","colour":1}}]})";
  EXPECT_THAT(
      cw("PutDashboard", {{"DashboardName", "D"}, {"DashboardBody", body}})["DashboardValidationMessages"],
      IsEmpty());
  EXPECT_EQ(call("cloudwatch", "GetDashboard", {{"DashboardName", "D"}}, "eu-west-1")["DashboardBody"], body);
  const Json entries = cw("ListDashboards", {{"DashboardNamePrefix", "D"}})["DashboardEntries"];
  ASSERT_THAT(entries, SizeIs(1));
  EXPECT_EQ(entries[0]["DashboardArn"], "arn:aws:cloudwatch::123456789012:dashboard/D");
  EXPECT_EQ(entries[0]["Size"], body.size());
  EXPECT_EQ(refused("DeleteDashboards", {{"DashboardNames", {"D", "none"}}}), "DashboardNotFoundError");
  cw("DeleteDashboards", {{"DashboardNames", {"D"}}});
  EXPECT_EQ(refused("GetDashboard", {{"DashboardName", "D"}}), "DashboardNotFoundError");
}

TEST_F(CloudWatchTest, SaysWhatIsWrongWithADashboard) {
  EXPECT_EQ(refused("PutDashboard",
                    {{"DashboardName", "D"}, {"DashboardBody", R"({"widgets":[{"type":"text"}]})"}}),
            "DashboardInvalidInputError");
  EXPECT_THAT(last_message, HasSubstr("there are 1 validation errors"));
  EXPECT_THAT(last_message, HasSubstr("/widgets/0"));
  EXPECT_EQ(refused("PutDashboard", {{"DashboardName", "a b"}, {"DashboardBody", "{}"}}),
            "DashboardInvalidInputError");
}

TEST_F(CloudWatchTest, SpeaksToARealClient) {
  put(7);
  const Json answer = client()->call("cloudwatch", "us-west-2", "GetMetricStatistics", statistics());
  EXPECT_EQ(answer["Datapoints"][0]["Sum"], 7.0);
}

}  // namespace
}  // namespace aurora::local
