// Metrics and what is observed of them.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_concepts.html
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "base/clock.h"
#include "base/json.h"
#include "local/cloudwatch/statistics.h"

namespace aurora::local::cloudwatch {

using Dimensions = std::map<std::string, std::string>;

// What tells metrics apart, within one Region.
struct MetricId {
  std::string space = {};  // the namespace: "AWS/Lambda"
  std::string name = {};
  Dimensions dimensions = {};

  auto operator<=>(const MetricId&) const = default;
};

// What was observed of a metric at one time.
struct Datum {
  MetricId metric = {};
  std::string unit = "None";
  TimePoint time = {};
  int resolution_seconds = 60;  // or 1: StorageResolution
  Summary summary = {};
};

// One value.
Datum datum(MetricId metric, std::string_view unit, TimePoint time, double value);

// [{"Name": …, "Value": …}] and back; a name that comes twice keeps its last value.
Dimensions dimensions_of(const Json& list);
Json dimension_list(const Dimensions& dimensions);
// Namespace, MetricName and Dimensions of a request or a Metric.
MetricId metric_of(const Json& object);
Json shown(const MetricId& metric);

bool is_unit(std::string_view text);

// Who takes what the endpoint observes of itself. Thread-safe; quick, since callers wait.
class MetricSink {
 public:
  virtual ~MetricSink() = default;
  virtual void record(const std::string& region, Datum datum) noexcept = 0;
};

}  // namespace aurora::local::cloudwatch
