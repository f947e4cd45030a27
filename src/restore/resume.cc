#include "restore/resume.h"

#include <fmt/format.h>

#include "restore/lock.h"

namespace aurora::restore {
namespace {

// What an undone run knew and the next one must not believe.
void forget_undone(Operation& operation, const std::string& point) {
  Json& state = operation.state();
  for (const char* key : {"failed_step", "error_reported", "rolled_back", "kept"}) state.erase(key);
  if (state.contains("told")) state["told"].erase("errors");
  if (point != "copy_snapshot" && point != "delete_rds") return;
  if (state.contains("told")) state["told"].erase("steps");
  for (const char* key :
       {"retired_cluster_id", "name_given_back", "cluster_restored", "instances", "master_password_applied",
        "managed_password_requested", "users_created", "verified", "exchanged", "restored_as"})
    state.erase(key);
  if (point == "copy_snapshot")
    for (const char* key : {"copy_begun", "copy_begun_at", "copy_measured", "target_snapshot"})
      state.erase(key);
}

}  // namespace

std::string resume_point(const Operation& operation) {
  const std::string failed = operation.known("failed_step");
  if (!operation.is_known("rolled_back")) return failed;
  return operation.is_known("copy_needed") ? "copy_snapshot" : "delete_rds";
}

StepResult report_failure(StepContext& context) {
  Operation& operation = context.operation;
  const std::string point = operation.known("resume_at");
  if (operation.status() == kInProgress && !point.empty()) {
    operation.state().erase("resume_at");
    return {.message = fmt::format("The operation goes on with {}", point),
            .fields = {{"resume_at", point}},
            .next_step = point,
            .retry_after = {}};
  }
  const Json& error = operation.get("error");
  throw Error(string_or(error, "name", "RestoreFailed"),
              string_or(error, "message", "The operation failed; its state and audit trail say where."),
              string_or(error, "hint", ""));
}

StepResult resume_operation(StepContext& context) {
  Operation& operation = context.operation;
  const std::string id = operation.id();
  if (operation.status() == kInProgress && operation.known("resume_at").empty())
    throw Error("OperationInProgress", fmt::format("operation {} is in progress.", id),
                fmt::format("Watch it with `aurora-restore watch {}`.", id));
  if (operation.status() == kCompleted)
    throw Error("NothingToResume", fmt::format("operation {} is completed.", id),
                "Start another restore with `aurora-restore run`.");
  const std::string point =
      operation.known("resume_at").empty() ? resume_point(operation) : operation.known("resume_at");
  if (string_or(member_or_null(operation.get("steps"), "snapshot_check"), "status", "") != "succeeded" ||
      point.empty())
    throw Error(
        "NothingToResume",
        fmt::format("operation {} did not get past its first step; nothing was created or changed.", id),
        "Correct what its error names and start the restore again.");
  // Another operation may have the target by now.
  take_lock(context);
  forget_undone(operation, point);
  operation.state()["resume_at"] = point;
  operation["status"] = kInProgress;
  for (const char* attribute : {"error", "expires_at", "rollback", "end_time"}) operation.erase(attribute);
  context.audit.record(id, "handle_failure", "resumed", {{"resume_at", point}});
  return {.message = fmt::format("Operation {} is ready to go on with {}", id, point),
          .fields = {{"resume_at", point}},
          .next_step = point,
          .retry_after = {}};
}

}  // namespace aurora::restore
