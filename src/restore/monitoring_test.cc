#include "restore/monitoring.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "local/router_api.h"
#include "local/testing/endpoint_fixture.h"
#include "restore/step.h"

namespace aurora::restore {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class Monitoring : public local::testing::EndpointFixture {
 protected:
  void provision(const std::string& topic = "") {
    local::RouterApi api(services->endpoint);
    provision_monitoring(api, names, topic);
  }
  Json alarm(const std::string& name) {
    return call("cloudwatch", "DescribeAlarms", {{"AlarmNames", {name}}})["MetricAlarms"].at(0);
  }
  std::size_t history() {
    return call("cloudwatch", "DescribeAlarmHistory", Json::object())["AlarmHistoryItems"].size();
  }
  const PipelineNames names;
};

TEST_F(Monitoring, TheDashboardIsRenderedAndAccepted) {
  provision();
  const std::string body = call("cloudwatch", "GetDashboard",
                                {{"DashboardName", "AuroraRestorePipelineDashboard"}})["DashboardBody"];
  EXPECT_THAT(body, Not(HasSubstr("${")));
  EXPECT_THAT(body, HasSubstr(names.state_machine_arn()));
  for (const Step& step : all_steps()) EXPECT_THAT(body, HasSubstr("\"" + names.function(step.name) + "\""));
  for (const char* title :
       {"Success Rate (%)", "Average Duration (minutes)", "Error Count by Type", "Duration by Function",
        "Error Count by Function", "Throttles by Function", "Execution Timeline", "Execution Status Count",
        "CPU Utilization", "Free Memory", "Database Connections"})
    EXPECT_THAT(body, HasSubstr(title));
}

TEST_F(Monitoring, AlarmsWatchTheMachineAndEveryFunction) {
  provision("arn:aws:sns:us-west-2:123456789012:aurora-restore-notifications");
  const Json failures = alarm("aurora-restore-step-functions-failures-dev");
  EXPECT_EQ(failures["Dimensions"],
            (Json{{{"Name", "StateMachineArn"}, {"Value", names.state_machine_arn()}}}));
  EXPECT_EQ(failures["AlarmActions"],
            (Json{"arn:aws:sns:us-west-2:123456789012:aurora-restore-notifications"}));
  for (const Step& step : all_steps()) {
    std::string hyphened(step.name);
    std::replace(hyphened.begin(), hyphened.end(), '_', '-');
    const Json errors = alarm("aurora-restore-lambda-errors-" + hyphened + "-dev");
    EXPECT_EQ(errors["Dimensions"][0]["Value"], names.function(step.name));
  }
}

TEST_F(Monitoring, ASecondTimeChangesNothing) {
  provision();
  const std::size_t before = history();
  provision();
  EXPECT_EQ(history(), before);
  call("cloudwatch", "DeleteAlarms", {{"AlarmNames", {"aurora-restore-step-functions-timeouts-dev"}}});
  provision();
  EXPECT_EQ(history(), before + 2);
}

TEST_F(Monitoring, ATopicOfAnotherRegionIsNoAction) {
  provision("arn:aws:sns:us-east-1:123456789012:aurora-restore-notifications");
  EXPECT_THAT(alarm("aurora-restore-step-functions-failures-dev")["AlarmActions"], IsEmpty());
}

// What goes wrong is heard of: from the metric of a failed execution to the state of the alarm.
TEST_F(Monitoring, AFailedExecutionSetsTheAlarmOff) {
  provision();
  services->cloudwatch.record(
      names.region, local::cloudwatch::datum(
                        {"AWS/States", "ExecutionsFailed", {{"StateMachineArn", names.state_machine_arn()}}},
                        "Count", clock.now(), 1));
  clock.advance(std::chrono::minutes(1));
  services->cloudwatch.evaluate_alarms();
  EXPECT_EQ(alarm("aurora-restore-step-functions-failures-dev")["StateValue"], "ALARM");
  EXPECT_EQ(alarm("aurora-restore-step-functions-timeouts-dev")["StateValue"], "OK");
  EXPECT_EQ(alarm("aurora-restore-api-throttles-dev")["StateValue"], "OK");
}

}  // namespace
}  // namespace aurora::restore
