#include "restore/runner.h"

#include <fmt/format.h>

#include "aws/error.h"
#include "aws/retry.h"
#include "base/dates.h"
#include "base/ids.h"
#include "restore/lock.h"
#include "restore/manifest_taking.h"
#include "restore/rds_errors.h"

namespace aurora::restore {
namespace {

// Errors that may pass get names that the machine's Retry lists; all others keep theirs.
[[noreturn]] void rethrow_named(const aws::ServiceError& e) {
  const auto& d = e.details();
  const std::string text =
      fmt::format("{} {} answered {}: {}", d.service, d.operation, e.code(), e.message());
  const aws::FailureKind kind = aws::kind_of(e);
  if (kind == aws::FailureKind::kThrottled) throw Error("AwsThrottled", text);
  if (kind == aws::FailureKind::kTransient) throw Error("AwsUnavailable", text);
  throw Error(e.code(), text, hint_for(e));
}

Json answer_of(const Operation& operation, const StepResult& result) {
  Json answer{{"operation_id", operation.id()}, {"status", "success"}, {"message", result.message}};
  answer.update(result.fields);
  if (result.retry_after) answer["retry_after"] = *result.retry_after;
  answer["next_step"] = result.next_step ? Json(*result.next_step) : Json(nullptr);
  return answer;
}

bool is_rollback(const Step& step) {
  return step.name == "handle_failure";
}

// handle_failure undoes, unless it is asked to tell the machine what failed, or to make a resumption ready.
bool undoes(const Step& step, const Json& event) {
  return is_rollback(step) && !bool_or(event, "report", false) && !bool_or(event, "resume", false);
}

// Whether the step changes anything that belongs to the target.
bool works_on_target(const Step& step, const Operation& operation) {
  for (const char* name : {"snapshot_check", "notify_completion", "handle_failure"})
    if (step.name == name) return false;
  // After the end, cleaning up touches nothing but what this operation put aside.
  return step.name != "cleanup" || !operation.is_finished();
}

// Refusals: the step did not begin, so that the operation has not failed by it.
bool is_refusal(const Error& error) {
  for (const char* name : {"OperationFinished", "OperationInProgress", "OperationNotFound", "LockLost",
                           "StateConflict", "StepOutOfOrder", "NothingToResume"})
    if (error.name() == name) return true;
  return false;
}

// Marks where the operation stands; true when this is news worth an audit event.
bool note_progress(Operation& operation, const Step& step, const StepResult& result, TimePoint now) {
  const std::string name(step.name);
  Json& mark = operation["steps"][name];
  if (!mark.is_object()) mark = Json{{"started_at", format_iso_millis(now)}};
  const std::string status = result.retry_after ? "waiting" : "succeeded";
  const bool news =
      string_or(mark, "status", "") != status || string_or(mark, "message", "") != result.message;
  mark["status"] = status;
  mark["message"] = result.message;
  if (!result.retry_after) mark["finished_at"] = format_iso_millis(now);
  operation["step"] = name;
  // What it failed with before, it has got over.
  if (operation.known("failed_step") == name && !is_rollback(step)) {
    operation.state().erase("failed_step");
    operation.erase("error");
  }
  return news;
}

// A finished operation may be begun again, cleaned up and rolled back; nothing else may work on it, least of
// all a step that was on its way when somebody cancelled.
void refuse_if_over(const Step& step, const Operation& operation) {
  for (const char* name : {"snapshot_check", "cleanup", "handle_failure"})
    if (step.name == name) return;
  if (step.name == "notify_completion" && operation.status() == kCompleted) return;
  throw Error("OperationFinished",
              fmt::format("operation {} is over: {}.", operation.id(), operation.status()),
              "Begin it again with snapshot_check, or start another one.");
}

}  // namespace

StepRunner::StepRunner(RunnerOptions options)
    : options_(std::move(options)),
      source_accounts_(options_.api, options_.clock, options_.names.region),
      parameters_(options_.api, options_.clock, options_.names),
      operations_(aws::DynamoDb(options_.api, options_.names.region), options_.names.state_table()),
      audit_(aws::DynamoDb(options_.api, options_.names.region), options_.names.audit_table(),
             options_.clock) {}

Json StepRunner::run(const Step& step, const Json& raw_event, TimePoint deadline) {
  const Event event = read_event(raw_event, step.name == "snapshot_check", options_.clock.now());
  const bool dry = bool_or(event.fields, "dry_run", false);
  try {
    if (dry) return run_dry(step, event);
    if (event.fields.contains(kManifestOrder)) return take_manifest_of_source(event.fields, deadline);
    std::optional<Operation> operation = operations_.load(event.operation_id);
    const bool first = step.name == "snapshot_check";
    if (!operation && is_rollback(step)) {
      // The first step failed before there was an operation: its failure is recorded all the same.
      operation = Operation(event.operation_id, options_.clock.now());
    } else if (!operation && !first) {
      throw Error("OperationNotFound", fmt::format("there is no operation {}", event.operation_id),
                  "Begin with snapshot_check, which makes it; `aurora-restore list` shows those there are.");
    }
    if (operation && operation->is_finished()) refuse_if_over(step, *operation);
    bool is_new = false;
    if (first && (!operation || may_begin_again(*operation, event))) {
      const std::int64_t version = operation ? operation->version() : 0;
      operation = Operation(event.operation_id, options_.clock.now());
      (*operation)["version"] = version;
      is_new = true;
    }
    if (!event.execution_arn.empty() && first) (*operation)["execution_arn"] = event.execution_arn;
    return run_loaded(step, event.fields, *operation, is_new, deadline);
  } catch (const aws::ServiceError& e) {
    if (!dry) record_failure(step, event.operation_id, Error(e.code(), e.message(), hint_for(e)));
    rethrow_named(e);
  } catch (const aws::Unreachable& e) {
    throw Error(
        "AwsUnreachable", fmt::format("no answer: {}", e.message()),
        "On AWS, see that the function's network reaches the service; locally, that the endpoint runs.");
  } catch (const Error& e) {
    // An error that is reported for the machine is on record already.
    if (!dry && !bool_or(event.fields, "report", false)) record_failure(step, event.operation_id, e);
    throw;
  }
}

Json StepRunner::run_dry(const Step& step, const Event& event) {
  if (step.name != "snapshot_check" || !event.execution_arn.empty())
    throw_if_any(
        {{"dry_run", "true", "only snapshot_check, invoked directly, can look without doing anything"}});
  Operation operation(event.operation_id, options_.clock.now());
  const Configuration settings = resolve(event.fields, operation);
  StepContext context{.api = options_.api,
                      .databases = options_.databases,
                      .clock = options_.clock,
                      .log = options_.log,
                      .environment = options_.environment,
                      .names = options_.names,
                      .audit = audit_,
                      .operations = operations_,
                      .settings = settings,
                      .operation = operation,
                      .event = event.fields,
                      .source = &source_accounts_.api_for(settings)};
  return answer_of(operation, step.run(context));
}

Json StepRunner::run_loaded(const Step& step, const Json& event, Operation& operation, bool is_new,
                            TimePoint deadline) {
  const TimePoint started = options_.clock.now();
  const Log log = options_.log.with({{"operation_id", operation.id()}, {"step", step.name}});
  const Configuration settings = resolve(event, operation);
  StepContext context{options_.api,
                      options_.databases,
                      options_.clock,
                      log,
                      options_.environment,
                      options_.names,
                      audit_,
                      operations_,
                      settings,
                      operation,
                      event,
                      deadline,
                      &source_accounts_.api_for(settings)};
  // Leaves only when the state is saved: the rollback must know what there is to undo.
  std::optional<WorkOnTarget> at_work;
  const std::string before = string_or(operation.item(), "step", "");
  StepResult result;
  try {
    if (works_on_target(step, operation)) at_work.emplace(context, step.name);
    note_start(step, context, is_new);
    result = work(step, context);
  } catch (...) {
    // An operation whose first step failed has changed nothing and comes to nothing.
    if (is_new) release_lock(context);
    throw;
  }
  const TimePoint now = options_.clock.now();
  const bool news = note_progress(operation, step, result, now);
  // Telling what failed, and making a resumption ready, are no step of the restore.
  if (is_rollback(step) && !undoes(step, event)) operation["step"] = result.next_step.value_or(before);
  operations_.save(operation, now);
  if (operation.is_finished() && (step.name == "cleanup" || undoes(step, event))) release_lock(context);
  if (news) {
    Json details = result.fields;
    details["message"] = result.message;
    audit_.record(operation.id(), std::string(step.name), result.retry_after ? "waiting" : "succeeded",
                  details);
  }
  const double seconds = std::chrono::duration<double>(now - started).count();
  log.info(result.message, {{"duration_seconds", seconds}});
  if (!result.retry_after) log.info(fmt::format("Operation completed in {:.3f} seconds", seconds));
  return answer_of(operation, result);
}

// A manifest is a snapshot's, not an operation's: nothing is loaded, and nothing saved.
Json StepRunner::take_manifest_of_source(Json fields, TimePoint deadline) {
  const Json order = fields[kManifestOrder];
  fields.erase(kManifestOrder);
  Operation none("manifest", options_.clock.now());
  const Configuration settings = resolve(fields, none);
  StepContext context{.api = options_.api,
                      .databases = options_.databases,
                      .clock = options_.clock,
                      .log = options_.log,
                      .environment = options_.environment,
                      .names = options_.names,
                      .audit = audit_,
                      .operations = operations_,
                      .settings = settings,
                      .operation = none,
                      .event = fields,
                      .deadline = deadline,
                      .source = &source_accounts_.api_for(settings)};
  return take_manifest(context, order);
}

StepResult StepRunner::work(const Step& step, StepContext& context) {
  if (!undoes(step, context.event)) return step.run(context);
  Operation& operation = context.operation;
  // Before anything writes `step` anew: it is the last one that began, so the one that died without a word.
  if (operation.known("failed_step").empty())
    operation.state()["failed_step"] = string_or(operation.item(), "step", "");
  if (auto waiting = close_lock(context)) return *waiting;
  // A step that was at work until this moment has saved what it did.
  const auto now_known = operations_.load(operation.id());
  if (now_known && now_known->version() != operation.version())
    throw Error("StateConflict",
                fmt::format("a step of operation {} ended while its rollback began", operation.id()),
                "The rollback may be run again; it takes up what the step did.");
  return step.run(context);
}

void StepRunner::note_start(const Step& step, StepContext& context, bool is_new) {
  const std::string name(step.name);
  Operation& operation = context.operation;
  const std::string status = string_or(member_or_null(operation.get("steps"), name), "status", "");
  if (status == "started" || status == "waiting") return;
  const TimePoint now = options_.clock.now();
  audit_.record(operation.id(), name, "started");
  operation["steps"][name] = Json{{"status", "started"}, {"started_at", format_iso_millis(now)}};
  // There is no operation before its first step has found it possible; the rollback writes what failed
  // itself.
  if (is_new || is_rollback(step)) return;
  operation["step"] = name;
  operations_.save(operation, now);
}

Configuration StepRunner::resolve(const Json& event, const Operation& operation) {
  std::vector<Finding> findings;
  Configuration configuration;
  // Fields by which the steps talk to each other are no settings.
  Json given = Json::object();
  for (const auto& [key, value] : event.items())
    if (!is_protocol_field(key)) given[key] = value;
  configuration.add(canonical_settings(given, "the input", findings), Source::kEvent);
  for (const Json& user : configuration.value("db_users"))
    if (user.contains("password"))
      findings.push_back({"db_users", "(not shown)",
                          "passwords in an input end up in histories; store them in Secrets Manager and give "
                          "password_secret_id, or put db_users into the SSM parameter"});
  throw_if_any(findings);
  configuration.add(operation.get("parameters").is_object() ? operation.get("parameters") : Json::object(),
                    Source::kState);
  configuration.add(environment_settings(options_.environment, findings), Source::kEnvironment);
  throw_if_any(findings);
  configuration.add(parameters_.settings(), Source::kParameterStore);
  configuration.add(default_settings(), Source::kDefault);
  configuration.add({{"target_region", options_.names.region}}, Source::kDefault);
  audit_.keep_for(configuration.integer("audit_retention_days"));
  return configuration;
}

void StepRunner::record_failure(const Step& step, const std::string& operation_id, const Error& error) {
  options_.log.error(
      error.message(),
      {{"operation_id", operation_id}, {"step", step.name}, {"error", error.name()}, {"hint", error.hint()}});
  try {
    audit_.record(operation_id, std::string(step.name), "failed",
                  {{"error", error.name()}, {"message", error.message()}, {"hint", error.hint()}});
    if (!is_refusal(error) && !is_rollback(step)) note_failure(step, operation_id, error);
  } catch (const std::exception& e) {
    // The step's own error is what must reach the caller; the record being out of reach is only logged.
    options_.log.warning("The failure could not be written down", {{"reason", e.what()}});
  }
}

// What the step changed in its copy of the state does not stand; only that it failed does.
void StepRunner::note_failure(const Step& step, const std::string& operation_id, const Error& error) {
  const std::string name(step.name);
  std::optional<Operation> operation = operations_.load(operation_id);
  if (!operation || operation->is_finished() || !operation->get("steps").contains(name)) return;
  const TimePoint now = options_.clock.now();
  Json& mark = (*operation)["steps"][name];
  mark["status"] = "failed";
  mark["message"] = error.message();
  mark["finished_at"] = format_iso_millis(now);
  operation->state()["failed_step"] = name;
  (*operation)["error"] =
      Json{{"name", error.name()}, {"message", error.message()}, {"hint", error.hint()}, {"step", name}};
  operations_.save(*operation, now);
}

}  // namespace aurora::restore
