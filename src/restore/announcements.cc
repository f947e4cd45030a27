#include "restore/announcements.h"

#include "restore/notification_text.h"

namespace aurora::restore {
namespace {

enum class Weight { kDetail, kSummary, kFailure };

// Whether the topic hears of it at the level that is set.
bool is_heard(const StepContext& context, Weight weight) {
  const std::string level = context.settings.text("notification_level");
  if (level == "failures") return weight == Weight::kFailure;
  if (level == "summary") return weight != Weight::kDetail;
  return true;
}

// True the first time; remembers it.
bool tell_once(Operation& operation, const char* kind, const std::string& what) {
  Json& told = operation.state()["told"][kind];
  if (told.contains(what)) return false;
  told[what] = true;
  return true;
}

// The end is told by these two themselves.
bool tells_by_itself(const Step& step) {
  return step.name == "notify_completion" || step.name == "handle_failure";
}

}  // namespace

std::vector<Notification> announcements_of(StepContext& context, const Step& step, const StepResult& result) {
  Operation& operation = context.operation;
  if (result.retry_after || tells_by_itself(step)) return {};
  std::vector<Notification> due;
  const std::string name(step.name);
  if (step.name == "snapshot_check" && tell_once(operation, "operation", "started") &&
      is_heard(context, Weight::kSummary))
    due.push_back(start_notification(context));
  if (tell_once(operation, "steps", name) && is_heard(context, Weight::kDetail))
    due.push_back(step_notification(context, step, result));
  // What it failed with before may come again, and is news then.
  if (Json& told = operation.state()["told"]; told.contains("errors")) told["errors"].erase(name);
  return due;
}

std::optional<Notification> announcement_of_error(StepContext& context, const Step& step, const Error& error,
                                                  bool repeats) {
  if (step.name == "handle_failure") return std::nullopt;
  Json& told = context.operation.state()["told"]["errors"][std::string(step.name)];
  if (told.contains(error.name())) return std::nullopt;
  told[error.name()] = true;
  const bool by_hand = context.operation.execution_arn().empty();
  if (!is_heard(context, by_hand ? Weight::kFailure : Weight::kDetail)) return std::nullopt;
  return error_notification(context, step, error, repeats);
}

Notification completion_of(const StepContext& context) {
  Notification notification = completed_notification(context);
  notification.to_topic = is_heard(context, Weight::kSummary);
  notification.to_queue = true;
  return notification;
}

Notification failure_of(const StepContext& context) {
  Notification notification = failed_notification(context);
  notification.to_queue = true;
  return notification;
}

void send_all(StepContext& context, const std::vector<Notification>& notifications) {
  bool failed = false;
  for (const Notification& notification : notifications)
    failed = !notify(context, notification).failures.empty() || failed;
  if (!failed) return;
  try {
    context.operations.save(context.operation, context.clock.now());
  } catch (const Error& e) {
    // The audit trail has it; a step that came in between must not fail for it.
    context.log.warning("A failed notification could not be noted in the state", {{"reason", e.what()}});
  }
}

}  // namespace aurora::restore
