#include "restore/durations.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"

namespace aurora::restore {
namespace {

using testing::DoubleEq;
using testing::HasSubstr;
using testing::Not;

PastOperation past(double gib, double copy_seconds) {
  return {.size_gib = gib, .copied = true, .seconds = {{"check_copy_status", copy_seconds}}};
}

const StepEstimate& step(const std::vector<StepEstimate>& steps, const std::string& name) {
  for (const StepEstimate& estimate : steps)
    if (estimate.step == name) return estimate;
  throw Error("NoStep", name);
}

TEST(Durations, NearestSizesCountAndShowTheirSpread) {
  const auto steps = estimate_steps(
      {past(100, 600), past(110, 900), past(90, 700), past(95, 650), past(105, 800), past(4000, 90000)},
      {.size_gib = 100, .copies = true});
  EXPECT_THAT(step(steps, "check_copy_status").least_seconds, DoubleEq(600));
  EXPECT_THAT(step(steps, "check_copy_status").most_seconds, DoubleEq(900));
  EXPECT_EQ(step(steps, "check_copy_status").based_on, 5u);
}

TEST(Durations, OtherSizesAreScaled) {
  const auto steps = estimate_steps({past(100, 600), past(100, 600)}, {.size_gib = 1000, .copies = true});
  EXPECT_THAT(step(steps, "check_copy_status").most_seconds, DoubleEq(6000));
}

TEST(Durations, OnePastOperationHasAMargin) {
  const auto steps = estimate_steps({past(100, 1000)}, {.size_gib = 100, .copies = true});
  EXPECT_THAT(step(steps, "check_copy_status").least_seconds, DoubleEq(800));
  EXPECT_THAT(step(steps, "check_copy_status").most_seconds, DoubleEq(1500));
}

TEST(Durations, WithoutPastItIsAssumedFromTheSize) {
  const auto steps = estimate_steps({}, {.size_gib = 2000, .copies = true});
  EXPECT_THAT(step(steps, "check_copy_status").least_seconds, DoubleEq(120 + 12000));
  EXPECT_THAT(step(steps, "check_copy_status").most_seconds, DoubleEq(600 + 36000));
  EXPECT_EQ(step(steps, "check_restore_status").based_on, 0u);
  EXPECT_THAT(step(steps, "verify_restore").most_seconds, DoubleEq(600));
}

TEST(Durations, WithoutACopyItsStepsTakeNoTime) {
  for (const StepEstimate& estimate : estimate_steps({past(1, 1)}, {.size_gib = 1, .copies = false}))
    EXPECT_THAT(estimate.step, Not(HasSubstr("copy")));
}

TEST(Durations, CompletedItemsAloneTellHowLong) {
  const Json item{
      {"status", "COMPLETED"},
      {"snapshot_details", {{"allocated_storage_gib", 12}}},
      {"state", {{"copy_needed", true}}},
      {"steps",
       {{"cleanup", {{"started_at", "2026-11-28T06:00:00Z"}, {"finished_at", "2026-11-28T06:01:30Z"}}},
        {"notify_completion", {{"started_at", "2026-11-28T06:00:00Z"}}}}}};
  Json failed = item;
  failed["status"] = "FAILED";
  const auto operations = past_operations({item, failed});
  ASSERT_EQ(operations.size(), 1u);
  EXPECT_EQ(operations[0].seconds, (std::map<std::string, double>{{"cleanup", 90}}));
  EXPECT_EQ(operations[0].size_gib, 12);
  EXPECT_TRUE(operations[0].copied);
}

PastOperation waited(double gib, const std::string& target, double restore_seconds) {
  return {.size_gib = gib,
          .seconds = {{"cleanup", 1}},
          .waits = {{"restore", restore_seconds}},
          .target = target};
}

TEST(Durations, WaitsAreLearnedAsStepsAre) {
  const std::vector<PastOperation> past{waited(100, "a", 1000), waited(100, "b", 1200),
                                        waited(110, "a", 1100)};
  const StepEstimate restore = estimate_wait("restore", past, {.size_gib = 100, .target = "a"});
  EXPECT_THAT(restore.least_seconds, DoubleEq(1000));
  EXPECT_THAT(restore.most_seconds, DoubleEq(1200));
  EXPECT_EQ(restore.based_on, 3u);
  EXPECT_EQ(estimate_wait("instances", past, {.size_gib = 100}).based_on, 0u);
}

TEST(Durations, OperationsOfTheSameTargetAreNearer) {
  std::vector<PastOperation> past;
  for (int i = 0; i < 5; ++i) past.push_back(waited(100, "other", 10));
  for (int i = 0; i < 5; ++i) past.push_back(waited(110, "mine", 1000));
  EXPECT_THAT(estimate_wait("restore", past, {.size_gib = 100, .target = "mine"}).least_seconds,
              DoubleEq(1000));
}

TEST(Durations, WaitsThatAreRecordedAreRead) {
  const Json item{
      {"status", "COMPLETED"},
      {"parameters", {{"target_cluster_id", "mine"}}},
      {"state", {{"waited", {{"copy", 12.5}, {"restore", "?"}}}}},
      {"steps",
       {{"cleanup", {{"started_at", "2026-11-28T06:00:00Z"}, {"finished_at", "2026-11-28T06:01:30Z"}}}}}};
  const auto operations = past_operations({item});
  ASSERT_EQ(operations.size(), 1u);
  EXPECT_EQ(operations[0].target, "mine");
  EXPECT_EQ(operations[0].waits, (std::map<std::string, double>{{"copy", 12.5}}));
}

}  // namespace
}  // namespace aurora::restore
