// Metrics of the pipeline as log lines in CloudWatch's embedded metric format: no API call, and the operation
// is a field of the line, never a dimension.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
//
// Namespace AuroraRestore. By [Environment, Step]: StepDuration (Seconds: from the step's first call to the
// one that ended it, waiting included), StepSucceeded, StepFailed, DeadTime (Seconds), ApiCalls, ApiThrottles
// (Count: attempts, as sent). By [Environment]: OperationDuration (Seconds), OperationsSucceeded,
// OperationsFailed, OperationsCancelled (Count), BytesCopied (Bytes), CopyRate (Bytes/Second). By
// [Environment, ErrorName]: Errors (Count). A line's dimensions are one set of these. dry_run writes none.
//
// BytesCopied is the snapshot's size, which is what is copied the first time; RDS does not say how much less
// an incremental copy took.
//
// DeadTime is how long something was ready before a step saw it. RDS does not keep when a copy, a cluster or
// an instance became available; its events do (DescribeEvents: the last one about the resource since the look
// before). Where there is none, or asking is denied, it is the whole time since the look before, which is the
// most that it can have been.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/log.h"
#include "restore/step.h"

namespace aurora::restore {

struct Metric {
  std::string_view name;
  std::string_view unit;  // as CloudWatch spells it: "Seconds", "Count", "Bytes", "Bytes/Second"
  double value = 0;
};

// Writes one metric line: `dimensions` (name and value, beside Environment) and `metrics` as members of a log
// line beside `_aws`. Writes nothing when there is no metric.
void write_metrics(const Log& log, TimePoint now, const std::string& environment, const Json& dimensions,
                   const std::vector<Metric>& metrics, const Json& fields);

// How long all of `awaited` were ready, see above. Best effort: never throws for RDS's sake.
double dead_time_seconds(const StepContext& context, const std::vector<AwaitedResource>& awaited,
                         TimePoint look_before);

// BytesCopied and CopyRate, the first time that check_copy_status finds the copy of this operation ready.
std::vector<Metric> copy_metrics(Operation& operation, TimePoint now, double dead_seconds);

// OperationDuration and how it ended.
std::vector<Metric> operation_metrics(const Operation& operation);

}  // namespace aurora::restore
