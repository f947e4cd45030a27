#include "local/schedule_report.h"

#include "local/testing/endpoint_fixture.h"

namespace aurora::local {
namespace {

class ScheduleReport : public testing::EndpointFixture {
 protected:
  std::optional<http::Response> get(const std::string& path, const http::Headers& headers = {}) {
    http::Request request;
    request.method = "GET";
    request.path = path;
    request.headers = headers;
    return serve_schedules(services->events, scheduler, request);
  }
  Scheduler scheduler{directory.path(), clock, services->endpoint, Log::none()};
};

TEST_F(ScheduleReport, ShowsRulesAndSchedules) {
  call("events", "PutRule", {{"Name", "daily"}, {"ScheduleExpression", "rate(1 day)"}});
  Call create;
  create.region = "us-west-2";
  create.operation = "CreateSchedule";
  create.input = {
      {"Name", "nightly"},
      {"ScheduleExpression", "cron(0 2 * * ? *)"},
      {"FlexibleTimeWindow", {{"Mode", "OFF"}}},
      {"Target",
       {{"Arn", "arn:aws:sqs:us-west-2:123456789012:q"}, {"RoleArn", "arn:aws:iam::123456789012:role/r"}}}};
  scheduler.handle(create);
  const Json all = Json::parse(get("/_aurora/schedules")->body)["schedules"];
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0]["name"], "daily");
  EXPECT_EQ(all[1]["next"], "2026-11-22T02:00:00.000000Z");
}

TEST_F(ScheduleReport, IsNotForPagesOfABrowser) {
  EXPECT_EQ(get("/_aurora/schedules", {{"Origin", "https://example.com"}})->status, 403);
  EXPECT_FALSE(get("/other"));
}

}  // namespace
}  // namespace aurora::local
