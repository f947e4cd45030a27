#include <fmt/format.h>

#include "restore/archive.h"
#include "restore/notification.h"
#include "restore/resume.h"
#include "restore/steps/steps.h"
#include "restore/target.h"

// Rolling back, one look per call: first the half-made cluster goes, then the old one gets its name back,
// then the copy goes. After verification nothing is rolled back: the new cluster is good.

namespace aurora::restore::steps {
namespace {

// The error as Catch gives it ({"Error", "Cause"}, Cause being the function's error object as text).
Json error_of(const StepContext& context) {
  const Json& given = member_or_null(context.event, "error");
  if (bool_or(context.event, "cancelled", false))
    return {{"name", "Cancelled"}, {"message", "The operation was cancelled."}, {"hint", ""}};
  if (!given.is_object()) return context.operation.get("error");
  Json error{{"name", string_or(given, "Error", "Unknown")},
             {"message", string_or(given, "Cause", "")},
             {"hint", ""}};
  const Json cause = Json::parse(error["message"].get<std::string>(), nullptr, false);
  if (cause.is_object() && cause.contains("errorMessage")) {
    error["message"] = cause["errorMessage"];
    error["hint"] = string_or(cause, "hint", "");
  }
  error["step"] = string_or(context.operation.get("state"), "failed_step",
                            string_or(context.operation.item(), "step", ""));
  return error;
}

StepResult rolling_back(StepContext& context, const std::string& message) {
  return {.message = message,
          .fields = {{"rollback_status", "in-progress"}},
          .next_step = "handle_failure",
          .retry_after = context.settings.integer("poll_interval_seconds")};
}

// Whether the first step passed: before, nothing is made, and the target is not even known for certain.
bool has_begun(const Operation& operation) {
  return !operation.known("source_snapshot").empty();
}

// What has to be done before the target's name serves the old cluster again; empty when it does.
std::string roll_back(StepContext& context, std::vector<std::string>& done) {
  Operation& operation = context.operation;
  const std::string target = context.settings.text("target_cluster_id");
  const std::string retired = operation.known("retired_cluster_id");
  if (!has_begun(operation) || target.empty()) return "";
  aws::Rds rds = context.target_rds();
  const auto cluster = rds.find_cluster(target);
  if (cluster && is_made_by(*cluster, operation)) {
    // Ours while it was being made: its protection was set by this very operation.
    if (cluster->deletion_protection)
      rds.modify_cluster(
          {{"DBClusterIdentifier", target}, {"DeletionProtection", false}, {"ApplyImmediately", true}});
    try {
      begin_deletion(rds, *cluster);
    } catch (const aws::ServiceError& e) {
      // RDS deletes nothing that it is still making; a later look finds it made.
      if (!e.is("InvalidDBClusterStateFault") && !e.is("InvalidDBInstanceState")) throw;
      return fmt::format("Half-made cluster {} is {}; it is deleted as soon as RDS lets it go", target,
                         cluster->status);
    }
    if (rds.find_cluster(target)) return fmt::format("Half-made cluster {} is being deleted", target);
    done.push_back(fmt::format("deleted the half-made cluster {}", target));
  }
  if (!retired.empty() && (rds.find_cluster(retired) || !operation.is_known("name_given_back"))) {
    if (rds.find_cluster(retired) || rds.find_cluster(target)) {
      if (!rename_step(rds, retired, target))
        return fmt::format("Cluster {} is getting its name {} back", retired, target);
      done.push_back(fmt::format("gave cluster {} its name back", target));
    }
    operation.state()["name_given_back"] = true;
  }
  if (operation.is_known("copy_needed") && !operation.known("target_snapshot").empty()) {
    const auto copy = rds.find_snapshot(operation.known("target_snapshot"));
    const auto tag = copy ? copy->tags.find(kOperationTag) : aws::Tags::const_iterator{};
    if (copy && tag != copy->tags.end() && tag->second == operation.id()) {
      rds.delete_snapshot(copy->identifier);
      done.push_back(fmt::format("deleted the copied snapshot {}", copy->identifier));
    }
  }
  return "";
}

// What stands now, in words for the record.
std::string what_stands(StepContext& context) {
  const std::string target = context.settings.text("target_cluster_id");
  if (!has_begun(context.operation) || target.empty()) return "Nothing was created or changed.";
  if (context.operation.is_known("target_deleted"))
    return fmt::format(
        "The old cluster {} was deleted (replace_strategy delete){}.", target,
        context.operation.known("final_snapshot").empty()
            ? ""
            : fmt::format("; its final snapshot is {}", context.operation.known("final_snapshot")));
  const bool exists = context.target_rds().find_cluster(target).has_value();
  return exists ? fmt::format("Cluster {} is as it was before.", target)
                : fmt::format("There is no cluster {}, as before.", target);
}

void tell(StepContext& context, const Json& error, const std::string& stands) {
  const std::string name = string_or(error, "name", "Unknown");
  notify(context, {.subject = fmt::format("aurora-restore: {} FAILED ({})",
                                          context.settings.text("target_cluster_id"), name),
                   .text = fmt::format("Operation {} failed in {}.\n{}: {}\n{}\n{}\n", context.operation.id(),
                                       string_or(error, "step", "?"), name, string_or(error, "message", ""),
                                       string_or(error, "hint", ""), stands),
                   .body = {{"operation_id", context.operation.id()},
                            {"status", "failed"},
                            {"error", error},
                            {"what_stands", stands}},
                   .status = "failed",
                   .step = "handle_failure"});
}

}  // namespace

StepResult handle_failure(StepContext& context) {
  if (bool_or(context.event, "report", false)) return report_failure(context);
  if (bool_or(context.event, "resume", false)) return resume_operation(context);
  Operation& operation = context.operation;
  if (operation.known("failed_step").empty())
    operation.state()["failed_step"] = string_or(operation.item(), "step", "");
  const Json error = error_of(context);
  if (error.is_object() && !error.empty()) operation["error"] = error;
  const bool verified = operation.is_known("verified");
  std::vector<std::string> done;
  if (!verified) {
    const std::string pending = roll_back(context, done);
    if (!pending.empty()) return rolling_back(context, pending);
    operation.state()["rolled_back"] = true;
  }
  const std::string stands = verified ? fmt::format("The restored cluster {} is verified and stays.",
                                                    context.settings.text("target_cluster_id"))
                                      : what_stands(context);
  if (operation.status() == kInProgress) {
    operation.finish(bool_or(context.event, "cancelled", false) ? kCancelled : kFailed, context.clock.now(),
                     std::chrono::days(context.settings.integer("state_retention_days")));
    tell(context, operation.get("error"), stands);
  }
  operation["rollback"] = Json{{"done", done}, {"what_stands", stands}};
  operation["progress"] = Json::object();
  archive_operation(context);
  return {.message = stands,
          .fields = {{"rollback_status", "completed"},
                     {"operation_status", operation.status()},
                     {"rolled_back", done},
                     {"error", operation.get("error")}},
          .next_step = {},
          .retry_after = {}};
}

}  // namespace aurora::restore::steps
