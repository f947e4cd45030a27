// The metrics of AWS/States, which have the dimension StateMachineArn and come in no other form.
// https://docs.aws.amazon.com/step-functions/latest/dg/procedure-cw-metrics.html
#pragma once
#include "local/cloudwatch/metric.h"
#include "local/stepfunctions/store.h"

namespace aurora::local::cloudwatch {

// Of an execution that began, was redriven, or ended.
void record_execution(MetricSink& sink, const stepfunctions::ExecutionRow& execution, TimePoint now);

}  // namespace aurora::local::cloudwatch
