#include "local/cloudwatch/metric.h"

#include <algorithm>

#include "aws/model.h"

namespace aurora::local::cloudwatch {

Datum datum(MetricId metric, std::string_view unit, TimePoint time, double value) {
  Datum made{.metric = std::move(metric), .unit = std::string(unit), .time = time};
  made.summary.add(value);
  return made;
}

Dimensions dimensions_of(const Json& list) {
  Dimensions dimensions;
  for (const Json& each : list) dimensions[string_or(each, "Name", "")] = string_or(each, "Value", "");
  return dimensions;
}

Json dimension_list(const Dimensions& dimensions) {
  Json list = Json::array();
  for (const auto& [name, value] : dimensions) list.push_back({{"Name", name}, {"Value", value}});
  return list;
}

MetricId metric_of(const Json& object) {
  return {.space = string_or(object, "Namespace", ""),
          .name = string_or(object, "MetricName", ""),
          .dimensions = dimensions_of(member_or_null(object, "Dimensions"))};
}

Json shown(const MetricId& metric) {
  return {{"Namespace", metric.space},
          {"MetricName", metric.name},
          {"Dimensions", dimension_list(metric.dimensions)}};
}

bool is_unit(std::string_view text) {
  const auto& units = aws::require_service("cloudwatch").shape("StandardUnit")->enum_values;
  return std::ranges::find(units, text) != units.end();
}

}  // namespace aurora::local::cloudwatch
