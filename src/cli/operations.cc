#include "cli/operations.h"

#include <fmt/format.h>

#include <algorithm>

#include "aws/dynamodb.h"
#include "base/dates.h"
#include "base/text.h"
#include "cli/records.h"

namespace aurora::cli {
namespace {

constexpr int kEventsPerPage = 200;
constexpr int kPagesMax = 200;

template <class Function>
auto with_table(const World& world, const std::string& table, Function function) {
  try {
    return function();
  } catch (const aws::ServiceError& error) {
    if (error.is("ResourceNotFoundException")) throw_pipeline_missing(world, "table " + table);
    throw;
  }
}

}  // namespace

Json Operations::call(std::string_view operation, const Json& input) {
  return world_.api->call("stepfunctions", world_.region(), operation, input);
}

std::optional<Json> Operations::state(const std::string& operation_id) {
  const std::string table = world_.names.state_table();
  return with_table(world_, table, [&] {
    return aws::DynamoDb(*world_.api, world_.region()).get(table, {{"operation_id", operation_id}});
  });
}

std::vector<Json> Operations::recent(const std::string& status, std::size_t count_max) {
  OperationFilter filter;
  filter.status = status;
  filter.count_max = count_max;
  return read_operations(world_, filter).items;
}

std::vector<std::string> Operations::running() {
  std::vector<std::string> names;
  Json input{{"stateMachineArn", world_.names.state_machine_arn()}, {"statusFilter", "RUNNING"}};
  for (int page = 0; page < kPagesMax; ++page) {
    Json answer;
    try {
      answer = call("ListExecutions", input);
    } catch (const aws::ServiceError& error) {
      if (!error.is("StateMachineDoesNotExist")) throw;
      throw_pipeline_missing(world_, "state machine " + world_.names.state_machine());
    }
    for (const Json& execution : member_or_null(answer, "executions"))
      names.push_back(string_or(execution, "name", ""));
    const std::string next = string_or(answer, "nextToken", "");
    if (next.empty()) break;
    input["nextToken"] = next;
  }
  std::reverse(names.begin(), names.end());
  return names;
}

std::vector<Json> Operations::audit(const std::string& operation_id) {
  const std::string table = world_.names.audit_table();
  return with_table(world_, table, [&] {
    return aws::DynamoDb(*world_.api, world_.region()).query(table, "operation_id", operation_id);
  });
}

std::optional<Json> Operations::execution(const std::string& operation_id) {
  try {
    return call("DescribeExecution", {{"executionArn", world_.names.execution_arn(operation_id)}});
  } catch (const aws::ServiceError& error) {
    if (error.is("ExecutionDoesNotExist")) return std::nullopt;
    throw;
  }
}

// Read backwards, so that a long history costs no more than what is new in it.
std::vector<Json> Operations::events(const std::string& execution_arn, std::int64_t after) {
  std::vector<Json> events;
  Json input{{"executionArn", execution_arn}, {"reverseOrder", true}, {"maxResults", kEventsPerPage}};
  for (int page = 0; page < kPagesMax; ++page) {
    const Json answer = call("GetExecutionHistory", input);
    bool seen = false;
    for (const Json& event : member_or_null(answer, "events")) {
      seen = int_or(event, "id", 0) <= after;
      if (seen) break;
      events.push_back(event);
    }
    const std::string next = string_or(answer, "nextToken", "");
    if (seen || next.empty()) break;
    input["nextToken"] = next;
  }
  std::reverse(events.begin(), events.end());
  return events;
}

std::string Operation::execution_arn() const {
  return execution ? string_or(*execution, "executionArn", "") : "";
}

std::string Operation::status() const {
  if (execution) return string_or(*execution, "status", "");
  return state ? string_or(*state, "status", "") : "";
}

Operation find_operation(Context& context, World& world, const std::string& operation_id) {
  Operations operations(world);
  Operation operation{operation_id, operations.state(operation_id), operations.execution(operation_id)};
  if (operation.state || operation.execution) return operation;
  std::vector<std::string> known;
  for (const Json& item : operations.recent("", 50)) known.push_back(string_or(item, "operation_id", ""));
  const auto near = nearest(operation_id, known);
  throw Error("OperationNotFound",
              fmt::format("there is no operation {} in environment {} ({})", operation_id,
                          world.names.environment, world.region()),
              near ? fmt::format("Did you mean {}?", *near)
                   : fmt::format("`{}` shows the recent ones.", command_line(context, "list")));
}

const Json& value_at(const Json& object, const std::vector<std::string_view>& path) {
  const Json* at = &object;
  for (const std::string_view key : path) at = &member_or_null(*at, key);
  return *at;
}

std::string text_at(const Json& object, const std::vector<std::string_view>& path) {
  const Json& value = value_at(object, path);
  if (value.is_null()) return "";
  return value.is_string() ? value.get<std::string>() : dump_json(value);
}

std::optional<TimePoint> time_at(const Json& object, std::string_view key) {
  return parse_iso(string_or(object, key, ""));
}

std::string age_text(TimePoint when, TimePoint now) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(now - when).count();
  const auto count = [](std::int64_t number, std::string_view unit) {
    return fmt::format("{} {}{} ago", number, unit, number == 1 ? "" : "s");
  };
  if (seconds < 10) return "just now";
  if (seconds < 120) return count(seconds, "second");
  if (seconds < 120 * 60) return count(seconds / 60, "minute");
  if (seconds < 48 * 3600) return count(seconds / 3600, "hour");
  return count(seconds / 86400, "day");
}

}  // namespace aurora::cli
