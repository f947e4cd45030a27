#include "local/cloudwatch/execution_metrics.h"

#include <gtest/gtest.h>

#include "base/dates.h"
#include "local/testing/metric_collector.h"

namespace aurora::local::cloudwatch {
namespace {

constexpr char kMachine[] = "arn:aws:states:us-west-2:123456789012:stateMachine:aurora-restore-dev";
const TimePoint kStart = *parse_iso("2026-11-21T06:20:51Z");

MetricId metric(const std::string& name) {
  return {"AWS/States", name, {{"StateMachineArn", kMachine}}};
}

stepfunctions::ExecutionRow execution(asl::ExecutionStatus status) {
  stepfunctions::ExecutionRow row;
  row.machine_arn = kMachine;
  row.region = "us-west-2";
  row.status = status;
  row.started = kStart;
  if (status != asl::ExecutionStatus::kRunning) row.stopped = kStart + std::chrono::seconds(90);
  return row;
}

TEST(ExecutionMetrics, CountWhatBeginsAndHowItEnds) {
  testing::MetricCollector sink;
  for (const auto status :
       {asl::ExecutionStatus::kRunning, asl::ExecutionStatus::kSucceeded, asl::ExecutionStatus::kFailed,
        asl::ExecutionStatus::kTimedOut, asl::ExecutionStatus::kAborted})
    record_execution(sink, execution(status), kStart);
  for (const char* name : {"ExecutionsStarted", "ExecutionsSucceeded", "ExecutionsFailed",
                           "ExecutionsTimedOut", "ExecutionsAborted"})
    EXPECT_EQ(sink.sum(metric(name)), 1) << name;
  EXPECT_EQ(sink.maximum(metric("ExecutionTime")), 90'000);
  EXPECT_EQ(sink.units["ExecutionTime"], "Milliseconds");
}

TEST(ExecutionMetrics, ARedriveIsNoNewExecution) {
  testing::MetricCollector sink;
  stepfunctions::ExecutionRow row = execution(asl::ExecutionStatus::kRunning);
  row.redrives = 1;
  record_execution(sink, row, kStart);
  EXPECT_FALSE(sink.has(metric("ExecutionsStarted")));
  EXPECT_EQ(sink.sum(metric("ExecutionsRedriven")), 1);
}

}  // namespace
}  // namespace aurora::local::cloudwatch
