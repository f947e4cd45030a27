#include "local/cloudwatch/alarm_messages.h"

#include <gtest/gtest.h>

#include "base/dates.h"

namespace aurora::local::cloudwatch {
namespace {

StateChange change() {
  Json alarm{{"AlarmName", "aurora-restore-lambda-errors"},
             {"AlarmArn", "arn:aws:cloudwatch:us-east-1:123456789012:alarm:aurora-restore-lambda-errors"},
             {"AlarmDescription", "Alarm for Lambda function errors"},
             {"AlarmConfigurationUpdatedTimestamp", "2026-11-28T06:00:00.000Z"},
             {"OKActions", Json::array()},
             {"AlarmActions", {"arn:aws:sns:us-east-1:123456789012:aurora-restore-notifications"}},
             {"InsufficientDataActions", Json::array()},
             {"StateValue", "ALARM"},
             {"StateReason", "Threshold Crossed"},
             {"StateUpdatedTimestamp", "2026-11-28T06:30:00.000Z"},
             {"MetricName", "Errors"},
             {"Namespace", "AWS/Lambda"},
             {"Statistic", "Sum"},
             {"Dimensions", {{{"Name", "FunctionName"}, {"Value", "aurora-restore-snapshot-check"}}}},
             {"Period", 300},
             {"EvaluationPeriods", 1},
             {"Threshold", 1.0},
             {"ComparisonOperator", "GreaterThanOrEqualToThreshold"}};
  Json before = alarm;
  before["StateValue"] = "OK";
  before["StateReason"] = "fine";
  return {"us-east-1", "123456789012", alarm, before, *parse_iso("2026-11-28T06:30:00Z")};
}

TEST(AlarmMessages, TheSubjectNamesStateAlarmAndRegion) {
  EXPECT_EQ(notification_subject(change()),
            "ALARM: \"aurora-restore-lambda-errors\" in US East (N. Virginia)");
  StateChange named_long = change();
  named_long.alarm["AlarmName"] = std::string(255, 'n');
  EXPECT_EQ(notification_subject(named_long).size(), 100);
}

TEST(AlarmMessages, TheNotificationHasCloudWatchsMembers) {
  const Json message = notification(change());
  EXPECT_EQ(message["NewStateValue"], "ALARM");
  EXPECT_EQ(message["OldStateValue"], "OK");
  EXPECT_EQ(message["StateChangeTime"], "2026-11-28T06:30:00.000+0000");
  EXPECT_EQ(message["Region"], "US East (N. Virginia)");
  EXPECT_EQ(message["Trigger"]["Statistic"], "SUM");
  EXPECT_EQ(message["Trigger"]["StatisticType"], "Statistic");
  EXPECT_EQ(message["Trigger"]["Dimensions"],
            (Json{{{"value", "aurora-restore-snapshot-check"}, {"name", "FunctionName"}}}));
  EXPECT_TRUE(message["Trigger"]["Unit"].is_null());
}

TEST(AlarmMessages, TheBusEventHasBothStatesAndTheMetric) {
  const Json event = bus_event(change());
  EXPECT_EQ(event["source"], "aws.cloudwatch");
  EXPECT_EQ(event["detail-type"], "CloudWatch Alarm State Change");
  EXPECT_EQ(event["detail"]["state"]["value"], "ALARM");
  EXPECT_EQ(event["detail"]["previousState"]["value"], "OK");
  const Json& metric = event["detail"]["configuration"]["metrics"][0]["metricStat"];
  EXPECT_EQ(metric["metric"]["name"], "Errors");
  EXPECT_EQ(metric["metric"]["dimensions"]["FunctionName"], "aurora-restore-snapshot-check");
  EXPECT_EQ(metric["period"], 300);
}

TEST(AlarmMessages, AFunctionGetsTheAlarmsData) {
  const Json event = lambda_event(change());
  EXPECT_EQ(event["alarmData"]["alarmName"], "aurora-restore-lambda-errors");
  EXPECT_EQ(event["accountId"], "123456789012");
}

}  // namespace
}  // namespace aurora::local::cloudwatch
