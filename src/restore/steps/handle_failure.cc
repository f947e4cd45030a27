#include <fmt/format.h>

#include "base/text.h"
#include "restore/announcements.h"
#include "restore/archive.h"
#include "restore/looks.h"
#include "restore/resume.h"
#include "restore/rollback.h"
#include "restore/steps/steps.h"
#include "restore/waiting.h"

// Reached when a step fails, when the operation is cancelled, and when its execution is stopped or times out:
// records the error, has what was done taken back (rollback.h) unless on_failure is keep, and tells everyone.
// After verification nothing is taken back: the new cluster is good.

namespace aurora::restore::steps {
namespace {

// A part that RDS refuses to undo gets so many looks before the record says what is left to do.
constexpr std::int64_t kTriesMax = 3;
// RDS may take hours over a restore that it is not asked to finish any more.
constexpr std::chrono::hours kWaitMax{12};
// What is to be undone may still cost money.
constexpr std::chrono::minutes kGapMax{5};

bool is_cancelled(const StepContext& context) {
  // An execution that a person stopped reports itself with this status.
  return bool_or(context.event, "cancelled", false) ||
         string_or(member_or_null(context.event, "error"), "Error", "") == "ABORTED";
}

// The error as Catch gives it ({"Error", "Cause"}, Cause being the function's error object as text).
Json error_of(const StepContext& context) {
  const Json& given = member_or_null(context.event, "error");
  if (is_cancelled(context))
    return {{"name", "Cancelled"}, {"message", "The operation was cancelled."}, {"hint", ""}};
  if (!given.is_object()) return context.operation.get("error");
  Json error{{"name", string_or(given, "Error", "Unknown")},
             {"message", string_or(given, "Cause", "")},
             {"hint", ""}};
  const Json cause = Json::parse(error["message"].get<std::string>(), nullptr, false);
  if (cause.is_object() && cause.contains("errorMessage")) {
    std::string message = string_or(cause, "errorMessage", "");
    const std::string hint = string_or(cause, "hint", "");
    // The error object of a function repeats the hint at the end of its message.
    if (!hint.empty() && message.ends_with(hint))
      message = std::string(trim(message.substr(0, message.size() - hint.size())));
    error["message"] = message;
    error["hint"] = hint;
  }
  error["step"] = string_or(context.operation.get("state"), "failed_step",
                            string_or(context.operation.item(), "step", ""));
  return error;
}

StepResult rolling_back(StepContext& context, const std::string& message) {
  return {.message = message,
          .fields = {{"rollback_status", "in-progress"}},
          .next_step = "handle_failure",
          .retry_after = look_again_after(context, "rollback", {}, kGapMax)};
}

Json to_json(const std::vector<RollbackLook::Failure>& failures) {
  Json list = Json::array();
  for (const RollbackLook::Failure& failure : failures)
    list.push_back({{"what", failure.what}, {"reason", failure.reason}, {"command", failure.command}});
  return list;
}

// Ends the operation where it has not ended yet, and tells of it. Saved before anybody is told: of two
// rollbacks at the same time the slower one's save is a StateConflict, and only the other tells.
void finish(StepContext& context, bool undone_after_keep) {
  Operation& operation = context.operation;
  const bool ends = operation.status() == kInProgress;
  if (!ends && !undone_after_keep) return;
  operation.finish(is_cancelled(context) ? kCancelled : kFailed, context.clock.now(),
                   std::chrono::days(context.settings.integer("state_retention_days")));
  context.operations.save(operation, context.clock.now());
  if (ends) send_all(context, {failure_of(context)});
}

// What earlier looks did stays in the record.
Json all_done(const Operation& operation, const std::vector<std::string>& now) {
  Json done = member_or_null(operation.get("state"), "undone");
  if (!done.is_array()) done = Json::array();
  for (const std::string& what : now) done.push_back(what);
  return done;
}

StepResult finished(StepContext& context, const std::string& rollback_status,
                    const std::vector<RollbackLook::Failure>& failures, bool undone_after_keep) {
  Operation& operation = context.operation;
  const Json done = all_done(operation, {});
  const Standing standing = standing_of(context);
  std::string stands = standing.what_stands;
  for (const RollbackLook::Failure& failure : failures)
    stands += fmt::format(" {}: {}", failure.what, failure.reason);
  const std::string command = failures.empty() ? standing.next_command : failures.front().command;
  operation["rollback"] = Json{{"done", done}, {"what_stands", stands}};
  if (!command.empty()) operation["rollback"]["next_command"] = command;
  if (!failures.empty()) operation["rollback"]["failures"] = to_json(failures);
  operation["progress"] = Json::object();
  finish(context, undone_after_keep);
  archive_operation(context);
  Json fields{{"rollback_status", rollback_status},
              {"operation_status", operation.status()},
              {"rolled_back", done},
              {"what_stands", stands},
              {"error", operation.get("error")}};
  if (!command.empty()) fields["next_command"] = command;
  return {.message = stands, .fields = std::move(fields), .next_step = {}, .retry_after = {}};
}

// One look; an answer while there is something to wait for.
std::optional<StepResult> undo(StepContext& context, std::vector<RollbackLook::Failure>& failures) {
  Operation& operation = context.operation;
  RollbackLook look = roll_back(context);
  operation.state()["undone"] = all_done(operation, look.done);
  if (!look.pending.empty() && !waited_longer(context, "rollback", kWaitMax))
    return rolling_back(context, look.pending.front());
  if (!look.failures.empty() && count_try(operation, "rollback") < kTriesMax)
    return rolling_back(context, look.failures.front().what + "; it is tried again");
  for (const std::string& what : look.pending) look.failures.push_back({what, "no end of it came", ""});
  failures = std::move(look.failures);
  return std::nullopt;
}

void forget_tries(StepContext& context) {
  end_wait(context, "rollback");
  Json& state = context.operation.state();
  if (state.contains("tries")) state["tries"].erase("rollback");
  state.erase("kept");
}

}  // namespace

StepResult handle_failure(StepContext& context) {
  if (bool_or(context.event, "report", false)) return report_failure(context);
  if (bool_or(context.event, "resume", false)) return resume_operation(context);
  Operation& operation = context.operation;
  if (operation.known("failed_step").empty())
    operation.state()["failed_step"] = string_or(operation.item(), "step", "");
  if (const Json error = error_of(context); error.is_object() && !error.empty()) operation["error"] = error;
  if (!is_rollback_due(operation)) {
    // Nothing was made before the first step passed: that counts as undone.
    if (operation.known("source_snapshot").empty()) operation.state()["rolled_back"] = true;
    return finished(context, "completed", {}, false);
  }
  if (context.settings.text("on_failure") == "keep" && !is_cancelled(context) &&
      !operation.is_known("rolled_back")) {
    operation.state()["kept"] = true;
    return finished(context, "kept", {}, false);
  }
  const bool was_kept = operation.is_known("kept");
  std::vector<RollbackLook::Failure> failures;
  if (auto waiting = undo(context, failures)) return *waiting;
  forget_tries(context);
  operation.state()["rolled_back"] = failures.empty();
  return finished(context, failures.empty() ? "completed" : "failed", failures,
                  was_kept && is_cancelled(context));
}

}  // namespace aurora::restore::steps
