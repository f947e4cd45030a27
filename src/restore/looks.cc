#include "restore/looks.h"

#include <algorithm>
#include <cmath>

#include "base/dates.h"
#include "restore/durations.h"
#include "restore/polling.h"
#include "restore/tables.h"

namespace aurora::restore {
namespace {

constexpr const char* kWaits[] = {"copy",      "deletion", "rename", "restore",
                                  "instances", "password", "restart"};
// So many of the newest operations are read for what they tell.
constexpr int kPastMax = 25;
// A wait is no longer than this when a look counts as its first.
constexpr std::chrono::seconds kJustBegun{5};
// A look that is due within that time may as well be made now.
constexpr double kWorthWaiting = 10;

double seconds_between(const std::string& from, TimePoint to) {
  const auto begun = parse_iso(from);
  return begun ? std::max(0.0, std::chrono::duration<double>(to - *begun).count()) : 0;
}

double size_of(const Operation& operation) {
  return static_cast<double>(int_or(operation.get("snapshot_details"), "allocated_storage_gib", 0));
}

double number_of(const Json& object, std::string_view key) {
  const Json& value = member_or_null(object, key);
  return value.is_number() ? value.get<double>() : 0;
}

Work work_of(const StepContext& context) {
  return {.size_gib = size_of(context.operation), .target = context.settings.text("target_cluster_id")};
}

// As the first step found; of an operation that began without, an assumption.
KnownWait known_wait(const StepContext& context, const std::string& what) {
  KnownWait wait{.size_gib = size_of(context.operation)};
  const Json& expected = member_or_null(member_or_null(context.operation.get("state"), "expected"), what);
  if (expected.is_object()) {
    wait.least_seconds = number_of(expected, "least");
    wait.most_seconds = number_of(expected, "most");
    wait.learned = true;
    return wait;
  }
  const StepEstimate assumed = estimate_wait(what, {}, work_of(context));
  wait.least_seconds = assumed.least_seconds;
  wait.most_seconds = assumed.most_seconds;
  return wait;
}

// Upwards: a look that comes a moment before what it is for is a look for nothing.
std::int64_t whole_seconds(double seconds) {
  constexpr double kNoise = 1e-6;
  return std::max<std::int64_t>(1, std::llround(std::ceil(seconds - kNoise)));
}

bool is_fixed(const StepContext& context) {
  return context.settings.has("poll_interval_seconds");
}

std::int64_t fixed(const StepContext& context) {
  return context.settings.integer("poll_interval_seconds");
}

// Begins the wait where another one, or none, went on.
Json& wait_for(StepContext& context, const std::string& what) {
  Json& look = context.operation.state()["look"];
  if (string_or(look, "what", "") == what) return look;
  end_look(context);
  Json& begun = context.operation.state()["look"];
  const std::string now = format_iso_millis(context.clock.now());
  begun = Json{{"what", what}, {"since", now}, {"at", now}};
  return begun;
}

std::vector<Json> newest_completed(StepContext& context) {
  const Json answer =
      context.api.call("dynamodb", context.names.region, "Query",
                       {{"TableName", context.names.state_table()},
                        {"IndexName", kStatusIndex},
                        {"KeyConditionExpression", "#status = :status"},
                        {"ProjectionExpression",
                         "#status, snapshot_details, #state.waited, #state.copy_needed, steps, "
                         "#parameters.target_cluster_id"},
                        {"ExpressionAttributeNames",
                         {{"#status", "status"}, {"#state", "state"}, {"#parameters", "parameters"}}},
                        {"ExpressionAttributeValues", aws::to_item({{":status", kCompleted}})},
                        {"ScanIndexForward", false},
                        {"Limit", kPastMax}});
  std::vector<Json> items;
  for (const Json& item : member_or_null(answer, "Items")) items.push_back(aws::from_item(item));
  return items;
}

}  // namespace

std::int64_t look_again_after(StepContext& context, std::string_view what, std::optional<int> percent,
                              std::chrono::seconds gap_max) {
  const std::string name(what);
  Json& look = wait_for(context, name);
  const TimePoint now = context.clock.now();
  KnownWait wait = known_wait(context, name);
  wait.elapsed_seconds = seconds_between(string_or(look, "since", ""), now);
  // A percentage that stands still tells nothing of what is left.
  if (percent && *percent > int_or(look, "percent", 0)) wait.percent = percent;
  look["at"] = format_iso_millis(now);
  if (percent) look["percent"] = *percent;
  if (is_fixed(context)) return std::min<std::int64_t>(fixed(context), gap_max.count());
  return whole_seconds(std::min(seconds_to_next_look(wait), std::chrono::duration<double>(gap_max).count()));
}

std::int64_t try_again_after(StepContext& context, std::string_view what) {
  if (is_fixed(context)) return fixed(context);
  const Json& look = wait_for(context, std::string(what));
  constexpr double kPart = 0.1;
  const double elapsed = seconds_between(string_or(look, "since", ""), context.clock.now());
  return whole_seconds(std::clamp(kPart * elapsed, 15.0, 120.0));
}

bool may_be_over_soon(const StepContext& context, std::string_view what) {
  return is_fixed(context) || seconds_to_next_look(known_wait(context, std::string(what))) < kWorthWaiting;
}

std::optional<std::int64_t> too_early(StepContext& context, std::string_view what, TimePoint begun) {
  const std::string name(what);
  const Json& look = member_or_null(context.operation.get("state"), "look");
  if (is_fixed(context) || string_or(look, "what", "") == name) return std::nullopt;
  if (context.clock.now() - begun > kJustBegun || may_be_over_soon(context, what)) return std::nullopt;
  return look_again_after(context, what);
}

void end_look(StepContext& context) {
  Json& state = context.operation.state();
  const Json look = member_or_null(state, "look");
  if (!look.is_object()) return;
  const std::string since = string_or(look, "since", "");
  const double seen = seconds_between(since, context.clock.now());
  const auto unready = parse_iso(string_or(look, "at", ""));
  const double not_yet = unready ? seconds_between(since, *unready) : seen;
  state["waited"][string_or(look, "what", "")] = std::round((seen + not_yet) * 500) / 1000;
  state.erase("look");
}

void expect_waits(StepContext& context) {
  std::vector<PastOperation> past;
  try {
    past = past_operations(newest_completed(context));
  } catch (const Error&) {
    // Knowing more saves looks; nothing depends on it.
    return;
  }
  for (const char* wait : kWaits) {
    const StepEstimate expected = estimate_wait(wait, past, work_of(context));
    if (expected.based_on == 0) continue;
    context.operation.state()["expected"][wait] = Json{
        {"least", expected.least_seconds}, {"most", expected.most_seconds}, {"based_on", expected.based_on}};
  }
}

}  // namespace aurora::restore
