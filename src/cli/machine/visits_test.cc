#include "cli/machine/visits.h"

#include <gtest/gtest.h>

#include "cli/testing/machines.h"

namespace aurora::cli {
namespace {

using Outcome = StateVisits::Outcome;

Visits visits(const Rehearsal& run) {
  return visits_of(run.events, run.end + std::chrono::seconds(10));
}

TEST(Visits, CountsVisitsRetriesAndTime) {
  const Visits found = visits(rehearsed(
      loop_machine(),
      R"({"Copy": [{"error": "Busy"}, {"output": {"done": false}, "after_seconds": 4}, {"output": {"done": true}}]})"));
  EXPECT_EQ(visits_text(found.of("Copy")), "2 times, 6.0 s, 1 retry");
  EXPECT_EQ(found.of("Copy").outcome, Outcome::kSucceeded);
  EXPECT_EQ(visits_text(found.of("Pause")), "30 s");
  EXPECT_EQ(found.of("Undo").outcome, Outcome::kNotReached);
  EXPECT_EQ((found.ways.at({"Copy", "IsDone"})), 2);
  EXPECT_EQ((found.ways.at({"Pause", "Copy"})), 1);
  EXPECT_TRUE(found.catches.empty());
}

TEST(Visits, TellsCaughtFromFailed) {
  const Visits found = visits(rehearsed(loop_machine(), R"({"Copy": {"error": "Broken"}})"));
  EXPECT_EQ(found.of("Copy").outcome, Outcome::kCaught);
  EXPECT_EQ(found.of("Copy").error, "Broken");
  EXPECT_EQ((found.catches.at({"Copy", "Undo"})), 1);
  EXPECT_EQ(found.of("Failed").outcome, Outcome::kFailed);
}

TEST(Visits, WhatIsOpenRunsOrWasStopped) {
  const Visits running = visits(rehearsed(loop_machine(), R"({"Copy": {"output": {"done": false}}})"));
  EXPECT_EQ(running.of("Copy").outcome, Outcome::kRunning);
  EXPECT_EQ(running.of("Copy").visits, 2);
  const Visits failed =
      visits(rehearsed(nested_machine(), R"({"Send": {"error": "Broken"}})", R"({"list":[1]})"));
  EXPECT_EQ(failed.of("Both").outcome, Outcome::kFailed);
  EXPECT_EQ(failed.of("Send").outcome, Outcome::kFailed);
  EXPECT_EQ(failed.of("Rest").outcome, Outcome::kAborted);
  const Visits again = visits(
      rehearsed(nested_machine(), R"({"Send": [{"error": "Busy"}, {"output": 1}]})", R"({"list":[1]})"));
  EXPECT_EQ(again.of("Both").retries, 1);
  EXPECT_EQ(again.of("Send").visits, 2);
}

TEST(Visits, WhatIsInsideEndsWithItsParallel) {
  const Visits found = visits(rehearsed(failing_branch_machine(), "{}"));
  EXPECT_EQ(found.of("Both").outcome, Outcome::kCaught);
  EXPECT_EQ(visits_text(found.of("Both")), "5.0 s, 1 retry");
  EXPECT_EQ(found.of("Break").outcome, Outcome::kFailed);
  EXPECT_EQ(visits_text(found.of("Break")), "2 times, 1.0 s");
  EXPECT_EQ(found.of("Slow").outcome, Outcome::kAborted);
  EXPECT_EQ(visits_text(found.of("Slow")), "2 times, 5.0 s");
}

}  // namespace
}  // namespace aurora::cli
