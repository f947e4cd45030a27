#include "cli/commands/commands.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/story.h"
#include "cli/testing/command_line.h"
#include "restore/step.h"

namespace aurora::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

Json item(const std::string& id, const std::string& status, const std::string& started) {
  return {{"operation_id", {{"S", id}}},
          {"status", {{"S", status}}},
          {"step", {{"S", "cleanup"}}},
          {"start_time", {{"S", started}}},
          {"last_updated_time", {{"S", "2026-11-21T06:50:00.000Z"}}},
          {"parameters", {{"M", {{"target_cluster_id", {{"S", "target-1"}}}}}}}};
}

class CommandTest : public testing::Test {
 protected:
  void has_operation(const std::string& status, const std::string& execution_status) {
    line.api.answer("dynamodb.GetItem", {{"Item", item("op-1", status, "2026-11-21T06:49:00.000Z")}});
    line.api.answer(
        "stepfunctions.DescribeExecution",
        {{"executionArn", "arn:aws:states:us-west-2:123456789012:execution:aurora-restore-dev:op-1"},
         {"status", execution_status}});
  }
  void has_no_operation() {
    line.api.answer("dynamodb.GetItem", Json::object());
    line.api.fail("stepfunctions.DescribeExecution", "ExecutionDoesNotExist");
    has_items({item("op-10", "COMPLETED", "2026-11-20T06:49:00.000Z")});
  }

  // As the index by status gives them.
  void has_items(const std::vector<Json>& items) {
    line.api.on("dynamodb.Query", [items](const Json& input) {
      Json found = Json::array();
      for (const Json& one : items)
        if (one["status"] == input["ExpressionAttributeValues"][":status"]) found.push_back(one);
      return Json{{"Items", found}};
    });
  }

  TestCommandLine line;
};

TEST_F(CommandTest, EveryStepHasATitle) {
  for (const restore::Step& step : restore::all_steps())
    EXPECT_NE(step_title(std::string(step.name)), step.name) << "story.cc lacks a title";
}

TEST_F(CommandTest, ListShowsTheNewestFirst) {
  has_items({item("op-old", "FAILED", "2026-11-20T06:49:00.000Z"),
             item("op-new", "COMPLETED", "2026-11-21T06:49:00.000Z")});
  EXPECT_EQ(line.run({"list"}), ExitCode::kDone);
  EXPECT_LT(line.out().find("op-new"), line.out().find("op-old"));
  EXPECT_THAT(line.out(), HasSubstr("OPERATION  STATUS"));
  EXPECT_EQ(line.run({"list", "--limit", "1"}), ExitCode::kDone);
  EXPECT_THAT(line.out(), Not(HasSubstr("op-old")));
}

TEST_F(CommandTest, ListAsksTheIndexForAStatusAndScansNothing) {
  has_items({});
  EXPECT_EQ(line.run({"list", "--status", "in-progress"}), ExitCode::kDone);
  const auto queries = line.api.calls_of("dynamodb.Query");
  ASSERT_EQ(queries.size(), 1u);
  EXPECT_EQ(queries[0].input["IndexName"], "status-start_time-index");
  EXPECT_EQ(queries[0].input["ExpressionAttributeValues"][":status"]["S"], "IN_PROGRESS");
  EXPECT_EQ(line.out(), "") << "a pipe must not mistake the note for data";
  EXPECT_EQ(line.run({"list"}), ExitCode::kDone);
  EXPECT_EQ(line.api.calls_of("dynamodb.Query").size(), 5u) << "one query for each status";
  EXPECT_TRUE(line.api.calls_of("dynamodb.Scan").empty());
}

TEST_F(CommandTest, MissingTableNamesThePipelineThatIsNotDeployed) {
  line.api.fail("dynamodb.Query", "ResourceNotFoundException");
  line.api.answer("sts.GetCallerIdentity", {{"Account", "999988887777"}});
  EXPECT_EQ(line.run({"list", "--env", "prod"}), ExitCode::kNotFound);
  EXPECT_THAT(line.err(), HasSubstr("aurora-restore-state-prod is not there in eu-central-1"));
  EXPECT_FALSE(line.connected.at(0).local) << "an AWS environment must use AWS's own credentials";
}

TEST_F(CommandTest, AwsEnvironmentWithoutRegionSaysSo) {
  line.aws_region = "";
  EXPECT_EQ(line.run({"list", "--env", "prod"}), ExitCode::kUnreachable);
  EXPECT_THAT(line.err(), HasSubstr("--region"));
}

TEST_F(CommandTest, EnvironmentVariableChoosesThePipeline) {
  line.variables["ENVIRONMENT"] = "prod";
  line.api.answer("sts.GetCallerIdentity", {{"Account", "999988887777"}});
  has_items({});
  EXPECT_EQ(line.run({"list"}), ExitCode::kDone);
  EXPECT_EQ(line.api.calls_of("dynamodb.Query").at(0).input["TableName"], "aurora-restore-state-prod");
}

TEST_F(CommandTest, UnknownOperationSuggestsTheNearest) {
  has_no_operation();
  EXPECT_EQ(line.run({"status", "op-1"}), ExitCode::kNotFound);
  EXPECT_THAT(line.err(), HasSubstr("Did you mean op-10?"));
}

TEST_F(CommandTest, StatusShowsStateAndExecution) {
  has_operation("IN_PROGRESS", "RUNNING");
  EXPECT_EQ(line.run({"status", "op-1"}), ExitCode::kDone);
  EXPECT_THAT(line.out(), HasSubstr("IN_PROGRESS"));
  EXPECT_THAT(line.out(), HasSubstr("target-1"));
  EXPECT_EQ(line.run({"status", "op-1", "--json"}), ExitCode::kDone);
  EXPECT_EQ(parse_json(line.out(), "status")["state"]["operation_id"], "op-1");
}

TEST_F(CommandTest, CancelStopsThenRollsBack) {
  has_operation("IN_PROGRESS", "RUNNING");
  line.api.answer("stepfunctions.StopExecution", {{"stopDate", "2026-11-21T06:52:09Z"}});
  line.api.answer("lambda.Invoke",
                  {{"StatusCode", 200}, {"Payload", R"({"message":"The old cluster has its name back"})"}});
  EXPECT_EQ(line.run({"cancel", "op-1", "--cause", "wrong day"}), ExitCode::kDone);
  const auto stops = line.api.calls_of("stepfunctions.StopExecution");
  ASSERT_EQ(stops.size(), 1u);
  EXPECT_EQ(stops[0].input["error"], "ManualCancellation");
  EXPECT_EQ(stops[0].input["cause"], "wrong day");
  const auto invokes = line.api.calls_of("lambda.Invoke");
  ASSERT_EQ(invokes.size(), 2u) << "once more, after a step that the stop caught in the middle";
  EXPECT_EQ(invokes[0].input["FunctionName"], "aurora-restore-handle-failure-dev");
  EXPECT_EQ(parse_json(string_or(invokes[0].input, "Payload", ""), "payload")["cancelled"], true);
  EXPECT_THAT(line.out(), HasSubstr("The old cluster has its name back"));
}

TEST_F(CommandTest, CancelRefusesWhatIsOver) {
  has_operation("COMPLETED", "SUCCEEDED");
  EXPECT_EQ(line.run({"cancel", "op-1"}), ExitCode::kRefused);
  EXPECT_TRUE(line.api.calls_of("lambda.Invoke").empty()) << "a finished restore must not be rolled back";
}

TEST_F(CommandTest, CancelRollsBackAnExecutionThatWasStoppedByOtherMeans) {
  has_operation("IN_PROGRESS", "ABORTED");
  line.api.answer("lambda.Invoke", {{"StatusCode", 200}, {"Payload", "{}"}});
  EXPECT_EQ(line.run({"cancel", "op-1"}), ExitCode::kDone);
  EXPECT_TRUE(line.api.calls_of("stepfunctions.StopExecution").empty());
  EXPECT_EQ(line.api.calls_of("lambda.Invoke").size(), 2u);
}

TEST_F(CommandTest, CancelLooksUntilTheRollbackIsDone) {
  has_operation("IN_PROGRESS", "ABORTED");
  int looks = 0;
  line.api.on("lambda.Invoke", [&](const Json&) {
    return ++looks < 4
               ? Json{{"Payload",
                       R"({"rollback_status":"in-progress","retry_after":30,"message":"being deleted"})"}}
               : Json{{"Payload", R"({"rollback_status":"completed","rolled_back":["deleted the copy"]})"}};
  });
  const TimePoint before = line.clock.now();
  EXPECT_EQ(line.run({"cancel", "op-1"}), ExitCode::kDone);
  EXPECT_EQ(looks, 5);
  EXPECT_GE(line.clock.now() - before, std::chrono::seconds(90)) << "it waits as long as the rollback asks";
  EXPECT_THAT(line.out(), HasSubstr("deleted the copy"));
}

TEST_F(CommandTest, InvokePrintsTheAnswer) {
  line.api.answer("lambda.Invoke", {{"StatusCode", 200}, {"Payload", R"({"status":"success"})"}});
  EXPECT_EQ(line.run({"invoke", "snapshot-check", "--operation-id", "op-1", "--payload",
                      R"({"target_date":"2026-11-21"})"}),
            ExitCode::kDone);
  EXPECT_EQ(line.out(), "{\n  \"status\": \"success\"\n}\n");
  const auto call = line.api.calls_of("lambda.Invoke").at(0);
  EXPECT_EQ(call.input["FunctionName"], "aurora-restore-snapshot-check-dev");
  EXPECT_EQ(call.input["Payload"], R"({"target_date":"2026-11-21","operation_id":"op-1"})");
}

TEST_F(CommandTest, InvokeShowsTheFunctionsOwnError) {
  line.api.answer("lambda.Invoke",
                  {{"StatusCode", 200},
                   {"FunctionError", "Unhandled"},
                   {"Payload", R"({"errorType":"SnapshotNotFound","errorMessage":"none","hint":"look"})"}});
  EXPECT_EQ(line.run({"invoke", "snapshot_check"}), ExitCode::kNotFound);
  EXPECT_EQ(line.out(), "");
  EXPECT_THAT(line.err(), HasSubstr("SnapshotNotFound: none\n  look\n"));
}

TEST_F(CommandTest, InvokeKnowsTheStepsOnly) {
  EXPECT_EQ(line.run({"invoke", "copy_snapshit"}), ExitCode::kBadInput);
  EXPECT_THAT(line.err(), HasSubstr("did you mean copy_snapshot?"));
}

TEST_F(CommandTest, HistoryTellsWhatHappened) {
  has_operation("FAILED", "FAILED");
  line.api.answer("stepfunctions.GetExecutionHistory",
                  {{"events",
                    {{{"id", 3},
                      {"timestamp", "2026-11-21T06:49:02Z"},
                      {"type", "TaskFailed"},
                      {"taskFailedEventDetails", {{"error", "Boom"}, {"cause", "it broke"}}}},
                     {{"id", 2},
                      {"timestamp", "2026-11-21T06:49:01Z"},
                      {"type", "TaskStateEntered"},
                      {"stateEnteredEventDetails", {{"name", "CopySnapshot"}}}},
                     {{"id", 1},
                      {"timestamp", "2026-11-21T06:49:00Z"},
                      {"type", "ExecutionStarted"},
                      {"executionStartedEventDetails", {{"input", "{}"}}}}}}});
  EXPECT_EQ(line.run({"history", "op-1"}), ExitCode::kDone);
  EXPECT_THAT(line.out(), HasSubstr("The execution started with {}\n"));
  EXPECT_THAT(line.out(), HasSubstr("CopySnapshot\n"));
  EXPECT_THAT(line.out(), HasSubstr("TaskFailed Boom: it broke\n"));
  EXPECT_LT(line.out().find("started"), line.out().find("CopySnapshot")) << "the oldest first";
}

TEST_F(CommandTest, AuditShowsTheTrailEvenWithoutState) {
  line.api.answer(
      "dynamodb.Query",
      {{"Items",
        {{{"operation_id", {{"S", "op-1"}}},
          {"timestamp", {{"S", "2026-11-21T06:49:00.123456Z-0001"}}},
          {"step", {{"S", "copy_snapshot"}}},
          {"status", {{"S", "failed"}}},
          {"details", {{"M", {{"error", {{"S", "Boom"}}}, {"message", {{"S", "it broke"}}}}}}}}}}});
  EXPECT_EQ(line.run({"audit", "op-1"}), ExitCode::kDone);
  EXPECT_THAT(line.out(), HasSubstr("copy_snapshot  failed  Boom: it broke"));
}

TEST_F(CommandTest, SecretPrintsOneFieldAndNothingElse) {
  line.api.answer("secretsmanager.GetSecretValue",
                  {{"SecretString", R"({"username":"postgres","password":"hush"})"}});
  EXPECT_EQ(line.run({"secret", "dev/master-credentials", "--field", "password"}), ExitCode::kDone);
  EXPECT_EQ(line.out(), "hush\n");
  EXPECT_EQ(line.run({"secret", "dev/master-credentials"}), ExitCode::kDone);
  EXPECT_EQ(line.out(), "username\npassword\n");
  EXPECT_EQ(line.run({"secret", "dev/master-credentials", "--field", "passwort"}), ExitCode::kNotFound);
  EXPECT_THAT(line.err(), Not(HasSubstr("hush")));
}

TEST_F(CommandTest, SnapshotsOfTheConfiguredSource) {
  line.api.answer("ssm.GetParameter",
                  {{"Parameter", {{"Value", R"({"source_cluster_id":"src","source_region":"us-east-1"})"}}}});
  line.api.answer("rds.DescribeDBClusterSnapshots", {{"DBClusterSnapshots",
                                                      {{{"DBClusterSnapshotIdentifier", "old"},
                                                        {"DBClusterIdentifier", "src"},
                                                        {"Status", "available"},
                                                        {"SnapshotType", "manual"},
                                                        {"SnapshotCreateTime", "2026-11-19T06:52:09Z"},
                                                        {"Engine", "aurora-postgresql"}},
                                                       {{"DBClusterSnapshotIdentifier", "new"},
                                                        {"DBClusterIdentifier", "src"},
                                                        {"Status", "creating"},
                                                        {"PercentProgress", 40},
                                                        {"SnapshotType", "manual"},
                                                        {"SnapshotCreateTime", "2026-11-21T06:52:00Z"},
                                                        {"Engine", "aurora-postgresql"}}}}});
  EXPECT_EQ(line.run({"snapshots"}), ExitCode::kDone);
  EXPECT_LT(line.out().find("new"), line.out().find("old"));
  EXPECT_THAT(line.out(), HasSubstr("creating 40 %"));
  EXPECT_THAT(line.out(), HasSubstr("2 days ago"));
  EXPECT_EQ(line.api.calls_of("rds.DescribeDBClusterSnapshots").at(0).region, "us-east-1");
}

TEST_F(CommandTest, StartOfAUsedIdIsRefused) {
  line.api.fail("stepfunctions.StartExecution", "ExecutionAlreadyExists");
  EXPECT_EQ(line.run({"start", "--operation-id", "op-1"}), ExitCode::kRefused);
  EXPECT_THAT(line.err(), HasSubstr("op-1 was started before"));
}

}  // namespace
}  // namespace aurora::cli
