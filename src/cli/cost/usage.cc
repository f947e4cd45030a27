#include "cli/cost/usage.h"

#include <algorithm>
#include <charconv>

#include "base/dates.h"
#include "base/text.h"
#include "cli/story.h"

namespace aurora::cli {
namespace {

bool ends_task(const std::string& type) {
  for (const char* end : {"TaskSucceeded", "TaskFailed", "TaskTimedOut"})
    if (type == end) return true;
  return false;
}

// "arn:aws:lambda:…:function:name:alias" and "name" alike.
std::string function_name(const std::string& given) {
  const std::size_t at = given.find(":function:");
  const std::string rest = at == std::string::npos ? given : given.substr(at + 10);
  return rest.substr(0, rest.find(':'));
}

// The number behind `label` in a line such as "…\tBilled Duration: 14 ms\t…".
double number_after(const std::string& line, std::string_view label) {
  const std::size_t at = line.find(label);
  if (at == std::string::npos) return 0;
  double number = 0;
  const char* begin = line.data() + at + label.size();
  std::from_chars(begin, line.data() + line.size(), number);
  return number;
}

}  // namespace

HistoryUsage usage_of_history(const std::vector<Json>& events) {
  HistoryUsage usage;
  std::int64_t tasks_entered = 0;
  // What a task's events hang on: its TaskScheduled event.
  std::map<std::int64_t, std::int64_t> scheduled_by;
  std::map<std::int64_t, std::pair<std::string, TimePoint>> scheduled;
  for (const Json& event : events) {
    const std::string type = string_or(event, "type", "");
    const std::int64_t id = int_or(event, "id", 0);
    const std::int64_t previous = int_or(event, "previousEventId", 0);
    const TimePoint when = parse_iso(string_or(event, "timestamp", "")).value_or(TimePoint());
    if (type.ends_with("StateEntered")) ++usage.transitions;
    if (type == "TaskStateEntered") ++tasks_entered;
    if (type == "TaskScheduled") {
      const Json parameters = parse_json_or_discard(string_or(event_details(event), "parameters", ""));
      const std::string name = parameters.is_object() ? string_or(parameters, "FunctionName", "") : "";
      scheduled[id] = {function_name(name), when};
      scheduled_by[id] = id;
    } else if (const auto found = scheduled_by.find(previous); found != scheduled_by.end()) {
      scheduled_by[id] = found->second;
      if (!ends_task(type)) continue;
      const auto& [function, begun] = scheduled[found->second];
      const Json output = parse_json_or_discard(string_or(event_details(event), "output", ""));
      usage.calls.push_back(
          {.function = function,
           .request_id = output.is_object()
                             ? string_or(member_or_null(output, "SdkResponseMetadata"), "RequestId", "")
                             : "",
           .seconds = std::max(0.0, std::chrono::duration<double>(when - begun).count())});
      scheduled_by.erase(id);
    }
  }
  usage.repetitions = std::max<std::int64_t>(0, static_cast<std::int64_t>(scheduled.size()) - tasks_entered);
  usage.transitions += usage.repetitions;
  return usage;
}

std::optional<InvocationReport> parse_report(const std::string& line) {
  constexpr std::string_view kBegin = "REPORT RequestId: ";
  if (!line.starts_with(kBegin)) return std::nullopt;
  InvocationReport report;
  report.request_id = line.substr(kBegin.size(), line.find('\t') - kBegin.size());
  constexpr double kMillis = 1000;
  report.billed_seconds = number_after(line, "Billed Duration: ") / kMillis;
  report.memory_mb = static_cast<std::int64_t>(number_after(line, "\tMemory Size: "));
  if (report.memory_mb <= 0) return std::nullopt;
  return report;
}

void Requests::add(const Json& requests) {
  if (!requests.is_object()) return;
  ++lines;
  rds += int_or(requests, "rds", 0);
  dynamodb += int_or(requests, "dynamodb", 0);
  sns += int_or(requests, "sns", 0);
  sqs += int_or(requests, "sqs", 0);
  dynamodb_read_units += static_cast<double>(int_or(requests, "dynamodb_read_halves", 0)) / 2;
  dynamodb_write_units += static_cast<double>(int_or(requests, "dynamodb_write_halves", 0)) / 2;
}

}  // namespace aurora::cli
