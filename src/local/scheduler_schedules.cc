#include <fmt/format.h>

#include "base/dates.h"
#include "local/scheduler.h"
#include "local/scheduler/rules.h"

namespace aurora::local {
namespace {

std::string key_of(const Json& input) {
  return string_or(input, "GroupName", scheduler::kDefaultGroup) + "/" + string_or(input, "Name", "");
}

std::string arn_of(const std::string& region, const std::string& key) {
  return make_arn("scheduler", region, "schedule/" + key);
}

// What is shown of a schedule, without what the endpoint keeps beside it.
Json shown(const std::string& region, const Json& schedule) {
  Json answer{{"Arn", arn_of(region, key_of(schedule))}};
  for (const auto& [name, value] : schedule.items())
    if (name != "ClientToken" && name != "next" && name != "anchor") answer[name] = value;
  return answer;
}

Json summary(const std::string& region, const Json& schedule) {
  Json answer{{"Arn", arn_of(region, key_of(schedule))},
              {"Target", {{"Arn", string_or(schedule["Target"], "Arn", "")}}}};
  for (const char* member : {"CreationDate", "LastModificationDate", "GroupName", "Name", "State"})
    answer[member] = schedule[member];
  return answer;
}

// The same request under the same token, which a client repeats when the answer was lost.
bool is_repeated(const Json& stored, const Json& asked) {
  if (string_or(asked, "ClientToken", "").empty()) return false;
  for (const auto& [name, value] : asked.items())
    if (member_or_null(stored, name) != value) return false;
  return true;
}

}  // namespace

Json Scheduler::find_schedule(const Call& call) const {
  if (const std::optional<Json> schedule = schedules_.get(call.region, key_of(call.input))) return *schedule;
  throw aws::ServiceError("ResourceNotFoundException",
                          fmt::format("Schedule {} does not exist.", text_or(call, "Name")), 404);
}

void Scheduler::forget_schedule(const std::string& region, const std::string& key) {
  schedules_.erase(region, key);
  runs_.forget(region, key);
  for (const Documents::Entry& invocation : invocations_.list(region, key + "#"))
    invocations_.erase(region, invocation.name);
}

Json Scheduler::create_schedule(const Call& call) {
  const TimePoint now = clock_.now();
  Json schedule = scheduler::checked_schedule(call.input, now);
  const std::string key = key_of(schedule);
  {
    const std::lock_guard lock(mutex_);
    find_group(call.region, schedule["GroupName"]);
    if (const std::optional<Json> there = schedules_.get(call.region, key)) {
      if (is_repeated(*there, schedule)) return {{"ScheduleArn", arn_of(call.region, key)}};
      throw aws::ServiceError("ConflictException",
                              fmt::format("Schedule {} already exists.", text_or(call, "Name")), 409);
    }
    schedule["CreationDate"] = format_iso_millis(now);
    schedule["LastModificationDate"] = schedule["CreationDate"];
    scheduler::arm(schedule, nullptr, now);
    schedules_.put(call.region, key, schedule);
  }
  timekeeper_.wake();
  return {{"ScheduleArn", arn_of(call.region, key)}};
}

Json Scheduler::get_schedule(const Call& call) {
  const std::lock_guard lock(mutex_);
  return shown(call.region, find_schedule(call));
}

Json Scheduler::update_schedule(const Call& call) {
  const TimePoint now = clock_.now();
  Json schedule = scheduler::checked_schedule(call.input, now);
  const std::string key = key_of(schedule);
  {
    const std::lock_guard lock(mutex_);
    const Json previous = find_schedule(call);
    schedule["CreationDate"] = previous["CreationDate"];
    schedule["LastModificationDate"] = format_iso_millis(now);
    scheduler::arm(schedule, previous, now);
    schedules_.put(call.region, key, schedule);
  }
  timekeeper_.wake();
  return {{"ScheduleArn", arn_of(call.region, key)}};
}

Json Scheduler::delete_schedule(const Call& call) {
  const std::lock_guard lock(mutex_);
  find_schedule(call);
  WriteTransaction transaction(database_);
  forget_schedule(call.region, key_of(call.input));
  transaction.commit();
  return Json::object();
}

Json Scheduler::list_schedules(const Call& call) {
  const std::string group = text_or(call, "GroupName");
  const std::string prefix = text_or(call, "NamePrefix");
  const std::string state = text_or(call, "State");
  const std::lock_guard lock(mutex_);
  if (!group.empty()) find_group(call.region, group);
  std::vector<Documents::Entry> matching;
  for (Documents::Entry& entry : schedules_.list(call.region, group.empty() ? "" : group + "/")) {
    const bool is_named = string_or(entry.document, "Name", "").starts_with(prefix);
    if (is_named && (state.empty() || entry.document["State"] == state)) matching.push_back(std::move(entry));
  }
  const auto [page, next] = take_page(call, {"MaxResults", "NextToken", 100, 100}, std::move(matching),
                                      [](const Documents::Entry& entry) { return entry.name; });
  Json answer{{"Schedules", Json::array()}};
  for (const Documents::Entry& entry : page)
    answer["Schedules"].push_back(summary(call.region, entry.document));
  if (!next.empty()) answer["NextToken"] = next;
  return answer;
}

Json Scheduler::schedules() {
  const std::lock_guard lock(mutex_);
  Json shown_all = Json::array();
  for (const auto& [region, entry] : all(schedules_, "schedules")) {
    Json one{{"service", "scheduler"},
             {"region", region},
             {"name", entry.document["Name"]},
             {"group", entry.document["GroupName"]},
             {"arn", arn_of(region, entry.name)},
             {"expression", entry.document["ScheduleExpression"]},
             {"timezone", entry.document["ScheduleExpressionTimezone"]},
             {"state", entry.document["State"]},
             {"next", member_or_null(entry.document, "next")}};
    one.update(runs_.get(region, entry.name));
    shown_all.push_back(std::move(one));
  }
  return shown_all;
}

}  // namespace aurora::local
