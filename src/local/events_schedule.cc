#include "local/events_schedule.h"

#include "base/dates.h"
#include "local/event_delivery.h"
#include "local/events.h"

namespace aurora::local {
namespace {

// Of a minute's precision, which is what EventBridge promises.
constexpr Duration kLateMax = std::chrono::minutes(1);

Timetable timetable_of(const Json& rule) {
  return {.expression = schedule::Expression::parse(string_or(rule, "ScheduleExpression", "")),
          .anchor = parse_iso(string_or(rule, "anchor", "")).value_or(TimePoint{})};
}

bool is_due_sometimes(const Json& rule) {
  return rule.contains("next") && rule["next"].is_string();
}

std::string arn_of(const std::string& region, const std::string& rule) {
  return make_arn("events", region, "rule/" + rule);
}

Json scheduled_event(const std::string& region, const std::string& rule, TimePoint time) {
  const std::string arn = arn_of(region, rule);
  const std::string when = format_iso_seconds(time);
  return {{"version", "0"},
          {"id", stable_uuid(arn + when)},
          {"detail-type", "Scheduled Event"},
          {"source", "aws.events"},
          {"account", kAccountId},
          {"time", when},
          {"region", region},
          {"resources", {arn}},
          {"detail", Json::object()}};
}

}  // namespace

void check_rule_schedule(const std::string& expression) {
  const aws::ServiceError refusal("ValidationException", "Parameter ScheduleExpression is not valid.");
  try {
    if (schedule::Expression::parse(expression).is_at()) throw refusal;
  } catch (const aws::ServiceError&) {
    throw;
  } catch (const Error&) {
    throw refusal;
  }
}

void Events::arm(Json& rule) {
  if (!rule.contains("ScheduleExpression") || string_or(rule, "State", "ENABLED") == "DISABLED") {
    rule.erase("next");
    return;
  }
  if (is_due_sometimes(rule)) return;
  const TimePoint now = clock_.now();
  rule["anchor"] = format_iso_micros(now);
  const std::optional<TimePoint> next = timetable_of(rule).next_after(now);
  rule["next"] = next ? Json(format_iso_micros(*next)) : Json();
}

std::vector<std::string> Events::regions() {
  SQLite::Statement query(database_, "SELECT DISTINCT region FROM rules ORDER BY region");
  std::vector<std::string> regions;
  while (query.executeStep()) regions.push_back(query.getColumn(0).getString());
  return regions;
}

std::optional<TimePoint> Events::run_due() {
  std::vector<std::pair<std::string, Documents::Entry>> armed;
  {
    const std::lock_guard lock(mutex_);
    for (const std::string& region : regions())
      for (Documents::Entry& rule : rules_.list(region))
        if (is_due_sometimes(rule.document)) armed.emplace_back(region, std::move(rule));
  }
  std::optional<TimePoint> earliest;
  for (const auto& [region, rule] : armed) {
    const std::optional<TimePoint> next = run_rule(region, rule);
    if (next && (!earliest || *next < *earliest)) earliest = next;
  }
  return earliest;
}

std::optional<TimePoint> Events::run_rule(const std::string& region, const Documents::Entry& rule) {
  const TimePoint next = parse_iso(string_or(rule.document, "next", "")).value_or(TimePoint{});
  const TimePoint now = clock_.now();
  if (next > now) return next;
  const Occurrences found = occurrences(timetable_of(rule.document), next, now, kLateMax);
  for (const TimePoint time : found.due) run_once(region, rule, time);

  const std::lock_guard lock(mutex_);
  std::optional<Json> kept = rules_.get(region, rule.name);
  // Somebody may have changed the rule meanwhile: then its next time is its own.
  if (!kept || member_or_null(*kept, "next") != rule.document["next"]) return now;
  WriteTransaction transaction(database_);
  runs_.add_missed(region, rule.name, found);
  (*kept)["next"] = found.next ? Json(format_iso_micros(*found.next)) : Json();
  put(region, rule.name, *kept);
  transaction.commit();
  return found.next;
}

// Before the next time is stored: an endpoint that is killed in between sends the same event again.
void Events::run_once(const std::string& region, const Documents::Entry& rule, TimePoint time) {
  const auto refusal = send_to_targets(region, rule, scheduled_event(region, rule.name, time));
  Json run{{"scheduled_time", format_iso_seconds(time)},
           {"at", format_iso_millis(clock_.now())},
           {"outcome", refusal ? "failed" : "delivered"}};
  if (refusal) {
    run["error"] = refusal->code();
    run["message"] = refusal->message();
  }
  const std::lock_guard lock(mutex_);
  runs_.add(region, rule.name, run);
}

Json Events::schedules() {
  const std::lock_guard lock(mutex_);
  Json all = Json::array();
  for (const std::string& region : regions())
    for (const Documents::Entry& rule : rules_.list(region)) {
      if (!rule.document.contains("ScheduleExpression")) continue;
      Json shown{{"service", "events"},
                 {"region", region},
                 {"name", rule.name},
                 {"arn", arn_of(region, rule.name)},
                 {"expression", rule.document["ScheduleExpression"]},
                 {"timezone", "UTC"},
                 {"state", string_or(rule.document, "State", "ENABLED")},
                 {"next", member_or_null(rule.document, "next")}};
      shown.update(runs_.get(region, rule.name));
      all.push_back(std::move(shown));
    }
  return all;
}

}  // namespace aurora::local
