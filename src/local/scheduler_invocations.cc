#include <fmt/format.h>

#include <algorithm>

#include "base/dates.h"
#include "base/digest.h"
#include "local/event_delivery.h"
#include "local/scheduler.h"
#include "local/scheduler/rules.h"
#include "local/scheduler/target.h"

namespace aurora::local {
namespace {

constexpr Duration kBackoffMax = std::chrono::minutes(5);

TimePoint time_of(const Json& document, const char* member) {
  return parse_iso(string_or(document, member, "")).value_or(TimePoint{});
}

bool has_next(const Json& schedule) {
  return schedule.contains("next") && schedule["next"].is_string();
}

// In [0, most), evenly.
Duration random_below(Duration most) {
  std::uint64_t bits = 0;
  for (const char byte : random_bytes(sizeof(bits))) bits = bits << 8 | static_cast<unsigned char>(byte);
  return most.count() == 0
             ? Duration(0)
             : Duration(static_cast<std::int64_t>(bits % static_cast<std::uint64_t>(most.count())));
}

Duration window_of(const Json& schedule) {
  return std::chrono::minutes(
      int_or(member_or_null(schedule, "FlexibleTimeWindow"), "MaximumWindowInMinutes", 0));
}

// Of 1, 2, 4 ... seconds, with full jitter.
Duration backoff(std::int64_t failures) {
  const Duration most = std::min<Duration>(
      kBackoffMax, std::chrono::seconds(std::int64_t{1} << std::min<std::int64_t>(failures, 9)));
  return most / 2 + random_below(most / 2);
}

// Errors that another attempt may not meet.
bool may_pass(const aws::ServiceError& error) {
  static constexpr std::string_view kCodes[] = {"Throttling",           "ThrottlingException",
                                                "TooManyRequests",      "TooManyRequestsException",
                                                "RequestLimitExceeded", "ServiceUnavailable"};
  return error.status() >= 500 ||
         std::ranges::any_of(kCodes, [&](std::string_view code) { return error.is(code); });
}

Json invocation_of(const std::string& region, const std::string& key, const Json& schedule, TimePoint time) {
  const std::string arn = make_arn("scheduler", region, "schedule/" + key);
  const std::string when = format_iso_micros(time);
  return {{"schedule", key},
          {"arn", arn},
          {"target", schedule["Target"]},
          {"scheduled", when},
          {"fire_at", format_iso_micros(time + random_below(window_of(schedule)))},
          // The same for every attempt, and also when an endpoint that was killed finds the time due again.
          {"execution_id", stable_uuid(arn + string_or(schedule, "CreationDate", "") + when)},
          {"attempts", 0}};
}

scheduler::Attempt attempt_of(const std::string& region, const Json& invocation) {
  return {.region = region,
          .schedule_arn = string_or(invocation, "arn", ""),
          .scheduled = time_of(invocation, "scheduled"),
          .execution_id = string_or(invocation, "execution_id", ""),
          .number = int_or(invocation, "attempts", 0) + 1};
}

Json text_attribute(const std::string& value) {
  return {{"DataType", "String"}, {"StringValue", value.empty() ? "-" : value}};
}

}  // namespace

std::vector<std::pair<std::string, Documents::Entry>> Scheduler::all(const Documents& documents,
                                                                     const char* table) {
  SQLite::Statement query(database_, fmt::format("SELECT DISTINCT region FROM {} ORDER BY region", table));
  std::vector<std::pair<std::string, Documents::Entry>> found;
  while (query.executeStep()) {
    const std::string region = query.getColumn(0).getString();
    for (Documents::Entry& entry : documents.list(region)) found.emplace_back(region, std::move(entry));
  }
  return found;
}

std::optional<TimePoint> Scheduler::run_due() {
  const TimePoint now = clock_.now();
  std::vector<std::pair<std::string, Documents::Entry>> waiting;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [region, schedule] : all(schedules_, "schedules"))
      if (has_next(schedule.document) && time_of(schedule.document, "next") <= now)
        take_due(region, schedule);
    waiting = all(invocations_, "invocations");
  }
  for (const auto& [region, invocation] : waiting)
    if (time_of(invocation.document, "fire_at") <= now) invoke(region, invocation);
  const std::lock_guard lock(mutex_);
  return earliest();
}

// The invocations and the schedule's next time are stored together, so that no time is lost nor taken twice.
void Scheduler::take_due(const std::string& region, const Documents::Entry& entry) {
  Json schedule = entry.document;
  const Duration age_max = scheduler::event_age_max(schedule["Target"]);
  const Occurrences found =
      occurrences(scheduler::timetable_of(schedule), time_of(schedule, "next"), clock_.now(), age_max);
  WriteTransaction transaction(database_);
  for (const TimePoint time : found.due)
    invocations_.put(region, entry.name + "#" + format_iso_micros(time),
                     invocation_of(region, entry.name, schedule, time));
  runs_.add_missed(region, entry.name, found);
  schedule["next"] = found.next ? Json(format_iso_micros(*found.next)) : Json();
  schedules_.put(region, entry.name, schedule);
  const bool is_over = !found.next && found.due.empty();
  if (is_over && schedule["ActionAfterCompletion"] == "DELETE") forget_schedule(region, entry.name);
  transaction.commit();
}

void Scheduler::invoke(const std::string& region, const Documents::Entry& invocation) {
  const Json& target = invocation.document["target"];
  const scheduler::Attempt attempt = attempt_of(region, invocation.document);
  Json run{{"scheduled_time", format_iso_seconds(attempt.scheduled)},
           {"at", format_iso_millis(clock_.now())},
           {"outcome", "delivered"},
           {"attempts", attempt.number},
           {"execution_id", attempt.execution_id}};
  try {
    const Json answer = scheduler::invoke_target(router_, target, attempt);
    if (answer.is_object() && answer.contains("executionArn")) run["execution_arn"] = answer["executionArn"];
    settle(region, invocation, run);
  } catch (const aws::ServiceError& error) {
    run["outcome"] = "failed";
    run["error"] = error.code();
    run["message"] = error.message();
    const bool too_old = clock_.now() - attempt.scheduled >= scheduler::event_age_max(target);
    const bool tried_enough = attempt.number > scheduler::retries_max(target);
    if (may_pass(error) && !too_old && !tried_enough) return put_off(region, invocation);
    log_.warning("A schedule's target refused a run", {{"schedule", attempt.schedule_arn},
                                                       {"target", string_or(target, "Arn", "")},
                                                       {"reason", error.what()}});
    send_to_dead_letters(region, invocation.document, run,
                         tried_enough ? "MaximumRetryAttempts"
                         : too_old    ? "MaximumEventAgeInSeconds"
                                      : "");
    settle(region, invocation, run);
  }
}

void Scheduler::put_off(const std::string& region, const Documents::Entry& invocation) {
  Json again = invocation.document;
  const std::int64_t failures = int_or(again, "attempts", 0) + 1;
  again["attempts"] = failures;
  again["fire_at"] = format_iso_micros(clock_.now() + backoff(failures));
  const std::lock_guard lock(mutex_);
  // The schedule may have been deleted meanwhile.
  if (invocations_.get(region, invocation.name)) invocations_.put(region, invocation.name, again);
}

void Scheduler::settle(const std::string& region, const Documents::Entry& invocation, const Json& run) {
  const std::string key = string_or(invocation.document, "schedule", "");
  const std::lock_guard lock(mutex_);
  const std::optional<Json> schedule = schedules_.get(region, key);
  if (!schedule) return;
  WriteTransaction transaction(database_);
  invocations_.erase(region, invocation.name);
  runs_.add(region, key, run);
  const bool is_over = !has_next(*schedule) && (*schedule)["State"] == "ENABLED" &&
                       invocations_.list(region, key + "#").empty();
  if (is_over && (*schedule)["ActionAfterCompletion"] == "DELETE") forget_schedule(region, key);
  transaction.commit();
}

// With the attributes that AWS gives such a message.
void Scheduler::send_to_dead_letters(const std::string& region, const Json& invocation, const Json& run,
                                     std::string_view exhausted) {
  const Json& target = invocation["target"];
  const std::string queue = string_or(member_or_null(target, "DeadLetterConfig"), "Arn", "");
  if (queue.empty()) return;
  Json attributes{{"ERROR_CODE", text_attribute(string_or(run, "error", ""))},
                  {"ERROR_MESSAGE", text_attribute(string_or(run, "message", ""))},
                  {"EXECUTION_ID", text_attribute(string_or(run, "execution_id", ""))},
                  {"IS_PAYLOAD_TRUNCATED", text_attribute("false")},
                  {"RETRY_ATTEMPTS", text_attribute(std::to_string(int_or(run, "attempts", 1) - 1))},
                  {"SCHEDULED_TIME", text_attribute(string_or(run, "scheduled_time", ""))},
                  {"SCHEDULE_ARN", text_attribute(string_or(invocation, "arn", ""))},
                  {"TARGET_ARN", text_attribute(string_or(target, "Arn", ""))}};
  if (!exhausted.empty()) attributes["EXHAUSTED_RETRY_CONDITION"] = text_attribute(std::string(exhausted));
  const std::string input =
      scheduler::with_context(string_or(target, "Input", ""), attempt_of(region, invocation));
  try {
    send_to_queue(router_,
                  {.region = region,
                   .arn = queue,
                   .input = input.empty() ? "{}" : input,
                   .name = "",
                   .message_group = ""},
                  attributes);
  } catch (const aws::ServiceError& error) {
    log_.error("A run could not be put into its dead-letter queue",
               {{"schedule", string_or(invocation, "arn", "")}, {"queue", queue}, {"reason", error.what()}});
  }
}

std::optional<TimePoint> Scheduler::earliest() {
  std::optional<TimePoint> earliest;
  const auto note = [&](TimePoint time) { earliest = earliest ? std::min(*earliest, time) : time; };
  for (const auto& [region, schedule] : all(schedules_, "schedules"))
    if (has_next(schedule.document)) note(time_of(schedule.document, "next"));
  for (const auto& [region, invocation] : all(invocations_, "invocations"))
    note(time_of(invocation.document, "fire_at"));
  return earliest;
}

}  // namespace aurora::local
