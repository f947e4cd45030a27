#include <fmt/format.h>

#include "restore/announcements.h"
#include "restore/steps/steps.h"

namespace aurora::restore::steps {
namespace {

// What was told of this completion: null before anybody was, else the messages' ids and what failed.
Json& told_completion(Operation& operation) {
  return operation.state()["told"]["completion"];
}

// Saved before anybody is told: of two at the same time only one tells. A run after that sends only what
// could not be sent.
NotificationResult tell_once(StepContext& context) {
  Operation& operation = context.operation;
  Notification notification = completion_of(context);
  const Json before = told_completion(operation);
  if (before.is_object()) {
    notification.to_topic = notification.to_topic && bool_or(before, "topic_failed", false);
    notification.to_queue = bool_or(before, "queue_failed", false);
  }
  if (!operation.is_finished())
    operation.finish(kCompleted, context.clock.now(),
                     std::chrono::days(context.settings.integer("state_retention_days")));
  told_completion(operation) = before.is_object() ? before : Json::object();
  context.operations.save(operation, context.clock.now());
  NotificationResult sent = notify(context, notification);
  const auto id = [&](const std::optional<std::string>& now, const char* key) {
    return now ? Json(*now) : member_or_null(before, key);
  };
  told_completion(operation) = Json{{"sns_message_id", id(sent.sns_message_id, "sns_message_id")},
                                    {"sqs_message_id", id(sent.sqs_message_id, "sqs_message_id")},
                                    {"topic_failed", sent.topic_failed},
                                    {"queue_failed", sent.queue_failed}};
  return sent;
}

}  // namespace

StepResult notify_completion(StepContext& context) {
  Operation& operation = context.operation;
  const bool swapping = !operation.known("restored_as").empty() && !operation.is_known("exchanged");
  if (!operation.is_known("verified") || swapping)
    throw Error("StepOutOfOrder", fmt::format("operation {} is not verified yet.", operation.id()),
                "Run verify_restore first.");
  const std::string target = context.settings.text("target_cluster_id");
  const NotificationResult sent = tell_once(context);
  const Json& told = told_completion(operation);
  Json fields{{"target_cluster_id", target},
              {"operation_status", "completed"},
              {"sns_message_id", told["sns_message_id"]},
              {"sqs_message_id", told["sqs_message_id"]}};
  if (!sent.failures.empty()) fields["notification_failures"] = sent.failures;
  const char* outcome = sent.failures.empty() ? "Successfully sent completion notifications"
                                              : "Sent only a part of the completion notifications";
  return {.message = fmt::format("{} for cluster {}", outcome, target),
          .fields = std::move(fields),
          .next_step = {},
          .retry_after = {}};
}

}  // namespace aurora::restore::steps
