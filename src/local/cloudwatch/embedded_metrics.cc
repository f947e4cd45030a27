#include "local/cloudwatch/embedded_metrics.h"

#include <algorithm>
#include <cmath>

namespace aurora::local::cloudwatch {
namespace {

constexpr std::size_t kMetricsMax = 100;  // of one directive
constexpr std::size_t kValuesMax = 100;   // of one metric
constexpr std::size_t kDimensionsMax = 30;

// A number or up to 100 of them; what else stands there makes no metric.
Summary summary_of(const Json& value) {
  Summary summary;
  const Json& list = value.is_array() ? value : Json::array({value});
  if (list.size() > kValuesMax) return summary;
  for (const Json& each : list)
    if (each.is_number() && std::isfinite(each.get<double>())) summary.add(each.get<double>());
  return summary;
}

// Nothing where a dimension has no text in the line.
std::optional<Dimensions> dimensions_in(const Json& line, const Json& names) {
  if (!names.is_array() || names.size() > kDimensionsMax) return std::nullopt;
  Dimensions dimensions;
  for (const Json& name : names) {
    const std::string value = name.is_string() ? string_or(line, name.get<std::string>(), "") : "";
    if (value.empty()) return std::nullopt;
    dimensions[name.get<std::string>()] = value;
  }
  return dimensions;
}

void add_metric(const Json& line, const Json& directive, const Json& definition, TimePoint time,
                std::vector<Datum>& found) {
  const std::string name = string_or(definition, "Name", "");
  if (name.empty() || !line.contains(name)) return;
  Datum made{.metric = {.space = string_or(directive, "Namespace", ""), .name = name},
             .unit = string_or(definition, "Unit", "None"),
             .time = time,
             .resolution_seconds = int_or(definition, "StorageResolution", 60) == 1 ? 1 : 60,
             .summary = summary_of(line[name])};
  if (!is_unit(made.unit) || made.summary.count == 0) return;
  const Json& sets = member_or_null(directive, "Dimensions");
  if (!sets.is_array() || sets.empty()) {
    found.push_back(std::move(made));
    return;
  }
  for (const Json& names : sets)
    if (auto dimensions = dimensions_in(line, names)) {
      made.metric.dimensions = *std::move(dimensions);
      found.push_back(made);
    }
}

}  // namespace

std::vector<Datum> embedded_metrics(std::string_view text) {
  // Most lines have none: they are not parsed.
  if (text.find("\"_aws\"") == std::string_view::npos) return {};
  const Json line = parse_json_or_discard(text);
  const Json& metadata = member_or_null(line, "_aws");
  if (!metadata.is_object() || !member_or_null(metadata, "Timestamp").is_number()) return {};
  const TimePoint time(std::chrono::milliseconds(metadata["Timestamp"].get<std::int64_t>()));
  std::vector<Datum> found;
  for (const Json& directive : member_or_null(metadata, "CloudWatchMetrics")) {
    const Json& definitions = member_or_null(directive, "Metrics");
    if (string_or(directive, "Namespace", "").empty() || definitions.size() > kMetricsMax) continue;
    for (const Json& definition : definitions) add_metric(line, directive, definition, time, found);
  }
  return found;
}

Json MetricLines::handle(const Call& call) {
  Json answer = logs_.handle(call);
  if (call.operation == "PutLogEvents")
    for (const Json& event : member_or_null(call.input, "logEvents"))
      line(call.region, string_or(event, "message", ""));
  return answer;
}

void MetricLines::line(const std::string& region, std::string_view text) noexcept {
  try {
    for (Datum& each : embedded_metrics(text)) metrics_.record(region, std::move(each));
  } catch (const std::exception&) {
    // A line that cannot be read has no metrics; it is in its log all the same.
  }
}

}  // namespace aurora::local::cloudwatch
