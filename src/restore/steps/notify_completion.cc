#include <fmt/format.h>

#include "restore/notification.h"
#include "restore/steps/steps.h"

namespace aurora::restore::steps {
namespace {

std::string story_of(const Operation& operation) {
  const Json& snapshot = operation.get("snapshot_details");
  const Json& restored = operation.get("restore_details");
  const Json& verification = operation.get("verification");
  return fmt::format(
      "Operation {} restored snapshot {} ({} {}) of {} into cluster {} in {}.\n"
      "Endpoint: {}:{}\n"
      "Verified: {} tables.\n"
      "The old cluster, if there was one, goes next, and so does the copied snapshot.\n",
      operation.id(), string_or(snapshot, "snapshot_name", ""), string_or(snapshot, "engine", ""),
      string_or(snapshot, "engine_version", ""), string_or(snapshot, "source_region", ""),
      string_or(restored, "target_cluster_id", ""), string_or(restored, "target_region", ""),
      string_or(restored, "cluster_endpoint", ""), int_or(restored, "cluster_port", 0),
      int_or(verification, "tables_checked", 0));
}

Json body_of(const Operation& operation) {
  return {{"operation_id", operation.id()},
          {"status", "completed"},
          {"snapshot_details", operation.get("snapshot_details")},
          {"restore_details", operation.get("restore_details")},
          {"verification", operation.get("verification")}};
}

}  // namespace

StepResult notify_completion(StepContext& context) {
  Operation& operation = context.operation;
  const bool swapping = !operation.known("restored_as").empty() && !operation.is_known("exchanged");
  if (!operation.is_known("verified") || swapping)
    throw Error("StepOutOfOrder", fmt::format("operation {} is not verified yet.", operation.id()),
                "Run verify_restore first.");
  const std::string target = context.settings.text("target_cluster_id");
  // Saved before anybody is told: of two at the same time only one tells.
  operation.finish(kCompleted, context.clock.now(),
                   std::chrono::days(context.settings.integer("state_retention_days")));
  context.operations.save(operation, context.clock.now());
  const NotificationResult sent =
      notify(context, {.subject = fmt::format("aurora-restore: {} restored ({})", target, operation.id()),
                       .text = story_of(operation),
                       .body = body_of(operation),
                       .status = "completed",
                       .step = "notify_completion"});
  const auto or_null = [](const std::optional<std::string>& id) { return id ? Json(*id) : Json(nullptr); };
  Json fields{{"target_cluster_id", target},
              {"operation_status", "completed"},
              {"sns_message_id", or_null(sent.sns_message_id)},
              {"sqs_message_id", or_null(sent.sqs_message_id)}};
  if (!sent.failures.empty()) fields["notification_failures"] = sent.failures;
  const char* outcome = sent.failures.empty() ? "Successfully sent completion notifications"
                                              : "Sent only a part of the completion notifications";
  return {.message = fmt::format("{} for cluster {}", outcome, target),
          .fields = std::move(fields),
          .next_step = {},
          .retry_after = {}};
}

}  // namespace aurora::restore::steps
