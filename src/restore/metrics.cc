#include "restore/metrics.h"

#include <algorithm>

#include "base/dates.h"

namespace aurora::restore {
namespace {

constexpr char kNamespace[] = "AuroraRestore";

double seconds(Duration duration) {
  return std::chrono::duration<double>(duration).count();
}

std::optional<TimePoint> time_of(const Json& object, std::string_view key) {
  return parse_iso(string_or(object, key, ""));
}

bool is_about(const Json& event, const std::vector<AwaitedResource>& awaited) {
  return std::any_of(awaited.begin(), awaited.end(), [&](const AwaitedResource& resource) {
    return string_or(event, "SourceType", "") == resource.type &&
           string_or(event, "SourceIdentifier", "") == resource.identifier;
  });
}

// The last of what RDS tells about any of them, by one call.
std::optional<TimePoint> last_event(const StepContext& context, const std::vector<AwaitedResource>& awaited,
                                    TimePoint from, TimePoint to) {
  Json request{{"StartTime", format_iso_millis(from)}, {"EndTime", format_iso_millis(to)}};
  if (awaited.size() == 1) {
    request["SourceType"] = awaited.front().type;
    request["SourceIdentifier"] = awaited.front().identifier;
  }
  const Json answer =
      context.api.call("rds", context.settings.text("target_region"), "DescribeEvents", request);
  std::optional<TimePoint> last;
  for (const Json& event : member_or_null(answer, "Events"))
    if (const auto when = time_of(event, "Date");
        when && is_about(event, awaited) && (!last || *when > *last))
      last = when;
  return last;
}

}  // namespace

void write_metrics(const Log& log, TimePoint now, const std::string& environment, const Json& dimensions,
                   const std::vector<Metric>& metrics, const Json& fields) {
  if (metrics.empty()) return;
  Json names = Json::array({"Environment"});
  Json line = fields;
  line["Environment"] = environment;
  for (const auto& [name, value] : dimensions.items()) {
    names.push_back(name);
    line[name] = value;
  }
  Json declared = Json::array();
  for (const Metric& metric : metrics) {
    declared.push_back({{"Name", metric.name}, {"Unit", metric.unit}});
    line[std::string(metric.name)] = metric.value;
  }
  const auto since_1970 = std::chrono::floor<std::chrono::milliseconds>(now.time_since_epoch());
  Json directive{{"Namespace", kNamespace}, {"Metrics", std::move(declared)}};
  directive["Dimensions"] = Json::array({std::move(names)});
  line["_aws"] = Json{{"Timestamp", since_1970.count()}};
  line["_aws"]["CloudWatchMetrics"] = Json::array({std::move(directive)});
  log.info("Metrics", line);
}

double dead_time_seconds(const StepContext& context, const std::vector<AwaitedResource>& awaited,
                         TimePoint look_before) {
  const TimePoint now = context.clock.now();
  TimePoint ready = look_before;
  // Of copies of cluster snapshots RDS has no events.
  std::vector<AwaitedResource> told = awaited;
  std::erase_if(told, [](const AwaitedResource& resource) { return resource.type == "db-cluster-snapshot"; });
  if (told.empty()) return std::max(0.0, seconds(now - ready));
  try {
    ready = std::max(ready, last_event(context, told, look_before, now).value_or(ready));
  } catch (const Error&) {
    // A role without rds:DescribeEvents, or RDS out of reach: the look before is the bound.
  }
  return std::max(0.0, seconds(now - std::min(ready, now)));
}

std::vector<Metric> copy_metrics(Operation& operation, TimePoint now, double dead_seconds) {
  const auto begun = time_of(operation.get("state"), "copy_begun_at");
  const std::int64_t gib = int_or(operation.get("snapshot_details"), "allocated_storage_gib", 0);
  if (!begun || gib <= 0 || operation.is_known("copy_measured")) return {};
  operation.state()["copy_measured"] = true;
  const double bytes = static_cast<double>(gib) * 1024 * 1024 * 1024;
  const double took = seconds(now - *begun) - dead_seconds;
  std::vector<Metric> metrics{{"BytesCopied", "Bytes", bytes}};
  if (took > 0) metrics.push_back({"CopyRate", "Bytes/Second", bytes / took});
  return metrics;
}

std::vector<Metric> operation_metrics(const Operation& operation) {
  const std::string status = operation.status();
  std::vector<Metric> metrics;
  if (status == kCompleted) metrics.push_back({"OperationsSucceeded", "Count", 1});
  if (status == kFailed) metrics.push_back({"OperationsFailed", "Count", 1});
  if (status == kCancelled) metrics.push_back({"OperationsCancelled", "Count", 1});
  const auto begun = time_of(operation.item(), "start_time");
  const auto ended = time_of(operation.item(), "end_time");
  if (begun && ended) metrics.push_back({"OperationDuration", "Seconds", seconds(*ended - *begun)});
  return metrics;
}

}  // namespace aurora::restore
