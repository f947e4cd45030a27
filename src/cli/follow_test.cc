#include "cli/follow.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/testing/command_line.h"

namespace aurora::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

Json entered(int id, const std::string& name) {
  return {{"timestamp", fmt::format("2026-11-21T06:52:{:02}.000Z", id)},
          {"type", "TaskStateEntered"},
          {"id", id},
          {"stateEnteredEventDetails", {{"name", name}}}};
}
Json exited(int id, const std::string& name, const std::string& message) {
  return {{"timestamp", fmt::format("2026-11-21T06:52:{:02}.500Z", id)},
          {"type", "TaskStateExited"},
          {"id", id},
          {"stateExitedEventDetails", {{"name", name}, {"output", dump_json({{"message", message}})}}}};
}
Json ended(int id, const std::string& type, const std::string& error = {}) {
  Json event{{"timestamp", fmt::format("2026-11-21T06:52:{:02}.000Z", id)}, {"type", type}, {"id", id}};
  if (!error.empty()) event["executionFailedEventDetails"] = {{"error", error}, {"cause", "because"}};
  return event;
}

// An execution of which each look shows more events; the state item is that of a finished restore.
class Follow : public testing::Test {
 protected:
  Follow() {
    line.api.answer("stepfunctions.StartExecution", {{"executionArn", "arn:x"}});
    line.api.answer("stepfunctions.DescribeExecution", {{"executionArn", "arn:x"}, {"status", "RUNNING"}});
    line.api.on("stepfunctions.GetExecutionHistory", [this](const Json& input) {
      EXPECT_TRUE(bool_or(input, "reverseOrder", false));
      const std::size_t shown =
          std::min(shown_at_look.at(std::min(look, shown_at_look.size() - 1)), events.size());
      ++look;
      Json answer = Json::array();
      for (std::size_t i = shown; i > 0; --i) answer.push_back(events[i - 1]);
      return Json{{"events", answer}};
    });
    line.api.on("dynamodb.GetItem", [this](const Json&) { return Json{{"Item", aws_item(state)}}; });
  }

  static Json aws_item(const Json& plain) {
    Json item = Json::object();
    for (const auto& [key, value] : plain.items()) item[key] = attribute(value);
    return item;
  }
  static Json attribute(const Json& value) {
    if (value.is_object()) return {{"M", aws_item(value)}};
    if (value.is_number()) return {{"N", dump_json(value)}};
    if (value.is_boolean()) return {{"BOOL", value}};
    if (value.is_array()) {
      Json list = Json::array();
      for (const Json& one : value) list.push_back(attribute(one));
      return {{"L", list}};
    }
    return {{"S", value}};
  }

  std::vector<Json> events{entered(1, "SnapshotCheck"), exited(2, "SnapshotCheck", "Snapshot exists"),
                           entered(3, "CopySnapshot"), exited(9, "CopySnapshot", "Snapshot copied"),
                           ended(10, "ExecutionSucceeded")};
  std::vector<std::size_t> shown_at_look{0, 1, 3, 3, 5};
  std::size_t look = 0;
  Json state{{"operation_id", "op-1"},
             {"status", "COMPLETED"},
             {"parameters",
              {{"target_cluster_id", "dev-target-cluster"},
               {"source_region", "us-east-1"},
               {"target_region", "us-west-2"},
               {"master_credentials_secret_id", "dev/master-credentials"}}},
             {"snapshot_details",
              {{"snapshot_name", "snap-1"},
               {"engine", "aurora-postgresql"},
               {"engine_version", "15.13"},
               {"master_username", "postgres"}}},
             {"restore_details", {{"cluster_endpoint", "127.0.0.1"}, {"cluster_port", 40001}}},
             {"verification",
              {{"tables_checked", 7},
               {"rows_checked", 1081110},
               {"tables_equal", 7},
               {"rows_equal", 1081110},
               {"compared_with_source", true}}}};
  TestCommandLine line;
};

TEST_F(Follow, PipeGetsOneLineForEachStepAndTheSummary) {
  EXPECT_EQ(line.run({"run", "--snapshot", "snap-1", "--operation-id", "op-1"}), ExitCode::kDone);
  EXPECT_THAT(line.err(), HasSubstr("Check the snapshot           1.5 s  Snapshot exists\n"));
  EXPECT_THAT(line.err(), HasSubstr("Copy the snapshot"));
  EXPECT_THAT(line.err(), Not(HasSubstr("\033")));
  EXPECT_THAT(line.out(), HasSubstr("Restored dev-target-cluster"));
  EXPECT_THAT(line.out(), HasSubstr("7 tables with 1,081,110 rows proved equal to the source's"));
  EXPECT_THAT(line.out(), HasSubstr("aurora-postgresql 15.13"));
  EXPECT_THAT(line.out(), HasSubstr("127.0.0.1:40001"));
  EXPECT_THAT(line.out(), Not(HasSubstr("\033")));
}

TEST_F(Follow, PsqlLineReadsThePasswordThroughThisProgram) {
  line.run({"watch", "op-1"});
  EXPECT_THAT(
      line.out(),
      HasSubstr("PGPASSWORD=\"$(aurora-restore secret dev/master-credentials --field password)\" psql "
                "\"host=127.0.0.1 port=40001 dbname=postgres user=postgres\"\n"));
}

TEST_F(Follow, MySqlClusterGetsALineForTheMariaDbClientThatVerifiesTheServer) {
  state["snapshot_details"]["engine"] = "aurora-mysql";
  state["verification"]["database"] = "rental";
  line.run({"watch", "op-1", "--data", "/srv/the data"});
  EXPECT_THAT(line.out(), HasSubstr("password)\" mariadb --host=127.0.0.1 --port=40001 --user=postgres "
                                    "--ssl-ca='/srv/the data/ca.crt' --ssl-verify-server-cert rental\n"));
  EXPECT_THAT(line.out(), HasSubstr("MYSQL_PWD=\"$(aurora-restore "));
}

TEST_F(Follow, PsqlLineCarriesTheChosenEndpoint) {
  line.run({"watch", "op-1", "--endpoint-url", "http://127.0.0.1:4777"});
  EXPECT_THAT(line.out(), HasSubstr("$(aurora-restore --endpoint-url http://127.0.0.1:4777 secret "
                                    "dev/master-credentials --field password)"));
}

TEST_F(Follow, TtyShowsABarForAPercentage) {
  line.terminal.err_stream = {.tty = true, .colour = false, .unicode = true, .width = 100};
  state["progress"] = {{"step", "copy_snapshot"}, {"percent", 50}, {"remaining_seconds", 30}};
  line.run({"watch", "op-1"});
  EXPECT_THAT(line.err(), HasSubstr("━━━━━━━━━━━━━━──────────────  50 %  30 s left"));
}

TEST_F(Follow, NarrowTtyShortensTheBarBeforeTheRemainingTime) {
  line.terminal.err_stream = {.tty = true, .colour = false, .unicode = true, .width = 80};
  state["progress"] = {{"step", "copy_snapshot"}, {"percent", 50}, {"remaining_seconds", 30}};
  line.run({"watch", "op-1"});
  EXPECT_THAT(line.err(), HasSubstr("─  50 %  30 s left"));
}

TEST_F(Follow, MachineGetsOneObjectALine) {
  state["progress"] = {{"step", "copy_snapshot"}, {"percent", 50}};
  EXPECT_EQ(line.run({"run", "--operation-id", "op-1", "--json"}), ExitCode::kDone);
  std::vector<std::string> kinds;
  std::istringstream lines(line.out());
  Json last;
  for (std::string text; std::getline(lines, text);) {
    last = parse_json(text, "line");
    kinds.push_back(string_or(last, "event", ""));
  }
  EXPECT_THAT(kinds, testing::ElementsAre("started", "step_started", "step_finished", "step_started",
                                          "progress", "step_finished", "finished"));
  EXPECT_EQ(last["status"], "SUCCEEDED");
  EXPECT_EQ(last["exit_code"], 0);
  EXPECT_EQ(last["verification"]["rows_equal"], 1081110);
  EXPECT_EQ(line.err(), "");
}

TEST_F(Follow, InterruptDetachesAndSaysHowToComeBack) {
  shown_at_look = {3};
  line.api.on("dynamodb.GetItem", [this](const Json&) {
    line.stop.request_stop();
    return Json{{"Item", aws_item(state)}};
  });
  EXPECT_EQ(line.run({"run", "--operation-id", "op-1"}), ExitCode::kDetached);
  EXPECT_THAT(line.err(), HasSubstr("The restore goes on."));
  EXPECT_THAT(line.err(), HasSubstr("aurora-restore watch op-1"));
  EXPECT_TRUE(line.api.calls_of("stepfunctions.StopExecution").empty());
}

TEST_F(Follow, FailureNamesStepReasonAndWhatToDo) {
  events = {entered(1, "SnapshotCheck"),
            {{"timestamp", "2026-11-21T06:52:02Z"},
             {"type", "TaskFailed"},
             {"id", 2},
             {"taskFailedEventDetails",
              {{"error", "SnapshotNotFound"}, {"cause", R"({"errorMessage":"none of that day"})"}}}},
            ended(3, "ExecutionFailed", "SnapshotNotFound")};
  state = {{"operation_id", "op-1"},
           {"status", "FAILED"},
           {"error",
            {{"name", "SnapshotNotFound"},
             {"message", "none of that day"},
             {"hint", "The newest is of Friday."},
             {"step", "snapshot_check"}}}};
  EXPECT_EQ(line.run({"watch", "op-1"}), ExitCode::kNotFound);
  EXPECT_THAT(line.out(), HasSubstr("The restore failed"));
  EXPECT_THAT(line.out(), HasSubstr("SnapshotNotFound"));
  EXPECT_THAT(line.out(), HasSubstr("The newest is of Friday."));
  EXPECT_THAT(line.out(), HasSubstr("aurora-restore history op-1"));
}

TEST_F(Follow, UnreachableDuringAStepIsARestoreThatFailed) {
  events = {entered(1, "CopySnapshot"), ended(2, "ExecutionFailed", "DatabaseUnavailable")};
  state = {{"operation_id", "op-1"}, {"status", "FAILED"}};
  EXPECT_EQ(line.run({"watch", "op-1"}), ExitCode::kFailed);
}

TEST_F(Follow, EndpointThatIsAwayForAMomentIsBorne) {
  int attempts = 0;
  line.api.on("dynamodb.GetItem", [&](const Json&) -> Json {
    if (++attempts == 2)
      throw aws::Unreachable("ConnectionRefused", "127.0.0.1:4566 refuses the connection", true);
    return Json{{"Item", aws_item(state)}};
  });
  EXPECT_EQ(line.run({"run", "--operation-id", "op-1"}), ExitCode::kDone);
  EXPECT_THAT(line.err(), HasSubstr("trying again"));
  EXPECT_THAT(line.err(), HasSubstr("answers again"));
}

TEST_F(Follow, EndpointThatIsStartingAgainIsBorne) {
  int attempts = 0;
  line.api.on("dynamodb.GetItem", [&](const Json&) -> Json {
    if (++attempts == 2) throw aws::ServiceError("ServiceUnavailable", "The endpoint is starting.", 503);
    return Json{{"Item", aws_item(state)}};
  });
  EXPECT_EQ(line.run({"run", "--operation-id", "op-1"}), ExitCode::kDone);
  EXPECT_THAT(line.err(), HasSubstr("trying again"));
}

TEST_F(Follow, EndpointThatStaysAwayIsGivenUp) {
  line.api.on("stepfunctions.GetExecutionHistory", [](const Json&) -> Json {
    throw aws::Unreachable("ConnectionRefused", "127.0.0.1:4566 refuses the connection", true);
  });
  EXPECT_EQ(line.run({"run", "--operation-id", "op-1"}), ExitCode::kUnreachable);
}

}  // namespace
}  // namespace aurora::cli
