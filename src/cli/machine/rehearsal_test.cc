#include "cli/machine/rehearsal.h"

#include <gtest/gtest.h>

#include "cli/testing/machines.h"

namespace aurora::cli {
namespace {

TEST(Rehearsal, TimeIsVirtual) {
  const Rehearsal run = rehearsed(
      loop_machine(),
      R"({"Copy": [{"error": "Busy"}, {"output": {"done": false}, "after_seconds": 4}, {"output": {"done": true}}]})");
  EXPECT_EQ(run.status, asl::ExecutionStatus::kSucceeded);
  EXPECT_EQ(run.output, R"({"done":true})");
  EXPECT_EQ(run.end - run.start, std::chrono::seconds(2 + 4 + 30));
}

TEST(Rehearsal, AnAnswerThatNeverComesIsATimeout) {
  const Rehearsal run = rehearsed(loop_machine(), R"({"Copy": "never"})");
  EXPECT_EQ(run.status, asl::ExecutionStatus::kFailed);
  EXPECT_EQ(run.error, "CopyFailed");
  EXPECT_EQ(run.end - run.start, std::chrono::seconds(60));
}

TEST(Rehearsal, AnAnswerAfterTheTimeoutIsNotHeard) {
  EXPECT_EQ(rehearsed(loop_machine(), R"({"Copy": {"output": {"done": true}, "after_seconds": 61}})").error,
            "CopyFailed");
  EXPECT_EQ(rehearsed(loop_machine(), R"({"Copy": {"output": {"done": true}, "after_seconds": 60}})").status,
            asl::ExecutionStatus::kSucceeded);
}

TEST(Rehearsal, TheMachinesTimeoutEndsALoop) {
  Json machine = loop_machine();
  machine["TimeoutSeconds"] = 100;
  const Rehearsal run = rehearsed(machine, R"({"Copy": {"output": {"done": false}, "repeat": true}})");
  EXPECT_EQ(run.status, asl::ExecutionStatus::kTimedOut);
  EXPECT_EQ(run.end - run.start, std::chrono::seconds(100));
}

TEST(Rehearsal, WhatHappenedStaysWhenAnAnswerIsMissing) {
  const Rehearsal run = rehearsed(loop_machine(), R"({"Copy": {"output": {"done": false}}})");
  ASSERT_TRUE(run.problem);
  EXPECT_EQ(run.problem->name(), "MockMissing");
  EXPECT_EQ(run.end - run.start, std::chrono::seconds(30));
  EXPECT_GT(run.events.size(), 5u);
}

TEST(Rehearsal, AnEndlessLoopEndsWithTheHistory) {
  Json machine = loop_machine();
  machine["States"]["Pause"] = {{"Type", "Pass"}, {"Next", "Copy"}};
  const Rehearsal run = rehearsed(machine, R"({"Copy": {"output": {"done": false}, "repeat": true}})");
  EXPECT_EQ(run.status, asl::ExecutionStatus::kFailed);
  EXPECT_EQ(run.events.size(), 25'000u);
}

TEST(Rehearsal, TheSameSeedGivesTheSameRun) {
  Json machine = loop_machine();
  machine["States"]["Copy"]["Retry"][0]["JitterStrategy"] = "FULL";
  const auto waited = [&](std::optional<std::uint64_t> seed) {
    Mocks mocks = Mocks::parse(
        parse_json(R"({"Copy": [{"error": "Busy"}, {"output": {"done": true}}]})", "the mocks"), machine);
    const Rehearsal run = rehearse(machine, Json::object(), mocks, {.start_time = {}, .seed = seed});
    return run.end - run.start;
  };
  EXPECT_EQ(waited(std::nullopt), std::chrono::seconds(1)) << "half of the two seconds";
  EXPECT_EQ(waited(7), waited(7));
  EXPECT_NE(waited(7), waited(8));
}

TEST(Rehearsal, MachinesReadAwsNames) {
  const Json json = rehearsal_json(rehearsed(loop_machine(), R"({"Copy": {"output": {"done": true}}})"));
  EXPECT_EQ(json["status"], "SUCCEEDED");
  EXPECT_EQ(json["output"], R"({"done":true})");
  EXPECT_EQ(json["startDate"], "2026-11-21T06:52:09.000Z");
  EXPECT_EQ(json["events"][0]["type"], "ExecutionStarted");
}

}  // namespace
}  // namespace aurora::cli
