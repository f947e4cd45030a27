#include <fmt/format.h>

#include "asl/validate.h"
#include "base/dates.h"
#include "base/digest.h"
#include "base/ids.h"
#include "base/text.h"
#include "local/stepfunctions.h"
#include "local/stepfunctions/names.h"

namespace aurora::local {

using asl::ExecutionStatus;
using stepfunctions::Engine;
using stepfunctions::ExecutionRow;
using stepfunctions::MachineArn;
using stepfunctions::MachineRow;
using stepfunctions::Store;
using stepfunctions::Versions;

namespace {

std::optional<std::string> optional_text(const Json& input, std::string_view key) {
  const Json& value = member_or_null(input, key);
  return value.is_string() ? std::optional(value.get<std::string>()) : std::nullopt;
}

std::string execution_arn(const MachineRow& machine, const std::string& name) {
  return make_arn("states", machine.region, fmt::format("execution:{}:{}", machine.name, name));
}

std::string checked_input(const Call& call) {
  const std::string input = text_or(call, "input", "{}");
  if (asl::Value::parse(input)) return input;
  throw aws::ServiceError(
      "InvalidExecutionInput",
      fmt::format("Invalid State Machine Execution Input: '{}'",
                  trim(input).empty() ? "Invalid execution input." : asl::json_problem(input)));
}

// Empty when the execution can be redriven. Standard executions within 14 days of their end, with room in
// their history (https://docs.aws.amazon.com/step-functions/latest/dg/redrive-executions.html).
std::string why_not_redrivable(const ExecutionRow& row, bool machine_goes, TimePoint now) {
  if (machine_goes) return "State machine is in DELETING status";
  if (row.status == ExecutionStatus::kRunning || row.status == ExecutionStatus::kSucceeded)
    return fmt::format("Execution is {} and cannot be redriven", asl::status_name(row.status));
  if (row.stopped && now - *row.stopped > std::chrono::days(14))
    return "Execution has exceeded the redrivable period";
  if (row.events >= asl::kHistoryEventsMax - 1)
    return "Execution event history limit exceeded and cannot be redriven";
  return {};
}

// The header of the request goes before the parameter.
std::string trace_header_of(const Call& call) {
  const std::string parameter = text_or(call, "traceHeader");
  return call.http ? std::string(call.http->headers.get_or("X-Amzn-Trace-Id", parameter)) : parameter;
}

int random_percent() {
  constexpr unsigned kWhole = 100;
  const std::string bytes = random_bytes(2);
  return static_cast<int>(
      (static_cast<unsigned char>(bytes[0]) * 256U + static_cast<unsigned char>(bytes[1])) % kWhole);
}

}  // namespace

// The same name and input again, while it runs, is the same execution. Through an alias, chance decides which
// of its versions runs; the execution keeps it to its end.
Json StepFunctionsService::start_execution(const Call& call) {
  const MachineArn arn = stepfunctions::parse_machine_arn(required(call, "stateMachineArn"));
  const std::string name = stepfunctions::checked_name(text_or(call, "name", new_uuid()));
  const std::string input = checked_input(call);
  return engine_.transact([&call, arn, name, input](Engine& engine) -> Json {
    const Target target = resolve(engine.store(), arn);
    refuse_deleting(target.machine);
    ExecutionRow row;
    row.arn = execution_arn(target.machine, name);
    row.name = name;
    row.machine_arn = arn.machine;
    row.region = target.machine.region;
    row.revision = target.machine.revision;
    row.input = input;
    row.started = engine.now();
    row.trace_header = trace_header_of(call);
    if (const auto existing = engine.store().execution(row.arn)) {
      if (existing->status != ExecutionStatus::kRunning || existing->input != input)
        throw aws::ServiceError("ExecutionAlreadyExists",
                                fmt::format("Execution Already Exists: '{}'", row.arn));
      return {{"executionArn", row.arn}, {"startDate", format_iso_millis(existing->started)}};
    }
    if (arn.is_qualified()) {
      Versions versions(engine.store());
      const stepfunctions::Version version =
          target.version ? *target.version
                         : versions.version(arn.machine, route_of(*target.alias, random_percent())).value();
      row.revision = version.revision;
      versions.set_origin(row.arn, {.version = version.number, .alias = arn.alias});
    }
    engine.begin_execution(row);
    return {{"executionArn", row.arn}, {"startDate", format_iso_millis(row.started)}};
  });
}

// Only Express machines, of which there are none here, run while the caller waits.
Json StepFunctionsService::start_sync_execution(const Call& call) {
  const MachineArn arn = stepfunctions::parse_machine_arn(required(call, "stateMachineArn"));
  read([&](Store& store) { return resolve(store, arn); });
  throw aws::ServiceError("StateMachineTypeNotSupported",
                          "This operation is not supported by this type of state machine");
}

Json StepFunctionsService::describe_execution(const Call& call) {
  const std::string arn = required(call, "executionArn");
  const auto [row, origin, machine_goes] = read([&](Store& store) {
    ExecutionRow found = find_execution(store, arn);
    auto begun_by = Versions(store).origin(found.arn);
    const bool deleting = store.is_deleting(found.machine_arn);
    return std::tuple(std::move(found), std::move(begun_by), deleting);
  });
  const bool with_data = text_or(call, "includedData", "ALL_DATA") == "ALL_DATA";
  const TimePoint now = engine_.now();
  Json answer = {{"executionArn", row.arn},
                 {"stateMachineArn", row.machine_arn},
                 {"name", row.name},
                 {"status", asl::status_name(row.status)},
                 {"startDate", format_iso_millis(row.started)}};
  if (row.stopped) answer["stopDate"] = format_iso_millis(*row.stopped);
  stepfunctions::show_origin(answer, row.machine_arn, origin);
  if (with_data) answer["input"] = row.input;
  answer["inputDetails"] = {{"included", with_data}};
  if (row.status == ExecutionStatus::kSucceeded) {
    if (with_data) answer["output"] = row.output;
    answer["outputDetails"] = {{"included", with_data}};
  }
  if (row.error) answer["error"] = *row.error;
  if (row.cause && with_data) answer["cause"] = *row.cause;
  if (!row.trace_header.empty()) answer["traceHeader"] = row.trace_header;
  answer["redriveCount"] = row.redrives;
  if (row.redriven) answer["redriveDate"] = format_iso_millis(*row.redriven);
  const std::string reason = why_not_redrivable(row, machine_goes, now);
  answer["redriveStatus"] = reason.empty() ? "REDRIVABLE" : "NOT_REDRIVABLE";
  if (!reason.empty()) answer["redriveStatusReason"] = reason;
  return answer;
}

Json StepFunctionsService::stop_execution(const Call& call) {
  const std::string arn = required(call, "executionArn");
  return engine_.transact([&call, arn](Engine& engine) -> Json {
    const ExecutionRow row = find_execution(engine.store(), arn);
    engine.feed(row.id, [&call](asl::Execution& execution, TimePoint now) {
      execution.stop(optional_text(call.input, "error"), optional_text(call.input, "cause"), now);
    });
    return {{"stopDate", format_iso_millis(find_execution(engine.store(), arn).stopped.value())}};
  });
}

// The same client token again is the same redrive.
Json StepFunctionsService::redrive_execution(const Call& call) {
  const std::string arn = required(call, "executionArn");
  const std::string token = text_or(call, "clientToken");
  return engine_.transact([arn, token](Engine& engine) -> Json {
    const ExecutionRow row = find_execution(engine.store(), arn);
    if (!token.empty() && token == row.redrive_token && row.redriven)
      return {{"redriveDate", format_iso_millis(*row.redriven)}};
    const bool machine_goes = engine.store().is_deleting(row.machine_arn);
    if (const std::string reason = why_not_redrivable(row, machine_goes, engine.now()); !reason.empty())
      throw aws::ServiceError("ExecutionNotRedrivable", fmt::format("{}: '{}'", reason, arn));
    engine.redrive(row, token);
    return {{"redriveDate", format_iso_millis(find_execution(engine.store(), arn).redriven.value())}};
  });
}

}  // namespace aurora::local
