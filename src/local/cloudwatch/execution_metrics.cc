#include "local/cloudwatch/execution_metrics.h"

namespace aurora::local::cloudwatch {
namespace {

const char* counter_of(const stepfunctions::ExecutionRow& execution) {
  switch (execution.status) {
    case asl::ExecutionStatus::kRunning:
      return execution.redrives == 0 ? "ExecutionsStarted" : "ExecutionsRedriven";
    case asl::ExecutionStatus::kSucceeded:
      return "ExecutionsSucceeded";
    case asl::ExecutionStatus::kTimedOut:
      return "ExecutionsTimedOut";
    case asl::ExecutionStatus::kAborted:
      return "ExecutionsAborted";
    default:
      return "ExecutionsFailed";
  }
}

}  // namespace

void record_execution(MetricSink& sink, const stepfunctions::ExecutionRow& execution, TimePoint now) {
  const auto record = [&](const char* name, const char* unit, double value) {
    sink.record(execution.region,
                datum({"AWS/States", name, {{"StateMachineArn", execution.machine_arn}}}, unit, now, value));
  };
  record(counter_of(execution), "Count", 1);
  if (execution.status == asl::ExecutionStatus::kRunning) return;
  const TimePoint began = execution.redriven.value_or(execution.started);
  const std::chrono::duration<double, std::milli> took = execution.stopped.value_or(now) - began;
  record("ExecutionTime", "Milliseconds", took.count());
}

}  // namespace aurora::local::cloudwatch
