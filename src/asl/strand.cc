#include "asl/execution.h"
#include "base/dates.h"

namespace aurora::asl {
namespace {

std::int64_t micros(TimePoint when) {
  return when.time_since_epoch().count();
}
TimePoint from_micros(std::int64_t value) {
  return TimePoint(Duration(value));
}

// Rows are many and read by programs only, so what is at its default is left out.
void put_time(Json& json, const char* key, const std::optional<TimePoint>& when) {
  if (when) json[key] = micros(*when);
}

std::optional<TimePoint> get_time(const Json& json, const char* key) {
  const Json& value = member_or_null(json, key);
  return value.is_number_integer() ? std::optional(from_micros(value.get<std::int64_t>())) : std::nullopt;
}

void put_number(Json& json, const char* key, std::int64_t value) {
  if (value != 0) json[key] = value;
}

int get_int(const Json& json, const char* key) {
  return static_cast<int>(int_or(json, key, 0));
}

}  // namespace

std::string_view status_name(ExecutionStatus status) {
  static constexpr std::string_view kNames[] = {"RUNNING", "SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"};
  return kNames[static_cast<std::size_t>(status)];
}

Json Strand::to_json() const {
  Json json = {{"state", state}, {"phase", static_cast<int>(phase)}, {"parent", parent}};
  put_number(json, "index", index);
  put_number(json, "entered_event", entered_event);
  put_number(json, "payload_event", payload_event);
  put_number(json, "last_event", last_event);
  put_time(json, "entered_time", entered_time);
  put_number(json, "ticket", ticket);
  if (retry_count > 0) json["attempts"] = attempts;
  put_number(json, "retry_count", retry_count);
  put_number(json, "reruns", reruns);
  put_number(json, "begun", begun);
  put_number(json, "submitted", submitted);
  put_time(json, "timeout_at", timeout_at);
  if (heartbeat_seconds) json["heartbeat_seconds"] = *heartbeat_seconds;
  put_time(json, "heartbeat_at", heartbeat_at);
  put_number(json, "total", total);
  put_number(json, "started", started);
  put_number(json, "finished", finished);
  put_number(json, "concurrency", concurrency);
  return json;
}

Strand Strand::from_json(int id, std::optional<TimePoint> wake_at, const Json& json) {
  Strand strand;
  strand.id = id;
  strand.wake_at = wake_at;
  strand.state = string_or(json, "state", "");
  strand.phase = static_cast<Phase>(get_int(json, "phase"));
  strand.parent = static_cast<int>(int_or(json, "parent", -1));
  strand.index = get_int(json, "index");
  strand.entered_event = int_or(json, "entered_event", 0);
  strand.payload_event = int_or(json, "payload_event", 0);
  strand.last_event = int_or(json, "last_event", 0);
  strand.entered_time = get_time(json, "entered_time").value_or(TimePoint{});
  strand.ticket = int_or(json, "ticket", 0);
  for (const Json& count : member_or_null(json, "attempts")) strand.attempts.push_back(count.get<int>());
  strand.retry_count = get_int(json, "retry_count");
  strand.reruns = get_int(json, "reruns");
  strand.begun = get_int(json, "begun") != 0;
  strand.submitted = get_int(json, "submitted") != 0;
  strand.timeout_at = get_time(json, "timeout_at");
  const Json& heartbeat = member_or_null(json, "heartbeat_seconds");
  if (heartbeat.is_number()) strand.heartbeat_seconds = heartbeat.get<double>();
  strand.heartbeat_at = get_time(json, "heartbeat_at");
  strand.total = get_int(json, "total");
  strand.started = get_int(json, "started");
  strand.finished = get_int(json, "finished");
  strand.concurrency = get_int(json, "concurrency");
  return strand;
}

}  // namespace aurora::asl
