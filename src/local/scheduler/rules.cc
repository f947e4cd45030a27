#include "local/scheduler/rules.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/dates.h"
#include "local/scheduler/target.h"
#include "local/service_support.h"

namespace aurora::local::scheduler {
namespace {

constexpr std::int64_t kEventAgeMaxSeconds = 86'400;
constexpr std::int64_t kRetriesMax = 185;
constexpr std::size_t kNameMax = 64;

aws::ServiceError validation(const std::string& message) {
  return {"ValidationException", message};
}

schedule::Expression expression_of(const std::string& text) {
  try {
    return schedule::Expression::parse(text);
  } catch (const Error&) {
    throw validation(fmt::format("Invalid Schedule Expression {}.", text));
  }
}

schedule::Zone zone_of(const std::string& name) {
  const auto zone = schedule::Zone::find(name);
  if (!zone) throw validation(fmt::format("Invalid Schedule Expression Timezone {}.", name));
  return *zone;
}

void check_number(const Json& object, const char* member, std::int64_t least, std::int64_t most) {
  if (!object.contains(member)) return;
  const std::int64_t value = int_or(object, member, least);
  if (value < least || value > most)
    throw validation(
        fmt::format("1 validation error detected: Value '{}' at '{}' failed to satisfy constraint: "
                    "Member must have value between {} and {}",
                    value, member, least, most));
}

Json checked_window(const Json& window) {
  const bool flexible = string_or(window, "Mode", "OFF") == "FLEXIBLE";
  if (flexible && !window.contains("MaximumWindowInMinutes"))
    throw validation(
        "MaximumWindowInMinutes must be provided when the mode of FlexibleTimeWindow is FLEXIBLE.");
  if (!flexible && window.contains("MaximumWindowInMinutes"))
    throw validation(
        "MaximumWindowInMinutes must not be provided when the mode of FlexibleTimeWindow is OFF.");
  check_number(window, "MaximumWindowInMinutes", 1, 1440);
  return window;
}

void check_dates(const Json& input, TimePoint now) {
  const auto start = parse_iso(string_or(input, "StartDate", ""));
  const auto end = parse_iso(string_or(input, "EndDate", ""));
  if (start && *start < now - std::chrono::minutes(5))
    throw validation("The StartDate you specify cannot be earlier than 5 minutes ago.");
  if (end && *end < now) throw validation("The EndDate you specify cannot be earlier than now.");
  if (start && end && *start >= *end)
    throw validation("The StartDate you specify must come before the EndDate.");
}

Json checked_retries(const Json& target) {
  Json policy = target.contains("RetryPolicy") ? target["RetryPolicy"] : Json::object();
  check_number(policy, "MaximumEventAgeInSeconds", 60, kEventAgeMaxSeconds);
  check_number(policy, "MaximumRetryAttempts", 0, kRetriesMax);
  policy["MaximumEventAgeInSeconds"] = int_or(policy, "MaximumEventAgeInSeconds", kEventAgeMaxSeconds);
  policy["MaximumRetryAttempts"] = int_or(policy, "MaximumRetryAttempts", kRetriesMax);
  return policy;
}

}  // namespace

void check_name(const std::string& name, const char* field) {
  const bool legal = std::ranges::all_of(name, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
           c == '_' || c == '.';
  });
  if (legal && !name.empty() && name.size() <= kNameMax) return;
  throw validation(fmt::format(
      "1 validation error detected: Value '{}' at '{}' failed to satisfy constraint: {}", name, field,
      legal ? fmt::format("Member must have length less than or equal to {}", kNameMax)
            : std::string("Member must satisfy regular expression pattern: ^[0-9a-zA-Z-_.]+$")));
}

Json checked_schedule(const Json& input, TimePoint now) {
  const std::string name = string_or(input, "Name", "");
  const std::string group = string_or(input, "GroupName", kDefaultGroup);
  const std::string expression = string_or(input, "ScheduleExpression", "");
  const std::string zone = string_or(input, "ScheduleExpressionTimezone", "UTC");
  check_name(name, "name");
  check_name(group, "groupName");
  expression_of(expression);
  zone_of(zone);
  check_dates(input, now);
  Json target = member_or_null(input, "Target");
  check_target(target);
  target["RetryPolicy"] = checked_retries(target);
  Json schedule{{"Name", name},
                {"GroupName", group},
                {"ScheduleExpression", expression},
                {"ScheduleExpressionTimezone", zone},
                {"State", string_or(input, "State", "ENABLED")},
                {"ActionAfterCompletion", string_or(input, "ActionAfterCompletion", "NONE")},
                {"FlexibleTimeWindow", checked_window(member_or_null(input, "FlexibleTimeWindow"))},
                {"Target", target}};
  for (const char* member : {"Description", "StartDate", "EndDate", "KmsKeyArn", "ClientToken"})
    if (input.contains(member)) schedule[member] = input[member];
  return schedule;
}

Timetable timetable_of(const Json& schedule) {
  Timetable timetable{.expression = expression_of(string_or(schedule, "ScheduleExpression", "")),
                      .zone = zone_of(string_or(schedule, "ScheduleExpressionTimezone", "UTC")),
                      .anchor = parse_iso(string_or(schedule, "anchor", "")).value_or(TimePoint{})};
  // A one-time schedule knows neither.
  if (!timetable.expression.is_at()) timetable.end = parse_iso(string_or(schedule, "EndDate", ""));
  return timetable;
}

void arm(Json& schedule, const Json& previous, TimePoint now) {
  const auto start = parse_iso(string_or(schedule, "StartDate", ""));
  const auto same = [&](const char* member) {
    return member_or_null(schedule, member) == member_or_null(previous, member);
  };
  const bool keeps_beat = previous.is_object() && same("ScheduleExpression") && same("StartDate");
  schedule["anchor"] = keeps_beat ? previous["anchor"] : Json(format_iso_micros(start.value_or(now)));
  schedule["next"] = nullptr;
  if (string_or(schedule, "State", "ENABLED") != "ENABLED") return;
  const Timetable timetable = timetable_of(schedule);
  const TimePoint from = start && !timetable.expression.is_at() ? std::max(*start, now) : now;
  // A time of this very moment is one of its times.
  const auto next = timetable.next_after(from - Duration(1));
  if (next) schedule["next"] = format_iso_micros(*next);
}

Duration event_age_max(const Json& target) {
  return std::chrono::seconds(
      int_or(member_or_null(target, "RetryPolicy"), "MaximumEventAgeInSeconds", kEventAgeMaxSeconds));
}

std::int64_t retries_max(const Json& target) {
  return int_or(member_or_null(target, "RetryPolicy"), "MaximumRetryAttempts", kRetriesMax);
}

}  // namespace aurora::local::scheduler
