// The metrics of AWS/Lambda: by function, and of all functions together.
// https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
#pragma once
#include <map>
#include <mutex>
#include <string>

#include "base/clock.h"
#include "local/cloudwatch/metric.h"

namespace aurora::local {

// Thread-safe. Without a sink nothing is measured.
class InvocationMetrics {
 public:
  explicit InvocationMetrics(Clock& clock) : clock_(clock) {}
  void set_sink(cloudwatch::MetricSink& sink) { sink_ = &sink; }

  // One invocation, while it runs.
  class Measurement {
   public:
    Measurement(InvocationMetrics& metrics, std::string region, std::string function);
    Measurement(const Measurement&) = delete;
    Measurement& operator=(const Measurement&) = delete;
    ~Measurement();
    void ended(bool failed);
    void throttled();

   private:
    InvocationMetrics& metrics_;
    const std::string region_;
    const std::string function_;
    const Duration began_;
    const int concurrent_;
  };
  Measurement begin(const std::string& region, const std::string& function) {
    return {*this, region, function};
  }

 private:
  void record(const std::string& region, const std::string& function, const char* name, const char* unit,
              double value);
  int change_running(const std::string& region, const std::string& function, int by);

  Clock& clock_;
  cloudwatch::MetricSink* sink_ = nullptr;
  std::mutex mutex_;
  std::map<std::pair<std::string, std::string>, int> running_;
};

}  // namespace aurora::local
