// The embedded metric format: metrics inside of log lines.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "local/cloudwatch/metric.h"
#include "local/service.h"

namespace aurora::local::cloudwatch {

// The metrics of a line; none for a line that has none, or does not follow the format: CloudWatch says
// nothing of such a line either.
std::vector<Datum> embedded_metrics(std::string_view line);

// CloudWatch Logs whose lines' metrics go to a sink. Both outlive it.
class MetricLines final : public Service {
 public:
  MetricLines(Service& logs, MetricSink& metrics) : logs_(logs), metrics_(metrics) {}

  Json handle(const Call& call) override;
  void start() override { logs_.start(); }
  void stop() override { logs_.stop(); }

  // For lines that come by another way than PutLogEvents.
  void line(const std::string& region, std::string_view text) noexcept;

 private:
  Service& logs_;
  MetricSink& metrics_;
};

}  // namespace aurora::local::cloudwatch
