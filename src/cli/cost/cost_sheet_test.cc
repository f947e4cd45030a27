#include "cli/cost/cost_sheet.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/dates.h"
#include "base/error.h"
#include "restore/prices.h"

namespace aurora::cli {
namespace {

using testing::Contains;
using testing::DoubleNear;
using testing::HasSubstr;

Json event(int id, int previous, const std::string& type, const std::string& at,
           Json details = Json::object()) {
  Json one{{"id", id},
           {"previousEventId", previous},
           {"type", type},
           {"timestamp", "2026-11-28T06:00:" + at + "Z"}};
  if (type == "TaskScheduled") one["taskScheduledEventDetails"] = details;
  if (type == "TaskSucceeded") one["taskSucceededEventDetails"] = details;
  if (type == "TaskFailed") one["taskFailedEventDetails"] = details;
  return one;
}

// A choice, a task that is tried twice, a wait and the end.
std::vector<Json> history() {
  const Json scheduled{
      {"parameters", R"({"FunctionName":"arn:aws:lambda:us-west-2:1:function:look-dev:live"})"}};
  return {event(1, 0, "ExecutionStarted", "00"),
          event(2, 1, "ChoiceStateEntered", "00"),
          event(3, 2, "ChoiceStateExited", "00"),
          event(4, 3, "TaskStateEntered", "00"),
          event(5, 4, "TaskScheduled", "00", scheduled),
          event(6, 5, "TaskStarted", "00"),
          event(7, 6, "TaskFailed", "02", {{"error", "AwsThrottled"}}),
          event(8, 7, "TaskScheduled", "05", scheduled),
          event(9, 8, "TaskStarted", "05"),
          event(10, 9, "TaskSucceeded", "06",
                {{"output", R"({"Payload":{},"SdkResponseMetadata":{"RequestId":"r-2"}})"}}),
          event(11, 10, "TaskStateExited", "06"),
          event(12, 11, "WaitStateEntered", "06"),
          event(13, 12, "WaitStateExited", "36"),
          event(14, 13, "SucceedStateEntered", "36"),
          event(15, 14, "SucceedStateExited", "36"),
          event(16, 15, "ExecutionSucceeded", "36")};
}

const CostLine& line(const std::vector<CostLine>& lines, const std::string& what) {
  for (const CostLine& one : lines)
    if (one.what.starts_with(what)) return one;
  throw Error("NoLine", what);
}

TEST(Usage, TransitionsAreStatesEnteredAndRepetitions) {
  const HistoryUsage usage = usage_of_history(history());
  EXPECT_EQ(usage.transitions, 5);
  EXPECT_EQ(usage.repetitions, 1);
  ASSERT_EQ(usage.calls.size(), 2u);
  EXPECT_EQ(usage.calls[0].function, "look-dev");
  EXPECT_EQ(usage.calls[0].request_id, "");
  EXPECT_THAT(usage.calls[0].seconds, DoubleNear(2, 1e-9));
  EXPECT_EQ(usage.calls[1].request_id, "r-2");
}

TEST(Usage, ReportLinesTellWhatIsBilled) {
  const auto report = parse_report(
      "REPORT RequestId: r-2\tDuration: 12.35 ms\tBilled Duration: 14 ms\tMemory Size: 256 MB\tMax Memory "
      "Used: 7 MB\t");
  ASSERT_TRUE(report);
  EXPECT_EQ(report->request_id, "r-2");
  EXPECT_THAT(report->billed_seconds, DoubleNear(0.014, 1e-9));
  EXPECT_EQ(report->memory_mb, 256);
  EXPECT_FALSE(parse_report("START RequestId: r-2 Version: $LATEST"));
}

CostFacts facts() {
  CostFacts facts{
      .state = Json(), .history = usage_of_history(history()), .now = *parse_iso("2026-11-28T16:00:00Z")};
  facts.reports = {{"r-2", 2, 512}};
  facts.memory_mb["look-dev"] = 1024;
  return facts;
}

TEST(CostSheet, CallsWithoutAReportAreEstimatedFromTheHistory) {
  const CostSheet sheet = cost_sheet(facts());
  EXPECT_THAT(line(sheet.pipeline, "State transitions").usd, DoubleNear(5 * 0.000025, 1e-12));
  const CostLine& measured = line(sheet.pipeline, "Lambda duration, x86_64");
  EXPECT_THAT(measured.quantity, DoubleNear(1, 1e-9));
  EXPECT_EQ(measured.basis, Basis::kMeasured);
  const CostLine& estimated = line(sheet.pipeline, "Lambda duration without");
  EXPECT_THAT(estimated.quantity, DoubleNear(2, 1e-9));
  EXPECT_EQ(estimated.basis, Basis::kEstimated);
}

TEST(CostSheet, WhatIsNotKnownIsNamed) {
  CostFacts nothing{.state = Json(), .now = *parse_iso("2026-11-28T16:00:00Z")};
  const CostSheet sheet = cost_sheet(nothing);
  EXPECT_TRUE(sheet.pipeline.empty());
  EXPECT_THAT(sheet.unknown, Contains(HasSubstr("State transitions")));
  EXPECT_THAT(sheet.unknown, Contains(HasSubstr("DynamoDB")));
  EXPECT_THAT(sheet.unknown, Contains(HasSubstr("Logs")));
  EXPECT_THAT(sheet.unknown, Contains(HasSubstr("state is gone")));
}

TEST(CostSheet, RequestsCountByTheirUnits) {
  CostFacts given = facts();
  given.requests.add({{"rds", 3},
                      {"dynamodb", 4},
                      {"dynamodb_read_halves", 3},
                      {"dynamodb_write_halves", 8},
                      {"sns", 2},
                      {"sqs", 1}});
  const CostSheet sheet = cost_sheet(given);
  EXPECT_THAT(line(sheet.pipeline, "DynamoDB writes").quantity, DoubleNear(8, 1e-9));
  EXPECT_THAT(line(sheet.pipeline, "DynamoDB reads").quantity, DoubleNear(1.5, 1e-9));
  EXPECT_THAT(line(sheet.pipeline, "SNS").usd, DoubleNear(2 * 0.5e-6, 1e-15));
  EXPECT_THAT(line(sheet.pipeline, "RDS API calls").quantity, DoubleNear(3, 1e-9));
}

Json state() {
  return {{"state", {{"copy_needed", true}, {"copy_begun_at", "2026-11-28T06:00:00Z"}}},
          {"snapshot_details", {{"allocated_storage_gib", 730}}},
          {"parameters",
           {{"source_region", "us-east-1"},
            {"target_region", "us-west-2"},
            {"db_instance_class", "db.r6g.large"}}},
          {"restore_details", {{"instances", {"a-instance-1"}}}},
          {"cleanup_results", {{"snapshot_deleted", true}}},
          {"steps",
           {{"check_restore_status", {{"started_at", "2026-11-28T06:00:00Z"}}},
            {"cleanup", {{"finished_at", "2026-11-28T08:00:00Z"}}}}}};
}

TEST(CostSheet, CopyCountsForItsLifeAndInstancesUntilNow) {
  CostFacts given = facts();
  given.state = state();
  given.instances_there = 1;
  const CostSheet sheet = cost_sheet(given);
  EXPECT_THAT(line(sheet.resources, "Transfer").usd, DoubleNear(730 * 0.02, 1e-9));
  EXPECT_THAT(line(sheet.resources, "Copied snapshot, until it was deleted").quantity, DoubleNear(2, 1e-9));
  EXPECT_THAT(line(sheet.resources, "1 instance of db.r6g.large").usd, DoubleNear(10 * 0.26, 1e-9));
}

TEST(CostSheet, InstancesThatAreGoneAreUnknown) {
  CostFacts given = facts();
  given.state = state();
  given.instances_there = 0;
  EXPECT_THAT(cost_sheet(given).unknown, Contains(HasSubstr("nothing tells since when")));
}

}  // namespace
}  // namespace aurora::cli
