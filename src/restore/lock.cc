#include "restore/lock.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/dates.h"
#include "base/ids.h"
#include "base/text.h"

namespace aurora::restore {
namespace {

// The longest that Lambda lets a function run.
constexpr std::chrono::seconds kFunctionLastsMax{900};
// Between reading a lock and taking it over, another one may do the same.
constexpr int kAttemptsMax = 5;

const Json kNames{{"#holder", "holder"}, {"#run", "run_id"}, {"#closing", "closing"}};

bool is_refused(const aws::ServiceError& e) {
  return e.is("ConditionalCheckFailedException");
}

std::string text(const Json& lock, const char* key) {
  return string_or(lock, key, "");
}

Json key_of(const std::string& key) {
  return {{"operation_id", key}};
}

std::optional<Json> read_lock(OperationStore& store, const std::string& key) {
  return store.table_access().get(store.table(), key_of(key));
}

Json mine(const StepContext& context) {
  return {{":holder", context.operation.id()}, {":run", context.operation.known("run_id")}};
}

bool is_mine(const StepContext& context, const Json& lock) {
  return text(lock, "holder") == context.operation.id() &&
         text(lock, "run_id") == context.operation.known("run_id");
}

// The latest time at which somebody inside has ended; nothing when nobody is inside.
std::optional<TimePoint> busy_until(const Json& lock, TimePoint now) {
  std::optional<TimePoint> latest;
  for (const auto& [token, work] : member_or_null(lock, "working").items()) {
    const auto until = parse_iso(text(work, "until"));
    if (until && *until > now && (!latest || *until > *latest)) latest = until;
  }
  return latest;
}

// Whether the holder's cluster may be renamed, deleted or half made: from delete_rds on.
bool has_touched_target(const Operation& operation) {
  for (const char* step : {"delete_rds", "restore_snapshot", "check_restore_status"})
    if (operation.get("steps").is_object() && operation.get("steps").contains(step)) return true;
  return !operation.known("retired_cluster_id").empty() || operation.is_known("cluster_restored");
}

// Nothing when the service would not say.
std::optional<std::string> status_of_execution(const StepContext& context, const std::string& arn) {
  try {
    return string_or(
        context.api.call("stepfunctions", context.names.region, "DescribeExecution", {{"executionArn", arn}}),
        "status", "");
  } catch (const aws::ServiceError& e) {
    if (e.is("ExecutionDoesNotExist")) return "gone";
    return std::nullopt;
  }
}

Error locked(const StepContext& context, const Json& lock, const std::string& what, std::string hint) {
  const std::string holder = text(lock, "holder");
  const auto taken = parse_iso(text(lock, "taken_at"));
  const std::string since =
      taken ? fmt::format(" since {} ({} ago)", format_iso_seconds(*taken),
                          human_duration(std::max(context.clock.now() - *taken, Duration(0))))
            : "";
  return Error("TargetLocked",
               fmt::format("operation {} holds cluster {} in {}{}{}. Nothing was created or changed.", holder,
                           text(lock, "cluster"), text(lock, "region"), since, what),
               std::move(hint));
}

// Why another operation's lock may not be taken over; nothing when it may.
std::optional<Error> obstacle(StepContext& context, const Json& lock) {
  const std::string holder = text(lock, "holder");
  const std::string arn = text(lock, "execution_arn");
  const std::string watch_or_cancel = fmt::format(
      "Watch it with `aurora-restore watch {0}`, or end it with `aurora-restore cancel {0}`.", holder);
  const auto operation = context.operations.load(holder);
  const bool known = operation && operation->known("run_id") == text(lock, "run_id");
  if (known && operation->is_finished()) return std::nullopt;

  const std::string at = known ? fmt::format(", at step {}", string_or(operation->item(), "step", "?")) : "";
  const TimePoint now = context.clock.now();
  if (arn.empty()) {
    // A first step that died before it saved anything left a lock without an operation, and nothing else.
    const auto taken = parse_iso(text(lock, "taken_at"));
    if (!known && (!taken || now - *taken > kFunctionLastsMax)) return std::nullopt;
    return locked(context, lock, at, watch_or_cancel);
  }
  const auto status = status_of_execution(context, arn);
  if (!status || *status == "RUNNING" || *status == "PENDING_REDRIVE" ||
      (known && !operation->known("resume_at").empty()))
    return locked(context, lock, at, watch_or_cancel);
  if (known && has_touched_target(*operation))
    return locked(
        context, lock,
        fmt::format("{}, and its execution is {} without having been rolled back", at, *status),
        fmt::format("Put the target right with `aurora-restore cancel {}`, then start again.", holder));
  if (const auto until = busy_until(lock, now))
    return locked(context, lock,
                  fmt::format("; its execution is {}, but a step of it may still be at work", *status),
                  fmt::format("Start again after {}.", format_iso_seconds(*until)));
  return std::nullopt;
}

Json new_lock(const StepContext& context, const std::string& key) {
  return {{"operation_id", key},
          {"kind", "lock"},
          {"region", context.settings.text("target_region")},
          {"cluster", context.settings.text("target_cluster_id")},
          {"holder", context.operation.id()},
          {"run_id", context.operation.known("run_id")},
          {"execution_arn", context.operation.execution_arn()},
          {"taken_at", format_iso_millis(context.clock.now())},
          {"lock_id", random_hex(16)},
          {"working", Json::object()}};
}

// Whether the lock was as it had been read.
bool replace_lock(StepContext& context, const Json& lock, const std::optional<Json>& seen) {
  aws::DynamoDb& table = context.operations.table_access();
  try {
    if (!seen)
      table.put(context.operations.table(), lock, "attribute_not_exists(#key)", {{"#key", "operation_id"}});
    else  // nobody may have entered meanwhile either
      table.put(context.operations.table(), lock, "#id = :id AND #working = :working",
                {{"#id", "lock_id"}, {"#working", "working"}},
                {{":id", text(*seen, "lock_id")}, {":working", member_or_null(*seen, "working")}});
    return true;
  } catch (const aws::ServiceError& e) {
    if (!is_refused(e)) throw;
    return false;
  }
}

// What stands against taking the lock as it was read.
std::optional<Error> stands_against(StepContext& context, const Json& lock) {
  if (text(lock, "holder") != context.operation.id()) return obstacle(context, lock);
  // An operation never locks itself out: a run whose first step died left nothing but the lock.
  if (is_mine(context, lock) && bool_or(lock, "closing", false) && !context.operation.is_finished())
    return Error("OperationFinished",
                 fmt::format("operation {} is being rolled back.", context.operation.id()),
                 "Wait for the end of the rollback, then start again.");
  return std::nullopt;
}

std::string key_for(const StepContext& context) {
  const std::string known = context.operation.known("lock");
  if (!known.empty()) return known;
  const std::string target = context.settings.text("target_cluster_id");
  return target.empty() ? "" : lock_key(context.settings.text("target_region"), target);
}

StepResult wait_for_the_last(StepContext& context, const Json& lock, TimePoint until) {
  std::vector<std::string> steps;
  for (const auto& [token, work] : member_or_null(lock, "working").items())
    steps.push_back(text(work, "step"));
  const auto left = std::chrono::ceil<std::chrono::seconds>(until - context.clock.now()).count();
  return {.message = fmt::format("The rollback begins when {} has ended, {} at the latest", join(steps, ", "),
                                 format_iso_seconds(until)),
          .fields = {{"rollback_status", "in-progress"}},
          .next_step = "handle_failure",
          .retry_after = std::clamp<std::int64_t>(left, 1, 5)};
}

// A function whose process has ended cannot leave by itself: the newest token of the step that the machine
// saw fail is of no meaning any more.
bool has_process_ended(const Json& event) {
  const std::string name = text(member_or_null(event, "error"), "Error");
  for (const char* ended : {"Runtime.ExitError", "Lambda.Unknown", "Sandbox.Timedout", "Runtime.OutOfMemory"})
    if (name == ended) return true;
  return false;
}

void forget_dead(const StepContext& context, Json& lock) {
  if (!has_process_ended(context.event)) return;
  const std::string failed = context.operation.known("failed_step");
  Json& working = lock["working"];
  std::string newest;
  for (const auto& [token, work] : working.items())
    if (text(work, "step") == failed &&
        (newest.empty() || text(working[newest], "until") < text(work, "until")))
      newest = token;
  if (!newest.empty()) working.erase(newest);
}

// Whether the rollback still has to put something right under the target's name.
bool is_rollback_due(const StepContext& context) {
  const Operation& operation = context.operation;
  const bool swap = context.settings.text("replace_strategy") == "swap";
  const bool is_good = operation.is_known("verified") && (!swap || operation.is_known("exchanged"));
  return has_touched_target(operation) && !is_good && !operation.is_known("rolled_back");
}

}  // namespace

std::string lock_key(const std::string& region, const std::string& target_cluster_id) {
  return fmt::format("{}{}#{}", kLockPrefix, region, to_lower(target_cluster_id));
}

std::optional<Error> lock_obstacle(StepContext& context) {
  const auto lock = read_lock(context.operations, key_for(context));
  return lock ? stands_against(context, *lock) : std::nullopt;
}

void take_lock(StepContext& context) {
  const std::string key = key_for(context);
  const Json lock = new_lock(context, key);
  for (int attempt = 0; attempt < kAttemptsMax; ++attempt) {
    const std::optional<Json> seen = read_lock(context.operations, key);
    if (seen)
      if (const auto error = stands_against(context, *seen)) throw Error(*error);
    // A step of ours that is inside must stay known.
    Json taken = lock;
    if (seen && is_mine(context, *seen)) taken["working"] = member_or_null(*seen, "working");
    if (!replace_lock(context, taken, seen)) continue;
    context.operation.state()["lock"] = key;
    return;
  }
  throw Error("StateConflict", "the lock on the target changes all the time.", "The step may be run again.");
}

void release_lock(StepContext& context) {
  const std::string key = context.operation.known("lock");
  if (key.empty()) return;
  try {
    context.operations.table_access().remove(context.operations.table(), key_of(key),
                                             "#holder = :holder AND #run = :run",
                                             {{"#holder", "holder"}, {"#run", "run_id"}}, mine(context));
  } catch (const aws::ServiceError& e) {
    if (!is_refused(e)) throw;
  }
}

WorkOnTarget::WorkOnTarget(StepContext& context, std::string_view step)
    : operations_(context.operations), key_(context.operation.known("lock")), token_(random_hex(12)) {
  const std::string id = context.operation.id();
  const TimePoint latest = context.clock.now() + kFunctionLastsMax;
  const TimePoint until = context.deadline == TimePoint() ? latest : std::min(context.deadline, latest);
  Json names = kNames;
  names["#working"] = "working";
  names["#token"] = token_;
  Json values = mine(context);
  values[":work"] = {{"step", step}, {"until", format_iso_millis(until)}};
  const std::string hint = "Begin again with snapshot_check, or start another restore.";
  if (key_.empty()) throw Error("LockLost", fmt::format("operation {} does not hold its target.", id), hint);
  try {
    operations_.table_access().update(operations_.table(), key_of(key_), "SET #working.#token = :work",
                                      "#holder = :holder AND #run = :run AND attribute_not_exists(#closing)",
                                      names, values);
  } catch (const aws::ServiceError& e) {
    if (!is_refused(e)) throw;
    const auto lock = read_lock(operations_, key_);
    if (lock && is_mine(context, *lock))
      throw Error("OperationFinished",
                  fmt::format("operation {} is being rolled back; {} did nothing.", id, step),
                  "`aurora-restore status` shows what the rollback does.");
    throw Error("LockLost",
                fmt::format("operation {} does not hold its target any more{}; {} did nothing.", id,
                            lock ? fmt::format(": operation {} does", text(*lock, "holder")) : "", step),
                hint);
  }
}

WorkOnTarget::~WorkOnTarget() {
  try {
    operations_.table_access().update(operations_.table(), key_of(key_), "REMOVE #working.#token",
                                      "attribute_exists(#working.#token)",
                                      {{"#working", "working"}, {"#token", token_}}, Json::object());
  } catch (const std::exception&) {
    // Best effort: the lock may be released by now, and otherwise the token ends with the function's
    // deadline.
  }
}

std::optional<StepResult> close_lock(StepContext& context) {
  const std::string key = key_for(context);
  if (key.empty()) return std::nullopt;
  Json values = mine(context);
  values[":true"] = true;
  const auto close = [&]() -> std::optional<Json> {
    try {
      return context.operations.table_access().update(context.operations.table(), key_of(key),
                                                      "SET #closing = :true",
                                                      "#holder = :holder AND #run = :run", kNames, values);
    } catch (const aws::ServiceError& e) {
      if (!is_refused(e)) throw;
      return std::nullopt;
    }
  };
  std::optional<Json> lock = close();
  if (!lock && is_rollback_due(context)) {
    take_lock(context);
    lock = close();
  }
  if (!lock) return std::nullopt;
  forget_dead(context, *lock);
  if (const auto until = busy_until(*lock, context.clock.now()))
    return wait_for_the_last(context, *lock, *until);
  return std::nullopt;
}

}  // namespace aurora::restore
