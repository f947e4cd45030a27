#include "restore/mark_failed.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/dates.h"
#include "restore/audit.h"
#include "restore/lock.h"

namespace aurora::restore {
namespace {

constexpr std::int64_t kStateKeptDays = 90;

Operation load(OperationStore& operations, const std::string& id) {
  auto operation = operations.load(id);
  if (!operation)
    throw Error("OperationNotFound", fmt::format("there is no operation {}", id),
                "`aurora-restore list` shows those there are.");
  if (operation->is_finished())
    throw Error("AlreadyFinished", fmt::format("operation {} is over: {}", id, operation->status()),
                fmt::format("Nothing was changed. `aurora-restore status {}` shows it.", id));
  return std::move(*operation);
}

void refuse_running(aws::Api& api, const PipelineNames& names, const Operation& operation) {
  std::string arn = operation.execution_arn();
  if (arn.empty()) arn = names.execution_arn(operation.id());
  std::string status;
  try {
    status = string_or(api.call("stepfunctions", names.region, "DescribeExecution", {{"executionArn", arn}}),
                       "status", "");
  } catch (const aws::ServiceError& e) {
    if (!e.is("ExecutionDoesNotExist")) throw;
    return;  // its steps were invoked by hand, or Step Functions has forgotten it
  }
  if (status != "RUNNING" && status != "PENDING_REDRIVE") return;
  throw Error("OperationInProgress",
              fmt::format("the execution of operation {} is {}", operation.id(), status),
              fmt::format("Nothing was changed. `aurora-restore cancel {}` stops it and puts things right.",
                          operation.id()));
}

// A step that was started before the execution ended may run until its function's own deadline.
void refuse_at_work(const Json& lock, const Operation& operation, TimePoint now) {
  for (const auto& [token, work] : member_or_null(lock, "working").items()) {
    const auto until = parse_iso(string_or(work, "until", ""));
    if (!until || *until <= now) continue;
    throw Error("OperationInProgress",
                fmt::format("step {} of operation {} may still be at work until {}",
                            string_or(work, "step", "?"), operation.id(), format_iso_seconds(*until)),
                "Nothing was changed. Run the same command again after that time.");
  }
}

std::string lock_of(const Operation& operation, const PipelineNames& names) {
  if (const std::string known = operation.known("lock"); !known.empty()) return known;
  const Json& parameters = operation.get("parameters");
  const std::string target = string_or(parameters, "target_cluster_id", "");
  return target.empty() ? "" : lock_key(string_or(parameters, "target_region", names.region), target);
}

bool holds(const Json& lock, const Operation& operation) {
  return string_or(lock, "holder", "") == operation.id() &&
         string_or(lock, "run_id", "") == operation.known("run_id");
}

// Only as it was read: a step that entered since keeps it.
bool release(aws::DynamoDb& table_access, const std::string& table, const Json& lock) {
  try {
    table_access.remove(
        table, {{"operation_id", lock["operation_id"]}}, "#id = :id AND #working = :working",
        {{"#id", "lock_id"}, {"#working", "working"}},
        {{":id", string_or(lock, "lock_id", "")}, {":working", member_or_null(lock, "working")}});
    return true;
  } catch (const aws::ServiceError& e) {
    if (!e.is("ConditionalCheckFailedException")) throw;
    return false;
  }
}

bool has_begun(const Operation& operation) {
  const Json& steps = operation.get("steps");
  for (const char* step : {"copy_snapshot", "delete_rds", "restore_snapshot"})
    if (steps.is_object() && steps.contains(step)) return true;
  return false;
}

}  // namespace

MarkedFailed mark_failed(aws::Api& api, const Clock& clock, const PipelineNames& names,
                         const std::string& operation_id, const std::string& reason) {
  OperationStore operations(aws::DynamoDb(api, names.region), names.state_table());
  Operation operation = load(operations, operation_id);
  refuse_running(api, names, operation);
  const std::string key = lock_of(operation, names);
  const auto lock =
      key.empty() ? std::nullopt : operations.table_access().get(operations.table(), {{"operation_id", key}});
  const TimePoint now = clock.now();
  const bool held = lock && holds(*lock, operation);
  if (held) refuse_at_work(*lock, operation, now);

  const std::string step = string_or(operation.item(), "step", "");
  const auto kept = int_or(operation.get("parameters"), "state_retention_days", kStateKeptDays);
  operation.finish(kFailed, now, std::chrono::days(std::max<std::int64_t>(kept, 1)));
  operation["error"] =
      Json{{"name", kManualIntervention}, {"code", kManualIntervention}, {"message", reason}, {"step", step}};
  if (operation.known("failed_step").empty()) operation.state()["failed_step"] = step;
  MarkedFailed result;
  result.may_roll_back = has_begun(operation) && !operation.is_known("rolled_back");
  // By this `cancel` knows that there is something to undo although the operation is over.
  if (result.may_roll_back) operation.state()["rolled_back"] = false;
  operations.save(operation, now);
  result.item = operation.item();

  AuditTrail audit(aws::DynamoDb(api, names.region), names.audit_table(), clock);
  audit.keep_for(int_or(operation.get("parameters"), "audit_retention_days", 0));
  audit.record(operation_id, step.empty() ? "mark_failed" : step, "failed",
               {{"error", kManualIntervention}, {"message", reason}, {"by", "mark-failed"}});
  if (held) result.lock_released = release(operations.table_access(), operations.table(), *lock);
  return result;
}

}  // namespace aurora::restore
