#include "restore/notification_text.h"

#include <fmt/format.h>

#include "base/dates.h"

namespace aurora::restore {
namespace {

struct Story {
  std::string status;
  std::string step;
  std::string subject;
  std::string happened;
  std::string stands;
  std::string next;
};

std::string target_of(const StepContext& context) {
  return context.settings.text("target_cluster_id");
}

std::string snapshot_line(const Operation& operation) {
  const Json& snapshot = operation.get("snapshot_details");
  const std::string name = string_or(snapshot, "snapshot_name", "");
  if (name.empty()) return "";
  return fmt::format("{} ({} {}, {} GiB) of {}", name, string_or(snapshot, "engine", ""),
                     string_or(snapshot, "engine_version", ""), int_or(snapshot, "allocated_storage_gib", 0),
                     string_or(snapshot, "source_region", ""));
}

std::string endpoint_of(const Operation& operation) {
  const Json& restored = operation.get("restore_details");
  const std::string host = string_or(restored, "cluster_endpoint", "");
  return host.empty() ? "" : fmt::format("{}:{}", host, int_or(restored, "cluster_port", 0));
}

// The facts that stand below every text.
std::string facts(const StepContext& context) {
  std::string text;
  const auto say = [&](const char* label, const std::string& value) {
    if (!value.empty()) text += fmt::format("{:<12} {}\n", label, value);
  };
  const Operation& operation = context.operation;
  say("Operation", operation.id());
  say("Environment", context.names.environment);
  say("Target", fmt::format("{} in {}", target_of(context), context.settings.text("target_region")));
  say("Snapshot", snapshot_line(operation));
  say("Endpoint", endpoint_of(operation));
  say("Execution", operation.execution_arn());
  say("Time", format_iso_seconds(context.clock.now()));
  return text;
}

Json body_of(const StepContext& context, const Story& story) {
  return {{"operation_id", context.operation.id()},
          {"status", story.status},
          {"step", story.step},
          {"environment", context.names.environment},
          {"time", format_iso_millis(context.clock.now())},
          {"target_cluster_id", target_of(context)},
          {"target_region", context.settings.text("target_region")},
          {"execution_arn", context.operation.execution_arn()},
          {"message", story.happened},
          {"what_stands", story.stands},
          {"next", story.next}};
}

Notification told(const StepContext& context, Story story) {
  std::string text = fmt::format("{}\n\nWhat happened: {}\n", story.subject, story.happened);
  if (!story.stands.empty()) text += fmt::format("What stands: {}\n", story.stands);
  if (!story.next.empty()) text += fmt::format("What comes next: {}\n", story.next);
  text += "\n" + facts(context);
  Json body = body_of(context, story);
  return {.subject = std::move(story.subject),
          .text = std::move(text),
          .body = std::move(body),
          .status = std::move(story.status),
          .step = std::move(story.step)};
}

// What is there now of the two clusters and the copy, by the record.
std::string standing(const StepContext& context) {
  const Operation& operation = context.operation;
  const std::string target = target_of(context);
  std::string text;
  const Json& cleaned = operation.get("cleanup_results");
  if (const std::string retired = operation.known("retired_cluster_id");
      !retired.empty() && !bool_or(cleaned, "retired_cluster_deleted", false))
    text += fmt::format("The old cluster waits as {}. ", retired);
  if (const std::string endpoint = endpoint_of(operation); !endpoint.empty())
    text += fmt::format("The new cluster {} answers at {}. ", target, endpoint);
  if (operation.is_known("copy_begun") && !bool_or(cleaned, "snapshot_deleted", false))
    text += fmt::format("The copy of the snapshot is {}. ", operation.known("target_snapshot"));
  if (text.empty())
    return fmt::format("Nothing was created or changed; {} is locked for this operation.", target);
  text.pop_back();
  return text;
}

std::string next_of(const StepResult& result) {
  const Step* next = result.next_step ? find_step(*result.next_step) : nullptr;
  return next ? fmt::format("{}. {}", next->name, next->summary) : "Nothing; the operation is done.";
}

std::string watching(const Operation& operation) {
  return fmt::format("Follow it: aurora-restore watch {}", operation.id());
}

}  // namespace

Notification start_notification(const StepContext& context) {
  const std::string target = target_of(context);
  return told(context, {.status = "started",
                        .step = "snapshot_check",
                        .subject = fmt::format("STARTED: restore of {} ({})", target, context.operation.id()),
                        .happened = fmt::format("A restore of cluster {} has begun.", target),
                        .stands = standing(context),
                        .next = watching(context.operation)});
}

Notification step_notification(const StepContext& context, const Step& step, const StepResult& result) {
  Notification notification = told(
      context,
      {.status = "succeeded",
       .step = std::string(step.name),
       .subject = fmt::format("DONE: {} of {} ({})", step.name, target_of(context), context.operation.id()),
       .happened = result.message,
       .stands = standing(context),
       .next = next_of(result)});
  notification.body["next_step"] = result.next_step ? Json(*result.next_step) : Json(nullptr);
  notification.body["details"] = result.fields;
  return notification;
}

Notification error_notification(const StepContext& context, const Step& step, const Error& error,
                                bool repeats) {
  const Operation& operation = context.operation;
  std::string next;
  if (operation.execution_arn().empty())
    next = fmt::format(
        "Nothing is undone by itself, because the step was invoked by hand. Mend it, and run "
        "aurora-restore invoke {} --operation-id {}, or give up with aurora-restore cancel {}",
        step.name, operation.id(), operation.id());
  else if (repeats)
    next = "The state machine repeats the step by itself; you hear of it again only if that does not help.";
  else if (context.settings.text("on_failure") == "keep")
    next = "What stands is kept (on_failure is keep); another message says how to go on.";
  else
    next = "What was done is being taken back; another message says how that ended.";
  std::string happened = fmt::format("{} failed with {}: {}", step.name, error.name(), error.message());
  if (!error.hint().empty()) happened += " " + error.hint();
  Notification notification =
      told(context, {.status = "error",
                     .step = std::string(step.name),
                     .subject = fmt::format("ERROR: {} in {} of {} ({})", error.name(), step.name,
                                            target_of(context), operation.id()),
                     .happened = std::move(happened),
                     .stands = standing(context),
                     .next = std::move(next)});
  notification.body["error"] =
      Json{{"name", error.name()}, {"message", error.message()}, {"hint", error.hint()}};
  notification.body["repeats"] = repeats;
  return notification;
}

Notification completed_notification(const StepContext& context) {
  const Operation& operation = context.operation;
  const std::string target = target_of(context);
  const Json& verification = operation.get("verification");
  Notification notification = told(
      context, {.status = "completed",
                .step = "notify_completion",
                .subject = fmt::format("COMPLETED: {} is restored ({})", target, operation.id()),
                .happened = fmt::format("Cluster {} is restored, and {} tables were verified.", target,
                                        int_or(verification, "tables_checked", 0)),
                .stands = standing(context),
                .next = "cleanup drops the old cluster, if there was one, and the copied snapshot. Connect: "
                        "aurora-restore status " +
                        operation.id()});
  for (const char* part : {"snapshot_details", "restore_details", "verification"})
    notification.body[part] = operation.get(part);
  return notification;
}

Notification failed_notification(const StepContext& context) {
  const Operation& operation = context.operation;
  const Json& error = operation.get("error");
  const Json& rollback = operation.get("rollback");
  const bool cancelled = operation.status() == kCancelled;
  const std::string name = string_or(error, "name", "Unknown");
  const std::string command = string_or(rollback, "next_command", "");
  const std::string where = string_or(error, "step", "");
  std::string happened =
      cancelled ? fmt::format("The restore of {} was cancelled.", target_of(context))
                : fmt::format("The restore of {} failed{}{} with {}: {}", target_of(context),
                              where.empty() ? "" : " in ", where, name, string_or(error, "message", ""));
  if (const std::string hint = string_or(error, "hint", ""); !hint.empty()) happened += " " + hint;
  Notification notification = told(
      context, {.status = cancelled ? "cancelled" : "failed",
                .step = "handle_failure",
                .subject = fmt::format("{}: {} ({}{})", cancelled ? "CANCELLED" : "FAILED",
                                       target_of(context), cancelled ? "" : name + ", ", operation.id()),
                .happened = std::move(happened),
                .stands = string_or(rollback, "what_stands", ""),
                .next = command.empty() ? "Nothing has to be done. The whole story: aurora-restore audit " +
                                              operation.id()
                                        : command});
  notification.body["error"] = error;
  notification.body["next_command"] = command;
  return notification;
}

Notification test_notification(const PipelineNames& names, const std::string& topic, const std::string& queue,
                               TimePoint now) {
  const std::string happened =
      fmt::format("Somebody tried whether notifications of environment {} arrive.", names.environment);
  Json body{{"operation_id", "test"},
            {"status", "test"},
            {"step", "test"},
            {"environment", names.environment},
            {"time", format_iso_millis(now)},
            {"message", happened}};
  if (!topic.empty()) body["notification_topic_arn"] = topic;
  if (!queue.empty()) body["notification_queue_url"] = queue;
  return {
      .subject = fmt::format("TEST: aurora-restore in {}", names.environment),
      .text = fmt::format("TEST of aurora-restore's notifications\n\nWhat happened: {}\nWhat stands: Nothing "
                          "was created or changed.\nWhat comes next: Nothing; if you can read this, it "
                          "works.\n",
                          happened),
      .body = std::move(body),
      .status = "test",
      .step = "test"};
}

}  // namespace aurora::restore
