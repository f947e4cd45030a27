#include "restore/runner.h"

#include <fmt/format.h>

#include <algorithm>

#include "aws/error.h"
#include "aws/retry.h"
#include "base/dates.h"
#include "base/ids.h"
#include "restore/announcements.h"
#include "restore/configuration_sources.h"
#include "restore/definition.h"
#include "restore/deleted_state.h"
#include "restore/lock.h"
#include "restore/looks.h"
#include "restore/manifest_taking.h"
#include "restore/one_look_api.h"
#include "restore/rds_errors.h"
#include "restore/request.h"
#include "restore/step_meter.h"

namespace aurora::restore {
namespace {

// Errors that may pass get names that the machine's Retry lists; all others keep theirs.
Error named(const aws::ServiceError& e) {
  const auto& d = e.details();
  const std::string text =
      fmt::format("{} {} answered {}: {}", d.service, d.operation, e.code(), e.message());
  const aws::FailureKind kind = aws::kind_of(e);
  if (kind == aws::FailureKind::kThrottled) return Error("AwsThrottled", text);
  if (kind == aws::FailureKind::kTransient) return Error("AwsUnavailable", text);
  return Error(e.code(), text, hint_for(e));
}

// While one invocation is in work, lines of the log that belong to it say so.
class InLog {
 public:
  InLog(WorkInLog* work, const std::string& operation_id, std::string_view step) : work_(work) {
    if (work_) work_->begin(operation_id, step);
  }
  InLog(const InLog&) = delete;
  InLog& operator=(const InLog&) = delete;
  ~InLog() {
    if (work_) work_->end();
  }

 private:
  WorkInLog* work_;
};

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
  mark[result.retry_after ? "looked_at" : "finished_at"] = format_iso_millis(now);
  operation["step"] = name;
  // What it failed with before, it has got over.
  if (operation.known("failed_step") == name && !is_rollback(step)) {
    operation.state().erase("failed_step");
    operation.erase("error");
  }
  return news;
}

// When the step looked last, or began: the last moment at which what it waits for is known not to be ready.
TimePoint last_look(const Operation& operation, const Step& step, TimePoint now) {
  const Json& mark = member_or_null(operation.get("steps"), step.name);
  return parse_iso(string_or(mark, "looked_at", string_or(mark, "started_at", ""))).value_or(now);
}

// The operations guide's query reads the second line's number.
void log_outcome(const Log& log, const StepResult& result, Duration took) {
  const double seconds = std::chrono::duration<double>(took).count();
  log.info(result.message, {{"duration", seconds}});
  if (!result.retry_after)
    log.info(fmt::format("Operation completed in {:.3f} seconds", seconds), {{"duration", seconds}});
}

// A field that is there and wrong is not missing as well.
void add_missing(const Configuration& configuration, std::vector<Finding>& findings) {
  std::vector<Finding> missing = validate_resolved(configuration.values());
  std::erase_if(missing, [&](const Finding& finding) {
    return std::ranges::any_of(findings, [&](const Finding& other) {
      const Setting* setting = find_setting(other.field);
      return setting != nullptr && setting->name == finding.field;
    });
  });
  findings.insert(findings.end(), missing.begin(), missing.end());
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
  const InLog in_log(options_.work_in_log, event.operation_id, step.name);
  StepMeter meter(options_.metrics, options_.clock, options_.calls, options_.names.environment, step.name);
  const auto failed = [&](const Error& recorded, const Error& reported) {
    // An error that is reported for the machine is on record already.
    if (dry || bool_or(event.fields, "report", false)) return;
    record_failure(step, event.operation_id, recorded, reported);
    meter.write_failure(event.operation_id, reported.name(), is_refusal(reported));
  };
  try {
    if (dry) return run_dry(step, event);
    if (event.fields.contains(kManifestOrder)) return take_manifest_of_source(event.fields, deadline);
    std::optional<Operation> operation = operations_.load(event.operation_id);
    const bool first = step.name == "snapshot_check";
    if (!operation && step.name == "cleanup")
      if (const auto said = answer_before_deletion(audit_, event.operation_id))
        return answer_of(Operation(event.operation_id, options_.clock.now()), *said);
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
    return run_loaded(step, event.fields, *operation, is_new, deadline, meter);
  } catch (const aws::ServiceError& e) {
    const Error error = named(e);
    failed(Error(e.code(), e.message(), hint_for(e)), error);
    throw Error(error);
  } catch (const aws::Unreachable& e) {
    throw Error(
        "AwsUnreachable", fmt::format("no answer: {}", e.message()),
        "On AWS, see that the function's network reaches the service; locally, that the endpoint runs.");
  } catch (const Error& e) {
    failed(e, e);
    throw;
  }
}

Json StepRunner::run_dry(const Step& step, const Event& event) {
  if (step.name != "snapshot_check" || !event.execution_arn.empty())
    throw_if_any(
        {{"dry_run", "true", "only snapshot_check, invoked directly, can look without doing anything"}});
  Operation operation(event.operation_id, options_.clock.now());
  const Configuration settings = resolve(event.fields, operation, true);
  OneLookApi one_look(options_.api, options_.clock);
  StepContext context = context_of(one_look, options_.log, settings, operation, event.fields, {});
  return answer_of(operation, step.run(context));
}

Json StepRunner::run_loaded(const Step& step, const Json& event, Operation& operation, bool is_new,
                            TimePoint deadline, StepMeter& meter) {
  const TimePoint started = options_.clock.now();
  const Log log = options_.log.with({{"operation_id", operation.id()}, {"step", step.name}});
  const Configuration settings = resolve(event, operation, step.name == "snapshot_check");
  OneLookApi one_look(options_.api, options_.clock);
  StepContext context = context_of(one_look, log, settings, operation, event, deadline);
  const bool was_finished = operation.is_finished();
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
  if (!result.retry_after) end_look(context);
  const TimePoint now = options_.clock.now();
  const TimePoint look_before = last_look(operation, step, now);
  const bool news = note_progress(operation, step, result, now);
  // Telling what failed, and making a resumption ready, are no step of the restore.
  if (is_rollback(step) && !undoes(step, event)) operation["step"] = result.next_step.value_or(before);
  meter.measure(context, result, look_before, !was_finished && operation.is_finished());
  const std::vector<Notification> to_tell = announcements_of(context, step, result);
  operations_.save(operation, now);
  if (operation.is_finished() && (step.name == "cleanup" || undoes(step, event))) release_lock(context);
  if (news) {
    Json details = result.fields;
    details["message"] = result.message;
    audit_.record(operation.id(), std::string(step.name), result.retry_after ? "waiting" : "succeeded",
                  details);
  }
  send_all(context, to_tell);
  if (deletes_state(context, step.name, result)) operations_.remove(operation.id());
  meter.write(operation.id());
  log_outcome(log, result, options_.clock.now() - started);
  return answer_of(operation, result);
}

StepContext StepRunner::context_of(aws::Api& api, const Log& log, const Configuration& settings,
                                   Operation& operation, const Json& event, TimePoint deadline) {
  aws::Api& source = source_accounts_.api_for(settings);
  return {.api = api,
          .databases = options_.databases,
          .clock = options_.clock,
          .log = log,
          .environment = options_.environment,
          .names = options_.names,
          .audit = audit_,
          .operations = operations_,
          .settings = settings,
          .operation = operation,
          .event = event,
          .deadline = deadline,
          .source = &source == &options_.api ? &api : &source,
          .messages = options_.messages};
}

// A manifest is a snapshot's, not an operation's: nothing is loaded, and nothing saved.
Json StepRunner::take_manifest_of_source(Json fields, TimePoint deadline) {
  const Json order = fields[kManifestOrder];
  fields.erase(kManifestOrder);
  Operation none("manifest", options_.clock.now());
  const Configuration settings = resolve(fields, none, false);
  StepContext context = context_of(options_.api, options_.log, settings, none, fields, deadline);
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

Configuration StepRunner::resolve(const Json& event, const Operation& operation, bool whole) {
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
  configuration.add(operation.get("parameters").is_object() ? operation.get("parameters") : Json::object(),
                    Source::kState);
  configuration.add(environment_settings(options_.environment, findings), Source::kEnvironment);
  add_parameters(configuration, findings);
  configuration.add(default_settings(), Source::kDefault);
  configuration.add({{"target_region", options_.names.region}}, Source::kDefault);
  configuration = settled(configuration);
  if (whole) add_missing(configuration, findings);
  throw_if_any(findings);
  audit_.keep_for(configuration.integer("audit_retention_days"));
  return configuration;
}

// Beside other findings a malformed parameter is one more of them.
void StepRunner::add_parameters(Configuration& configuration, std::vector<Finding>& findings) {
  try {
    configuration.add(parameters_.settings(), Source::kParameterStore);
  } catch (const aws::ServiceError&) {
    throw;
  } catch (const Error& e) {
    if (findings.empty() || e.name() != "InvalidConfiguration") throw;
    findings.push_back({e.name(), "", e.message()});
  }
}

void StepRunner::record_failure(const Step& step, const std::string& operation_id, const Error& error,
                                const Error& reported) {
  const Log log = options_.log.with({{"operation_id", operation_id}, {"step", step.name}});
  log.error(error.message(), {{"error", error.name()}, {"hint", error.hint()}});
  try {
    audit_.record(operation_id, std::string(step.name), "failed",
                  {{"error", error.name()}, {"message", error.message()}, {"hint", error.hint()}});
    if (!is_refusal(error) && !is_rollback(step)) note_failure(step, operation_id, error, reported, log);
  } catch (const std::exception& e) {
    // The step's own error is what must reach the caller; the record being out of reach is only logged.
    log.warning("The failure could not be written down", {{"reason", e.what()}});
  }
}

// What the step changed in its copy of the state does not stand; only that it failed does.
void StepRunner::note_failure(const Step& step, const std::string& operation_id, const Error& error,
                              const Error& reported, const Log& log) {
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
  const Json no_event = Json::object();
  const std::optional<Configuration> settings = settings_of(*operation);
  if (!settings) return operations_.save(*operation, now);
  StepContext context = context_of(options_.api, log, *settings, *operation, no_event, {});
  const auto to_tell = announcement_of_error(context, step, error, is_retried(step, reported.name()));
  operations_.save(*operation, now);
  if (to_tell) send_all(context, {*to_tell});
}

// Without them nobody can be told; a failure has to be written down all the same.
std::optional<Configuration> StepRunner::settings_of(const Operation& operation) {
  try {
    return resolve(Json::object(), operation, false);
  } catch (const Error& e) {
    options_.log.warning("Settings are out of reach, so that nobody is told of the failure",
                         {{"operation_id", operation.id()}, {"reason", e.what()}});
    return std::nullopt;
  }
}

}  // namespace aurora::restore
