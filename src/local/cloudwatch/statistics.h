// What is kept of many values, and the statistics that are told from it.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Statistics-definitions.html
#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace aurora::local::cloudwatch {

struct Summary {
  // Distinct values that are kept for percentiles; with more, there are none, as with a StatisticSet.
  static constexpr std::size_t kValuesMax = 150;

  double count = 0;
  double sum = 0;
  double minimum = 0;
  double maximum = 0;
  std::optional<std::map<double, double>> values = std::map<double, double>{};  // with their counts

  void add(double value, double times = 1);
  void add(const Summary& other);
};

// "Average", "Sum", "Minimum", "Maximum", "SampleCount" or a percentile, "p99.9".
class Statistic {
 public:
  // Nothing for any other text, the trimmed and ranked statistics of CloudWatch among them.
  static std::optional<Statistic> parse(std::string_view text);

  // Nothing for a percentile of values that were not kept.
  std::optional<double> of(const Summary& summary) const;
  // 0.999 for "p99.9"; nothing for the others.
  std::optional<double> percentile() const;
  const std::string& name() const { return name_; }

 private:
  explicit Statistic(std::string name, double fraction = 0) : name_(std::move(name)), fraction_(fraction) {}

  std::string name_;
  double fraction_;
};

}  // namespace aurora::local::cloudwatch
