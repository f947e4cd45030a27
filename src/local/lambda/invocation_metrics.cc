#include "local/lambda/invocation_metrics.h"

namespace aurora::local {

InvocationMetrics::Measurement::Measurement(InvocationMetrics& metrics, std::string region,
                                            std::string function)
    : metrics_(metrics),
      region_(std::move(region)),
      function_(std::move(function)),
      began_(metrics.clock_.monotonic()),
      concurrent_(metrics.change_running(region_, function_, 1)) {}

InvocationMetrics::Measurement::~Measurement() {
  metrics_.change_running(region_, function_, -1);
}

void InvocationMetrics::Measurement::ended(bool failed) {
  const std::chrono::duration<double, std::milli> took = metrics_.clock_.monotonic() - began_;
  metrics_.record(region_, function_, "Invocations", "Count", 1);
  metrics_.record(region_, function_, "Errors", "Count", failed ? 1 : 0);
  metrics_.record(region_, function_, "Throttles", "Count", 0);
  metrics_.record(region_, function_, "Duration", "Milliseconds", took.count());
  metrics_.record(region_, function_, "ConcurrentExecutions", "Count", concurrent_);
}

void InvocationMetrics::Measurement::throttled() {
  metrics_.record(region_, function_, "Throttles", "Count", 1);
}

void InvocationMetrics::record(const std::string& region, const std::string& function, const char* name,
                               const char* unit, double value) {
  if (sink_ == nullptr) return;
  for (const cloudwatch::Dimensions& dimensions :
       {cloudwatch::Dimensions{{"FunctionName", function}}, cloudwatch::Dimensions{}})
    sink_->record(region, cloudwatch::datum({"AWS/Lambda", name, dimensions}, unit, clock_.now(), value));
}

int InvocationMetrics::change_running(const std::string& region, const std::string& function, int by) {
  const std::lock_guard lock(mutex_);
  return running_[{region, function}] += by;
}

}  // namespace aurora::local
