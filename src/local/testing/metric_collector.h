// A metric sink that remembers.
#pragma once
#include <map>

#include "local/cloudwatch/metric.h"

namespace aurora::local::testing {

class MetricCollector final : public cloudwatch::MetricSink {
 public:
  void record(const std::string& region, cloudwatch::Datum datum) noexcept override {
    regions[region] += 1;
    units[datum.metric.name] = datum.unit;
    summaries[datum.metric].add(datum.summary);
  }
  double sum(const cloudwatch::MetricId& metric) const {
    const auto found = summaries.find(metric);
    return found == summaries.end() ? 0 : found->second.sum;
  }
  double maximum(const cloudwatch::MetricId& metric) const { return summaries.at(metric).maximum; }
  bool has(const cloudwatch::MetricId& metric) const { return summaries.contains(metric); }

  std::map<std::string, int> regions;
  std::map<std::string, std::string> units;
  std::map<cloudwatch::MetricId, cloudwatch::Summary> summaries;
};

}  // namespace aurora::local::testing
