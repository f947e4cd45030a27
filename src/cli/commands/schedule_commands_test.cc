#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/commands/commands.h"
#include "cli/testing/command_line.h"

namespace aurora::cli {
namespace {

using testing::HasSubstr;

// It is 2026-11-21T06:52:09Z.
class ScheduleCommands : public testing::Test {
 protected:
  ScheduleCommands() {
    line.api.answer("scheduler.CreateScheduleGroup", Json::object());
    line.api.on("scheduler.CreateSchedule", [this](const Json& input) {
      schedule = input;
      return Json{{"ScheduleArn", "arn"}};
    });
    line.api.on("scheduler.GetSchedule", [this](const Json&) { return schedule; });
    line.api.answer("scheduler.ListSchedules", {{"Schedules", {{{"Name", "nightly"}}}}});
    line.api.fail("ssm.GetParameter", "ParameterNotFound");
    line.api.answer("stepfunctions.ListExecutions", {{"executions", Json::array()}});
    line.api.answer("stepfunctions.StartExecution", {{"executionArn", "arn"}});
  }
  ExitCode add(std::vector<std::string> more) {
    std::vector<std::string> arguments{"schedule", "add", "nightly"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return line.run(arguments);
  }
  TestCommandLine line;
  Json schedule;
};

TEST_F(ScheduleCommands, AddMakesTheGroupAndTheSchedule) {
  EXPECT_EQ(add({"--cron", "0 2 * * ? *", "--timezone", "Europe/Berlin", "--snapshot", "s-{date}",
                 "--target-cluster", "t"}),
            ExitCode::kDone)
      << line.err();
  EXPECT_EQ(line.out(), "nightly\n");
  EXPECT_THAT(line.err(), HasSubstr("The first run is at 2026-11-22T01:00:00Z"));
  EXPECT_EQ(line.api.calls_of("scheduler.CreateScheduleGroup").at(0).input["Name"], "aurora-restore-dev");
  EXPECT_EQ(schedule["ScheduleExpression"], "cron(0 2 * * ? *)");
  EXPECT_EQ(schedule["Target"]["RoleArn"], "arn:aws:iam::123456789012:role/aurora-restore-scheduler-dev");
}

TEST_F(ScheduleCommands, AddTakesTheRoleOfTheConfiguration) {
  line.api.answer(
      "ssm.GetParameter",
      {{"Parameter", {{"Value", R"({"scheduler_role_arn":"arn:aws:iam::123456789012:role/ours"})"}}}});
  EXPECT_EQ(add({"--rate", "1 day"}), ExitCode::kDone);
  EXPECT_EQ(schedule["Target"]["RoleArn"], "arn:aws:iam::123456789012:role/ours");
  EXPECT_EQ(add({"--rate", "1 day", "--role-arn", "arn:aws:iam::123456789012:role/mine"}), ExitCode::kDone);
  EXPECT_EQ(schedule["Target"]["RoleArn"], "arn:aws:iam::123456789012:role/mine");
}

TEST_F(ScheduleCommands, AddChecksBeforeAnythingIsMade) {
  EXPECT_EQ(add({}), ExitCode::kBadInput);
  EXPECT_EQ(add({"--rate", "1 day", "--at", "2026-12-24T02:00"}), ExitCode::kBadInput);
  EXPECT_EQ(add({"--cron", "0 2 * * *"}), ExitCode::kBadInput);
  EXPECT_THAT(line.err(), HasSubstr("It needs six"));
  EXPECT_EQ(add({"--at", "2026-11-20T02:00"}), ExitCode::kBadInput);
  EXPECT_THAT(line.err(), HasSubstr("is never due again"));
  EXPECT_EQ(add({"--at", "2026-12-24T02:00", "--timezone", "Berlin"}), ExitCode::kBadInput);
  EXPECT_EQ(add({"--rate", "1 day", "--set", "snapshot_nam=x"}), ExitCode::kBadInput);
  EXPECT_EQ(add({"--rate", "1 day", "--operation-id", "mine"}), ExitCode::kBadInput);
  EXPECT_TRUE(line.api.calls_of("scheduler.CreateScheduleGroup").empty());
}

TEST_F(ScheduleCommands, AddSaysWhatStandsInTheWay) {
  line.api.fail("scheduler.CreateSchedule", "ConflictException", "Schedule nightly already exists.");
  EXPECT_EQ(add({"--rate", "1 day"}), ExitCode::kRefused);
  EXPECT_THAT(line.err(), HasSubstr("schedule remove nightly"));
  line.api.fail("scheduler.CreateSchedule", "ValidationException",
                "The execution role you provide must allow AWS EventBridge Scheduler to assume the role.");
  add({"--rate", "1 day"});
  EXPECT_THAT(line.err(), HasSubstr("RoleNotUsable"));
  EXPECT_THAT(line.err(), HasSubstr("trust scheduler.amazonaws.com"));
}

TEST_F(ScheduleCommands, ListShowsNextAndLastRun) {
  add({"--cron", "0 2 * * ? *"});
  line.host.answer = {{"schedules", {{{"group", "aurora-restore-dev"}, {"name", "nightly"}, {"missed", 2}}}}};
  line.api.answer(
      "stepfunctions.ListExecutions",
      {{"executions",
        {{{"name", "nightly-2-at-x"}, {"status", "RUNNING"}},
         {{"name", "nightly-at-e2"},
          {"status", "FAILED"},
          {"executionArn", "arn:2"},
          {"startDate", "2026-11-21T02:00:01Z"}},
         {{"name", "nightly-at-e1"}, {"status", "SUCCEEDED"}, {"startDate", "2026-11-20T02:00:01Z"}}}}});
  line.api.answer("stepfunctions.DescribeExecution", {{"status", "FAILED"}, {"error", "TargetLocked"}});
  EXPECT_EQ(line.run({"schedule", "list"}), ExitCode::kDone) << line.err();
  EXPECT_THAT(line.out(), HasSubstr("2026-11-22T02:00:00Z"));
  EXPECT_THAT(line.out(), HasSubstr("TargetLocked"));
  EXPECT_THAT(line.out(), HasSubstr("nightly-at-e2"));
  EXPECT_EQ(line.run({"schedule", "list", "--json"}), ExitCode::kDone);
  const Json row = Json::parse(line.out());
  EXPECT_EQ(row["missed_runs"], 2);
  EXPECT_EQ(row["last_run"]["started_at"], "2026-11-21T02:00:01Z");
  EXPECT_EQ(row["state"], "active");
}

TEST_F(ScheduleCommands, PauseAndResumeChangeTheStateAlone) {
  add({"--rate", "1 day", "--snapshot-date", "today"});
  const Json before = schedule;
  line.api.on("scheduler.UpdateSchedule", [this](const Json& input) {
    schedule = input;
    return Json{{"ScheduleArn", "arn"}};
  });
  EXPECT_EQ(line.run({"schedule", "pause", "nightly"}), ExitCode::kDone);
  EXPECT_EQ(schedule["State"], "DISABLED");
  EXPECT_EQ(schedule["Target"], before["Target"]);
  line.clock.advance(std::chrono::hours(30));
  EXPECT_EQ(line.run({"schedule", "resume", "nightly"}), ExitCode::kDone);
  EXPECT_EQ(schedule["State"], "ENABLED");
  EXPECT_EQ(schedule["StartDate"], "2026-11-23T06:52:09Z") << "in its beat, and never a time that has passed";
  EXPECT_EQ(line.run({"schedule", "resume", "nightly"}), ExitCode::kDone);
  EXPECT_THAT(line.err(), HasSubstr("active already"));
}

TEST_F(ScheduleCommands, RunNowStartsWhatTheScheduleWould) {
  add({"--rate", "1 day", "--snapshot-date", "today"});
  EXPECT_EQ(line.run({"schedule", "run-now", "nightly"}), ExitCode::kDone) << line.err();
  EXPECT_EQ(line.out(), "nightly-now-20261121-065209\n");
  const Json started =
      Json::parse(string_or(line.api.calls_of("stepfunctions.StartExecution").at(0).input, "input", ""));
  EXPECT_EQ(started["snapshot_date"], "today");
  EXPECT_EQ(started["scheduled_time"], "2026-11-21T06:52:09Z");
}

TEST_F(ScheduleCommands, AnUnknownOneSuggestsTheNearest) {
  add({"--rate", "1 day"});
  line.api.fail("scheduler.DeleteSchedule", "ResourceNotFoundException");
  EXPECT_EQ(line.run({"schedule", "remove", "nightli"}), ExitCode::kNotFound);
  EXPECT_THAT(line.err(), HasSubstr("Did you mean nightly?"));
}

TEST_F(ScheduleCommands, WithoutAGroupThereAreNone) {
  line.api.fail("scheduler.ListSchedules", "ResourceNotFoundException");
  EXPECT_EQ(line.run({"schedule", "list"}), ExitCode::kDone);
  EXPECT_EQ(line.out(), "");
}

TEST_F(ScheduleCommands, ABatchIsFoundByItsOperations) {
  line.api.answer("stepfunctions.ListExecutions",
                  {{"executions",
                    {{{"name", "nightly-b"}, {"status", "RUNNING"}, {"startDate", "2026-11-21T06:52:00Z"}},
                     {{"name", "nightly-a"},
                      {"status", "SUCCEEDED"},
                      {"startDate", "2026-11-21T06:50:00Z"},
                      {"stopDate", "2026-11-21T06:51:00Z"}}}}});
  EXPECT_EQ(line.run({"batch", "status", "nightly"}), ExitCode::kDone);
  EXPECT_THAT(line.out(), HasSubstr("a     completed"));
  EXPECT_EQ(line.run({"batch", "status", "weekly"}), ExitCode::kNotFound);
}

TEST_F(ScheduleCommands, ABatchWithFindingsStartsNothing) {
  line.terminal.input = "items:\n  - {name: a, target_cluster_id: t, port: x}\n";
  EXPECT_EQ(line.run({"batch", "run", "-"}), ExitCode::kBadInput);
  EXPECT_THAT(line.err(), HasSubstr("standard input:2:"));
  EXPECT_TRUE(line.api.calls.empty());
}

TEST_F(ScheduleCommands, ABatchSumsUp) {
  line.terminal.input =
      "name: nightly\nitems:\n  - {name: a, target_cluster_id: t, source_region: us-west-2}\n";
  line.api.answer("dynamodb.GetItem", Json::object());
  line.api.answer("stepfunctions.DescribeExecution", {{"status", "SUCCEEDED"}});
  EXPECT_EQ(line.run({"batch", "run", "-", "--json"}), ExitCode::kDone) << line.err();
  const Json summary = Json::parse(line.out());
  EXPECT_EQ(summary["batch"], "nightly-20261121-065209");
  EXPECT_EQ(summary["items"][0]["operation_id"], "nightly-20261121-065209-a");
  EXPECT_THAT(line.err(), HasSubstr("a: started as nightly-20261121-065209-a"));
  line.api.answer("stepfunctions.DescribeExecution", {{"status", "FAILED"}, {"error", "RestoreFailed"}});
  EXPECT_EQ(line.run({"batch", "run", "-", "--name", "again"}), ExitCode::kFailed);
  EXPECT_THAT(line.out(), HasSubstr("RestoreFailed"));
}

}  // namespace
}  // namespace aurora::cli
