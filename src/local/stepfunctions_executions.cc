#include <fmt/format.h>

#include <charconv>

#include "base/dates.h"
#include "base/ids.h"
#include "base/text.h"
#include "local/stepfunctions.h"
#include "local/stepfunctions/names.h"
#include "local/stepfunctions/token.h"

namespace aurora::local {

using asl::ExecutionStatus;
using stepfunctions::Engine;
using stepfunctions::ExecutionRow;
using stepfunctions::MachineRow;
using stepfunctions::Store;

namespace {

std::optional<std::string> optional_text(const Json& input, std::string_view key) {
  const Json& value = member_or_null(input, key);
  return value.is_string() ? std::optional(value.get<std::string>()) : std::nullopt;
}

std::optional<ExecutionStatus> parse_status(const Call& call, std::string_view key) {
  const std::string name = text_or(call, key);
  if (name.empty()) return std::nullopt;
  for (const ExecutionStatus status :
       {ExecutionStatus::kRunning, ExecutionStatus::kSucceeded, ExecutionStatus::kFailed,
        ExecutionStatus::kTimedOut, ExecutionStatus::kAborted})
    if (asl::status_name(status) == name) return status;
  if (name == "PENDING_REDRIVE") return std::nullopt;
  throw invalid_parameter(
      call, fmt::format("statusFilter is '{}'; it must be RUNNING, SUCCEEDED, FAILED, TIMED_OUT or "
                        "ABORTED.",
                        name));
}

std::string execution_arn(const MachineRow& machine, const std::string& name) {
  return make_arn("states", machine.region, fmt::format("execution:{}:{}", machine.name, name));
}

std::string checked_input(const Call& call) {
  const std::string input = text_or(call, "input", "{}");
  if (input.size() > asl::kPayloadBytesMax)
    throw invalid_parameter(call, fmt::format("input has {} bytes; at most {} are allowed.", input.size(),
                                              asl::kPayloadBytesMax));
  if (!asl::Value::parse(input))
    throw aws::ServiceError("InvalidExecutionInput",
                            "Invalid State Machine Execution Input: 'the input is not valid JSON'");
  return input;
}

std::pair<std::int64_t, std::int64_t> parse_pair(const Call& call, const std::string& text) {
  std::pair<std::int64_t, std::int64_t> pair;
  const std::vector<std::string> parts = split(text, ',');
  const auto number = [](const std::string& part, std::int64_t& value) {
    return std::from_chars(part.data(), part.data() + part.size(), value).ec == std::errc{};
  };
  if (parts.size() != 2 || !number(parts[0], pair.first) || !number(parts[1], pair.second))
    throw aws::ServiceError("InvalidToken",
                            fmt::format("The nextToken of {} is none of this service's.", call.operation));
  return pair;
}

std::string token_text(const Call& call) {
  try {
    return decode_token(call, "nextToken");
  } catch (const aws::ServiceError& e) {
    throw aws::ServiceError("InvalidToken", e.message());
  }
}

// Empty when the execution can be redriven. Standard executions within 14 days of their end, with room in
// their history (https://docs.aws.amazon.com/step-functions/latest/dg/redrive-executions.html).
std::string why_not_redrivable(const ExecutionRow& row, TimePoint now) {
  if (row.status == ExecutionStatus::kRunning || row.status == ExecutionStatus::kSucceeded)
    return fmt::format("Execution is {} and cannot be redriven", asl::status_name(row.status));
  if (row.stopped && now - *row.stopped > std::chrono::days(14))
    return "Execution has exceeded the redrivable period";
  if (row.events >= asl::kHistoryEventsMax - 1)
    return "Execution event history limit exceeded and cannot be redriven";
  return {};
}

std::int64_t page_size(const Call& call) {
  const std::int64_t asked = int_or(call.input, "maxResults", 0);
  return asked <= 0 ? 100 : std::min<std::int64_t>(asked, 1000);
}

}  // namespace

// The same name and input again, while it runs, is the same execution.
Json StepFunctionsService::start_execution(const Call& call) {
  const std::string machine_arn = required(call, "stateMachineArn");
  const std::string name = stepfunctions::checked_name(text_or(call, "name", new_uuid()));
  const std::string input = checked_input(call);
  return engine_.transact([&call, machine_arn, name, input](Engine& engine) -> Json {
    const MachineRow machine = find_machine(engine.store(), machine_arn);
    if (machine.deleting)
      throw aws::ServiceError("StateMachineDeleting",
                              fmt::format("State Machine is being deleted: '{}'", machine_arn));
    ExecutionRow row;
    row.arn = execution_arn(machine, name);
    row.name = name;
    row.machine_arn = machine_arn;
    row.region = machine.region;
    row.revision = machine.revision;
    row.input = input;
    row.started = engine.now();
    row.trace_header = text_or(call, "traceHeader");
    if (const auto existing = engine.store().execution(row.arn)) {
      if (existing->status != ExecutionStatus::kRunning || existing->input != input)
        throw aws::ServiceError("ExecutionAlreadyExists",
                                fmt::format("Execution Already Exists: '{}'", row.arn));
      return {{"executionArn", row.arn}, {"startDate", format_iso_millis(existing->started)}};
    }
    engine.begin_execution(row);
    return {{"executionArn", row.arn}, {"startDate", format_iso_millis(row.started)}};
  });
}

Json StepFunctionsService::describe_execution(const Call& call) {
  const std::string arn = required(call, "executionArn");
  const ExecutionRow row = read([&](Store& store) { return find_execution(store, arn); });
  const bool with_data = text_or(call, "includedData", "ALL_DATA") == "ALL_DATA";
  const TimePoint now = engine_.now();
  Json answer = {{"executionArn", row.arn},
                 {"stateMachineArn", row.machine_arn},
                 {"name", row.name},
                 {"status", asl::status_name(row.status)},
                 {"startDate", format_iso_millis(row.started)}};
  if (row.stopped) answer["stopDate"] = format_iso_millis(*row.stopped);
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
  const std::string reason = why_not_redrivable(row, now);
  answer["redriveStatus"] = reason.empty() ? "REDRIVABLE" : "NOT_REDRIVABLE";
  if (!reason.empty()) answer["redriveStatusReason"] = reason;
  return answer;
}

Json StepFunctionsService::list_executions(const Call& call) {
  Store::ListQuery query{.machine_arn = required(call, "stateMachineArn"),
                         .status = parse_status(call, "statusFilter"),
                         .after = {},
                         .limit = page_size(call) + 1};
  if (const std::string token = token_text(call); !token.empty()) query.after = parse_pair(call, token);
  std::vector<ExecutionRow> rows = read([&](Store& store) {
    find_machine(store, query.machine_arn);
    return store.list(query);
  });
  Json answer = {{"executions", Json::array()}};
  if (static_cast<std::int64_t>(rows.size()) == query.limit) {
    rows.pop_back();
    answer["nextToken"] =
        encode_token(fmt::format("{},{}", rows.back().started.time_since_epoch().count(), rows.back().id));
  }
  for (const ExecutionRow& row : rows) {
    Json item = {{"executionArn", row.arn},
                 {"stateMachineArn", row.machine_arn},
                 {"name", row.name},
                 {"status", asl::status_name(row.status)},
                 {"startDate", format_iso_millis(row.started)}};
    if (row.stopped) item["stopDate"] = format_iso_millis(*row.stopped);
    item["redriveCount"] = row.redrives;
    if (row.redriven) item["redriveDate"] = format_iso_millis(*row.redriven);
    answer["executions"].push_back(std::move(item));
  }
  return answer;
}

Json StepFunctionsService::stop_execution(const Call& call) {
  const std::string arn = required(call, "executionArn");
  return engine_.transact([&call, arn](Engine& engine) -> Json {
    const ExecutionRow row = find_execution(engine.store(), arn);
    const TimePoint stopped = row.stopped.value_or(engine.now());
    engine.feed(row.id, [&call](asl::Execution& execution, TimePoint now) {
      execution.stop(optional_text(call.input, "error"), optional_text(call.input, "cause"), now);
    });
    return {{"stopDate", format_iso_millis(stopped)}};
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
    if (const std::string reason = why_not_redrivable(row, engine.now()); !reason.empty())
      throw aws::ServiceError("ExecutionNotRedrivable", fmt::format("{}: '{}'", reason, arn));
    engine.redrive(row, token);
    return {{"redriveDate", format_iso_millis(engine.now())}};
  });
}

Json StepFunctionsService::get_execution_history(const Call& call) {
  const std::string arn = required(call, "executionArn");
  const bool reverse = bool_or(call.input, "reverseOrder", false);
  const bool with_data = bool_or(call.input, "includeExecutionData", true);
  const std::int64_t limit = page_size(call);
  std::int64_t after = reverse ? std::numeric_limits<std::int64_t>::max() : 0;
  if (const std::string token = token_text(call); !token.empty()) after = parse_pair(call, token).first;
  std::vector<asl::Event> events = read(
      [&](Store& store) { return store.events(find_execution(store, arn).id, after, limit + 1, reverse); });
  Json answer = {{"events", Json::array()}};
  if (static_cast<std::int64_t>(events.size()) > limit) {
    events.pop_back();
    answer["nextToken"] = encode_token(fmt::format("{},0", events.back().id));
  }
  for (const asl::Event& event : events) answer["events"].push_back(asl::event_to_json(event, with_data));
  return answer;
}

// ---- callbacks

Json StepFunctionsService::answer_task(
    const Call& call, const std::function<void(asl::Execution&, int, std::int64_t, TimePoint)>& input) {
  const std::optional<stepfunctions::TaskToken> token =
      stepfunctions::decode_task_token(required(call, "taskToken"));
  if (!token) throw aws::ServiceError("InvalidToken", "Invalid Token: 'Invalid token'");
  return engine_.transact([token = *token, &input](Engine& engine) -> Json {
    const asl::Execution* execution = engine.running(token.execution);
    if (!execution || !execution->waits_for(token.strand, token.ticket))
      throw aws::ServiceError("TaskTimedOut", "Task Timed Out: 'Provided task does not exist anymore'");
    engine.feed(token.execution,
                [&](asl::Execution& each, TimePoint now) { input(each, token.strand, token.ticket, now); });
    return Json::object();
  });
}

Json StepFunctionsService::send_task_success(const Call& call) {
  const std::string output = required(call, "output");
  if (!asl::Value::parse(output))
    throw aws::ServiceError("InvalidOutput", "Invalid Output: 'the output is not valid JSON'");
  return answer_task(call, [&](asl::Execution& execution, int strand, std::int64_t ticket, TimePoint now) {
    execution.task_succeeded(strand, ticket, output, now);
  });
}

Json StepFunctionsService::send_task_failure(const Call& call) {
  const std::string error = text_or(call, "error");
  const std::string cause = text_or(call, "cause");
  return answer_task(call, [&](asl::Execution& execution, int strand, std::int64_t ticket, TimePoint now) {
    execution.task_failed(strand, ticket, error, cause, now);
  });
}

Json StepFunctionsService::send_task_heartbeat(const Call& call) {
  return answer_task(call, [](asl::Execution& execution, int strand, std::int64_t ticket, TimePoint now) {
    execution.task_heartbeat(strand, ticket, now);
  });
}

}  // namespace aurora::local
