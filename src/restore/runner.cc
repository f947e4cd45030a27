#include "restore/runner.h"

#include <fmt/format.h>

#include "aws/error.h"
#include "aws/retry.h"
#include "base/dates.h"
#include "base/ids.h"
#include "restore/event.h"

namespace aurora::restore {
namespace {

// The table's name: the specific variable wins, then the one that the configuration guide gives both.
std::string table_name(const Environment& environment, const char* specific, const std::string& fallback,
                       bool with_general) {
  if (const auto name = environment(specific); name && !name->empty()) return *name;
  if (with_general)
    if (const auto name = environment("DYNAMODB_TABLE_NAME"); name && !name->empty()) return *name;
  return fallback;
}

// Errors that may pass get names that the machine's Retry lists; all others keep theirs.
[[noreturn]] void rethrow_named(const aws::ServiceError& e) {
  const auto& d = e.details();
  const std::string text =
      fmt::format("{} {} answered {}: {}", d.service, d.operation, e.code(), e.message());
  const aws::FailureKind kind = aws::kind_of(e);
  if (kind == aws::FailureKind::kThrottled) throw Error("AwsThrottled", text);
  if (kind == aws::FailureKind::kTransient) throw Error("AwsUnavailable", text);
  throw Error(e.code(), text, e.hint());
}

Json answer_of(const Operation& operation, const StepResult& result) {
  Json answer{{"operation_id", operation.id()}, {"status", "success"}, {"message", result.message}};
  answer.update(result.fields);
  if (result.retry_after) answer["retry_after"] = *result.retry_after;
  answer["next_step"] = result.next_step ? Json(*result.next_step) : Json(nullptr);
  return answer;
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
      parameters_(options_.api, options_.clock, options_.names),
      operations_(aws::DynamoDb(options_.api, options_.names.region),
                  table_name(options_.environment, "STATE_TABLE_NAME", options_.names.state_table(), true)),
      audit_(aws::DynamoDb(options_.api, options_.names.region),
             table_name(options_.environment, "AUDIT_TABLE_NAME", options_.names.audit_table(), false),
             options_.clock) {}

Json StepRunner::run(const Step& step, const Json& raw_event) {
  const Event event = read_event(raw_event, step.name == "snapshot_check", options_.clock.now());
  try {
    std::optional<Operation> operation = operations_.load(event.operation_id);
    const bool first = step.name == "snapshot_check";
    if (!operation && step.name == "handle_failure") {
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
    return run_loaded(step, event.fields, *operation, is_new);
  } catch (const aws::ServiceError& e) {
    record_failure(step, event.operation_id, e);
    rethrow_named(e);
  } catch (const aws::Unreachable& e) {
    throw Error(
        "AwsUnreachable", fmt::format("no answer: {}", e.message()),
        "On AWS, see that the function's network reaches the service; locally, that the endpoint runs.");
  } catch (const Error& e) {
    // An error that is reported for the machine is on record already.
    if (!bool_or(event.fields, "report", false)) record_failure(step, event.operation_id, e);
    throw;
  }
}

Json StepRunner::run_loaded(const Step& step, const Json& event, Operation& operation, bool is_new) {
  const TimePoint started = options_.clock.now();
  const Log log = options_.log.with({{"operation_id", operation.id()}, {"step", step.name}});
  const Configuration settings = resolve(event, operation);
  if (is_new || !operation.get("steps").contains(step.name)) {
    audit_.record(operation.id(), std::string(step.name), "started");
    operation["steps"][std::string(step.name)] =
        Json{{"status", "started"}, {"started_at", format_iso_millis(started)}};
  }
  StepContext context{
      options_.api, options_.databases, options_.clock, log,  options_.environment, options_.names, audit_,
      operations_,  settings,           operation,      event};
  const StepResult result = step.run(context);
  const TimePoint now = options_.clock.now();
  const bool news = note_progress(operation, step, result, now);
  operations_.save(operation, now);
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
  return configuration;
}

void StepRunner::record_failure(const Step& step, const std::string& operation_id, const Error& error) {
  options_.log.error(
      error.message(),
      {{"operation_id", operation_id}, {"step", step.name}, {"error", error.name()}, {"hint", error.hint()}});
  try {
    audit_.record(operation_id, std::string(step.name), "failed",
                  {{"error", error.name()}, {"message", error.message()}, {"hint", error.hint()}});
  } catch (const std::exception& e) {
    // The step's own error is what must reach the caller; the trail being out of reach is only logged.
    options_.log.warning("The failure could not be written to the audit trail", {{"reason", e.what()}});
  }
}

}  // namespace aurora::restore
