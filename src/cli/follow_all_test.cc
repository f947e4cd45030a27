#include "cli/follow_all.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "base/text.h"
#include "cli/testing/command_line.h"

namespace aurora::cli {
namespace {

using testing::HasSubstr;

Json event(int id, const std::string& type, const Json& details = Json::object()) {
  Json result{{"timestamp", fmt::format("2026-11-21T06:52:{:02}.000Z", id)}, {"type", type}, {"id", id}};
  result.update(details);
  return result;
}
Json entered(int id, const std::string& name) {
  return event(id, "TaskStateEntered", {{"stateEnteredEventDetails", {{"name", name}}}});
}

Json exited(int id, const std::string& name) {
  return event(id, "TaskStateExited",
               {{"stateExitedEventDetails", {{"name", name}, {"output", R"({"message": "done"})"}}}});
}

// Two operations, of which each look shows one event more.
class WatchAll : public testing::Test {
 protected:
  WatchAll() {
    line.api.on("stepfunctions.ListExecutions", [this](const Json& input) {
      EXPECT_EQ(string_or(input, "statusFilter", ""), "RUNNING");
      Json running = Json::array();
      for (const auto& [id, events] : histories)
        if (shown[id] < events.size()) running.push_back({{"name", id}});
      return Json{{"executions", running}};
    });
    line.api.on("stepfunctions.GetExecutionHistory", [this](const Json& input) {
      const std::string arn = string_or(input, "executionArn", "");
      const std::string id = arn.substr(arn.rfind(':') + 1);
      const auto& events = histories[id];
      shown[id] = std::min(shown[id] + 1, events.size());
      Json answer = Json::array();
      for (std::size_t i = shown[id]; i > 0; --i) answer.push_back(events[i - 1]);
      return Json{{"events", answer}};
    });
    line.api.on("dynamodb.GetItem", [](const Json&) {
      return Json{
          {"Item",
           {{"parameters", {{"M", {{"target_cluster_id", {{"S", "orders-copy"}}}}}}},
            {"progress", {{"M", {{"step", {{"S", "check_copy_status"}}}, {"percent", {{"N", "40"}}}}}}}}}};
    });
  }

  std::map<std::string, std::vector<Json>> histories{
      {"op-1",
       {entered(1, "SnapshotCheck"), exited(2, "SnapshotCheck"), entered(3, "CheckCopyStatus"),
        event(4, "ExecutionSucceeded")}},
      {"op-2",
       {entered(1, "SnapshotCheck"),
        event(2, "ExecutionFailed",
              {{"executionFailedEventDetails", {{"error", "TargetLocked"}, {"cause", "taken"}}}})}}};
  std::map<std::string, std::size_t> shown;
  TestCommandLine line;
};

TEST_F(WatchAll, OneLineAnEventUntilNoneRuns) {
  EXPECT_EQ(line.run({"watch"}), ExitCode::kFailed);
  EXPECT_THAT(line.out(), HasSubstr("2026-11-21T06:52:02Z  op-1  ✓ Check the snapshot after 1.0 s"));
  EXPECT_THAT(line.out(), HasSubstr("2026-11-21T06:52:04Z  op-1  Restored orders-copy\n"));
  EXPECT_THAT(line.out(), HasSubstr("op-2  FAILED orders-copy"));
  EXPECT_THAT(line.out(), HasSubstr("aurora-restore status op-2"));
  EXPECT_THAT(line.err(), HasSubstr("1 restored, 1 failed"));
}

TEST_F(WatchAll, SucceedsWhenAllDo) {
  histories.erase("op-2");
  EXPECT_EQ(line.run({"watch"}), ExitCode::kDone);
}

TEST_F(WatchAll, TerminalHasATableOfWhatRuns) {
  line.terminal.out_stream =
      line.terminal.err_stream = {.tty = true, .colour = false, .unicode = true, .width = 120};
  line.run({"watch"});
  EXPECT_THAT(line.err(), HasSubstr("OPERATION  TARGET"));
  EXPECT_THAT(line.err(), HasSubstr("Wait for the copy"));
  EXPECT_THAT(line.err(), HasSubstr(" 40 %"));
}

TEST_F(WatchAll, MachineLinesBearTheOperation) {
  line.run({"watch", "--json"});
  std::map<std::string, int> finished;
  for (const std::string& text : split(line.out(), '\n')) {
    if (text.empty()) continue;
    const Json object = parse_json(text, "a line");
    EXPECT_TRUE(object.contains("operation_id")) << text;
    if (object["event"] == "finished") ++finished[string_or(object, "status", "")];
  }
  EXPECT_EQ(finished, (std::map<std::string, int>{{"SUCCEEDED", 1}, {"FAILED", 1}}));
}

TEST_F(WatchAll, NothingToWatchIsSaid) {
  histories.clear();
  EXPECT_EQ(line.run({"watch"}), ExitCode::kDone);
  EXPECT_THAT(line.err(), HasSubstr("No operation runs"));
}

TEST_F(WatchAll, ForeverEndsByCtrlC) {
  histories.clear();
  int looks = 0;
  line.api.on("stepfunctions.ListExecutions", [&](const Json&) {
    if (++looks == 3) line.stop.request_stop();
    return Json{{"executions", Json::array()}};
  });
  EXPECT_EQ(line.run({"watch", "--forever"}), ExitCode::kDetached);
  EXPECT_EQ(looks, 3);
}

TEST_F(WatchAll, MissingPipelineIsNamed) {
  line.api.fail("stepfunctions.ListExecutions", "StateMachineDoesNotExist");
  EXPECT_EQ(line.run({"watch"}), ExitCode::kNotFound);
  EXPECT_THAT(line.err(), HasSubstr("state machine aurora-restore-dev is not there"));
}

}  // namespace
}  // namespace aurora::cli
