#include <fmt/format.h>

#include <charconv>
#include <limits>

#include "base/dates.h"
#include "local/stepfunctions.h"
#include "local/stepfunctions/execution_list.h"
#include "local/stepfunctions/page.h"

namespace aurora::local {

using asl::ExecutionStatus;
using stepfunctions::ExecutionQuery;
using stepfunctions::ListedExecution;
using stepfunctions::MachineArn;
using stepfunctions::Store;

namespace {

std::optional<ExecutionStatus> parse_status(const std::string& name) {
  for (const ExecutionStatus status :
       {ExecutionStatus::kRunning, ExecutionStatus::kSucceeded, ExecutionStatus::kFailed,
        ExecutionStatus::kTimedOut, ExecutionStatus::kAborted})
    if (asl::status_name(status) == name) return status;
  return std::nullopt;
}

// The position that a page token holds: numbers between commas.
std::pair<std::int64_t, std::int64_t> parse_pair(const std::string& position) {
  std::pair<std::int64_t, std::int64_t> pair;
  const std::size_t comma = position.find(',');
  std::from_chars(position.data(), position.data() + std::min(comma, position.size()), pair.first);
  if (comma != std::string::npos)
    std::from_chars(position.data() + comma + 1, position.data() + position.size(), pair.second);
  return pair;
}

std::string position_of(const ListedExecution& listed) {
  return fmt::format("{},{}", listed.row.started.time_since_epoch().count(), listed.row.id);
}

ExecutionQuery list_query(const Call& call, const MachineArn& arn) {
  ExecutionQuery query{.machine = arn.machine,
                       .status = parse_status(text_or(call, "statusFilter")),
                       .redriven = {},
                       .version = arn.version,
                       .alias = arn.alias,
                       .after = {},
                       .limit = stepfunctions::page_size(call) + 1};
  if (const std::string filter = text_or(call, "redriveFilter"); !filter.empty())
    query.redriven = filter == "REDRIVEN";
  return query;
}

// The map runs of which the API speaks do not exist here, so there is nothing to list of one.
void refuse_map_run(const Call& call) {
  const bool machine = !text_or(call, "stateMachineArn").empty();
  const std::string map_run = text_or(call, "mapRunArn");
  if (machine == !map_run.empty())
    throw aws::ServiceError("ValidationException", "Must provide a StateMachine ARN or MapRun ARN");
  if (!map_run.empty())
    throw aws::ServiceError("ResourceNotFound", fmt::format("Resource not found: '{}'", map_run));
  if (text_or(call, "statusFilter") == "PENDING_REDRIVE")
    throw aws::ServiceError(
        "ValidationException",
        "PENDING_REDRIVE is a status of the executions of a Map Run; give its mapRunArn.");
}

Json shown(const ListedExecution& listed) {
  const stepfunctions::ExecutionRow& row = listed.row;
  Json item = {{"executionArn", row.arn},
               {"stateMachineArn", row.machine_arn},
               {"name", row.name},
               {"status", asl::status_name(row.status)},
               {"startDate", format_iso_millis(row.started)}};
  if (row.stopped) item["stopDate"] = format_iso_millis(*row.stopped);
  stepfunctions::show_origin(item, row.machine_arn, listed.origin);
  item["redriveCount"] = row.redrives;
  if (row.redriven) item["redriveDate"] = format_iso_millis(*row.redriven);
  return item;
}

}  // namespace

Json StepFunctionsService::list_executions(const Call& call) {
  refuse_map_run(call);
  const MachineArn arn = stepfunctions::parse_machine_arn(required(call, "stateMachineArn"));
  const std::string question =
      fmt::format("{}|{}|{}", arn.text, text_or(call, "statusFilter"), text_or(call, "redriveFilter"));
  ExecutionQuery query = list_query(call, arn);
  if (const auto position = stepfunctions::decode_page(call, question, clock_.now()); !position.empty())
    query.after = parse_pair(position);
  std::vector<ListedExecution> found = read([&](Store& store) {
    resolve(store, arn);
    return stepfunctions::list_executions(store, query);
  });
  Json answer = {{"executions", Json::array()}};
  if (static_cast<std::int64_t>(found.size()) == query.limit) {
    found.pop_back();
    answer["nextToken"] = stepfunctions::encode_page(call, question, position_of(found.back()), clock_.now());
  }
  for (const ListedExecution& listed : found) answer["executions"].push_back(shown(listed));
  return answer;
}

Json StepFunctionsService::get_execution_history(const Call& call) {
  const std::string arn = required(call, "executionArn");
  const bool reverse = bool_or(call.input, "reverseOrder", false);
  const bool with_data = bool_or(call.input, "includeExecutionData", true);
  const std::int64_t limit = stepfunctions::page_size(call);
  const std::string question = fmt::format("{}|{}", arn, reverse);
  std::int64_t after = reverse ? std::numeric_limits<std::int64_t>::max() : 0;
  if (const auto position = stepfunctions::decode_page(call, question, clock_.now()); !position.empty())
    after = parse_pair(position).first;
  std::vector<asl::Event> events = read(
      [&](Store& store) { return store.events(find_execution(store, arn).id, after, limit + 1, reverse); });
  Json answer = {{"events", Json::array()}};
  if (static_cast<std::int64_t>(events.size()) > limit) {
    events.pop_back();
    answer["nextToken"] =
        stepfunctions::encode_page(call, question, std::to_string(events.back().id), clock_.now());
  }
  for (const asl::Event& event : events) answer["events"].push_back(asl::event_to_json(event, with_data));
  return answer;
}

}  // namespace aurora::local
