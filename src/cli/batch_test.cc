#include "cli/batch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/testing/command_line.h"

namespace aurora::cli {
namespace {

using testing::ElementsAre;

// Remembers what it was told, as "started a".
class Story final : public BatchObserver {
 public:
  void started(const BatchItem& item) override { told.push_back("started " + item.operation_id); }
  void step_changed(const BatchItem&) override {}
  void will_retry(const BatchItem& item) override { told.push_back("retry " + item.plan.name); }
  void finished(const BatchItem& item) override {
    told.push_back(std::string(name_of(item.state)) + " " + item.plan.name);
  }
  void waits_for_slot(const BatchItem& item) override { told.push_back("slot " + item.plan.name); }
  void tick(const std::vector<BatchItem>& items) override {
    const auto running = std::ranges::count(items, BatchItem::State::kRunning, &BatchItem::state);
    running_most = std::max(running_most, running);
  }
  void notice(const std::string& text) override { told.push_back(text); }

  std::vector<std::string> told;
  std::ptrdiff_t running_most = 0;
};

// Each restore lasts three seconds of the machine's virtual time.
class BatchTest : public testing::Test {
 protected:
  BatchTest() {
    api.on("ssm.GetParameter",
           [](const Json&) -> Json { throw aws::ServiceError("ParameterNotFound", "no"); });
    api.on("stepfunctions.StartExecution", [this](const Json& input) {
      started[string_or(input, "name", "")] = clock.now();
      return Json{{"executionArn", "arn"}};
    });
    api.on("stepfunctions.DescribeExecution", [this](const Json& input) {
      const std::string arn = string_or(input, "executionArn", "");
      const std::string name = arn.substr(arn.rfind(':') + 1);
      if (clock.now() - started.at(name) < std::chrono::seconds(3)) return Json{{"status", "RUNNING"}};
      if (fails.contains(name)) return Json{{"status", "FAILED"}, {"error", fails.at(name)}};
      return Json{{"status", "SUCCEEDED"}};
    });
    api.on("dynamodb.GetItem", [this](const Json& input) -> Json {
      const std::string id = input["Key"]["operation_id"]["S"];
      return {{"Item", {{"operation_id", {{"S", id}}}, {"step", {{"S", step}}}}}};
    });
    api.on("rds.DescribeDBClusterSnapshots", [this](const Json&) {
      Json snapshots = Json::array();
      for (int i = 0; i < copies; ++i)
        snapshots.push_back({{"Status", "copying"},
                             {"SourceDBClusterSnapshotArn", "arn:aws:rds:us-east-1:1:cluster-snapshot:s"}});
      snapshots.push_back({{"Status", "copying"},
                           {"SourceDBClusterSnapshotArn", "arn:aws:rds:us-west-2:1:cluster-snapshot:s"}});
      return Json{{"DBClusterSnapshots", snapshots}};
    });
  }

  static FleetItem item(const std::string& name, int priority = 0, int retries = 0) {
    return {.name = name,
            .request = {{"target_cluster_id", name}, {"source_region", "us-west-2"}},
            .priority = priority,
            .retries = retries};
  }
  BatchResult run(const Fleet& fleet) {
    World world;
    world.local = true;
    world.api = api.handle();
    Context context{.terminal = terminal,
                    .clock = clock,
                    .interrupted = stop.get_token(),
                    .variable = [](const std::string&) { return std::nullopt; },
                    .connect_api = {},
                    .connector = connector,
                    .host = host,
                    .version = {}};
    return run_batch(context, world, fleet, "b", story);
  }

  FakeApi api;
  FakeTerminal terminal;
  ManualClock clock{*parse_iso("2026-11-28T07:00:00Z")};
  FakeLocalHost host;
  db::testing::FakeDatabase database;
  db::testing::FakeConnector connector{database};
  std::stop_source stop;
  Story story;
  std::map<std::string, TimePoint> started;
  std::map<std::string, std::string> fails;
  std::string step = "restore_snapshot";
  int copies = 0;
};

TEST_F(BatchTest, TheMoreImportantOnesFirstAndNeverMoreThanAllowed) {
  const BatchResult result =
      run({.concurrency = 2, .items = {item("a"), item("b", 5), item("c"), item("d", 5)}});
  EXPECT_TRUE(result.all_completed());
  EXPECT_EQ(story.running_most, 2);
  EXPECT_THAT(story.told, ElementsAre("started b-b", "started b-d", "completed b", "completed d",
                                      "started b-a", "started b-c", "completed a", "completed c"));
}

TEST_F(BatchTest, StartsAreStaggered) {
  run({.concurrency = 3, .stagger_seconds = 2, .items = {item("a"), item("b"), item("c")}});
  EXPECT_GE(started["b-b"] - started["b-a"], std::chrono::seconds(2));
  EXPECT_GE(started["b-c"] - started["b-b"], std::chrono::seconds(2));
}

TEST_F(BatchTest, AFailureKeepsTheRestFromStarting) {
  fails["b-a"] = "SnapshotNotFound";
  const BatchResult result = run({.concurrency = 1, .items = {item("a"), item("b")}});
  EXPECT_FALSE(result.all_completed());
  EXPECT_THAT(story.told, ElementsAre("started b-a", "failed a", "skipped b"));
  EXPECT_EQ(result.items[0].error, "SnapshotNotFound");
}

TEST_F(BatchTest, AFailureMayLetTheOthersGoOn) {
  fails["b-a"] = "SnapshotNotFound";
  const BatchResult result =
      run({.concurrency = 1, .continue_on_error = true, .items = {item("a"), item("b")}});
  EXPECT_FALSE(result.all_completed());
  EXPECT_EQ(result.items[1].state, BatchItem::State::kCompleted);
}

TEST_F(BatchTest, TriesAgainUnderAnotherId) {
  fails["b-a"] = "RestoreFailed";
  const BatchResult result = run({.items = {item("a", 0, 2)}});
  EXPECT_TRUE(result.all_completed());
  EXPECT_THAT(story.told, ElementsAre("started b-a", "retry a", "started b-a-2", "completed a"));
  EXPECT_EQ(result.items[0].attempts, 2);
}

TEST_F(BatchTest, WhatTheRequestGotWrongIsNotTriedAgain) {
  fails["b-a"] = "InvalidInput";
  run({.items = {item("a", 0, 2)}});
  EXPECT_THAT(story.told, ElementsAre("started b-a", "failed a"));
}

TEST_F(BatchTest, WaitsForACopySlotThatOthersHold) {
  copies = 5;
  step = "check_copy_status";
  FleetItem across = item("a");
  across.request["source_region"] = "us-east-1";
  api.on("rds.DescribeDBClusterSnapshots", [this, all = 0](const Json&) mutable {
    if (++all == 3) copies = 4;
    Json snapshots = Json::array();
    for (int i = 0; i < copies; ++i)
      snapshots.push_back({{"Status", "copying"},
                           {"SourceDBClusterSnapshotArn", "arn:aws:rds:us-east-1:1:cluster-snapshot:s"}});
    return Json{{"DBClusterSnapshots", snapshots}};
  });
  const BatchResult result = run({.items = {across, item("b")}});
  EXPECT_TRUE(result.all_completed());
  EXPECT_THAT(story.told, ElementsAre("slot a", "started b-b", "started b-a", "completed b", "completed a"))
      << "an item that needs no copy does not wait behind it";
}

TEST_F(BatchTest, CountsItsOwnCopiesBeforeTheyBegin) {
  step = "snapshot_check";
  Fleet fleet{.concurrency = 10, .copy_slots = 1, .items = {item("a"), item("b")}};
  for (FleetItem& each : fleet.items) each.request["source_region"] = "us-east-1";
  const BatchResult result = run(fleet);
  EXPECT_TRUE(result.all_completed());
  EXPECT_EQ(story.running_most, 1);
}

TEST_F(BatchTest, CtrlCLeavesTheRestUnstarted) {
  api.on("stepfunctions.StartExecution", [this](const Json& input) {
    started[string_or(input, "name", "")] = clock.now();
    stop.request_stop();
    return Json{{"executionArn", "arn"}};
  });
  const BatchResult result = run({.concurrency = 1, .items = {item("a"), item("b")}});
  EXPECT_TRUE(result.detached);
  EXPECT_EQ(result.items[0].state, BatchItem::State::kRunning);
  EXPECT_EQ(result.items[1].state, BatchItem::State::kWaiting);
  EXPECT_FALSE(result.all_completed());
}

TEST_F(BatchTest, BearsAnEndpointThatIsAwayForAMoment) {
  const auto describe = [this](const Json&) -> Json {
    if (clock.now() - started.begin()->second < std::chrono::seconds(10))
      throw http::TransportError("ConnectionRefused", "nobody listens", true);
    return {{"status", "SUCCEEDED"}};
  };
  api.on("stepfunctions.DescribeExecution", describe);
  EXPECT_TRUE(run({.items = {item("a")}}).all_completed());
  EXPECT_EQ(story.told.size(), 4u) << "one word when it is away, and one when it is back";
}

}  // namespace
}  // namespace aurora::cli
