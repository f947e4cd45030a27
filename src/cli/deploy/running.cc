#include "cli/deploy/running.h"

#include <fmt/format.h>

#include "aws/dynamodb.h"
#include "base/text.h"
#include "restore/pipeline.h"
#include "restore/tables.h"

namespace aurora::cli {
namespace {

constexpr int kPagesMax = 10;
constexpr std::size_t kNamesShown = 3;

std::vector<std::string> running_executions(World& world, const std::string& machine) {
  std::vector<std::string> names;
  Json input{{"stateMachineArn", machine}, {"statusFilter", "RUNNING"}, {"maxResults", 1000}};
  for (int page = 0; page < kPagesMax; ++page) {
    const Json answer = world.api->call("stepfunctions", world.region(), "ListExecutions", input);
    for (const Json& execution : member_or_null(answer, "executions"))
      names.push_back(string_or(execution, "name", ""));
    const std::string next = string_or(answer, "nextToken", "");
    if (next.empty()) break;
    input["nextToken"] = next;
  }
  return names;
}

std::int64_t newest_format(World& world, const std::string& table) {
  std::int64_t newest = 0;
  const Json answer =
      world.api->call("dynamodb", world.region(), "Query",
                      {{"TableName", table},
                       {"IndexName", restore::kStatusIndex},
                       {"KeyConditionExpression", "#status = :status"},
                       {"ExpressionAttributeNames", {{"#status", "status"}}},
                       {"ExpressionAttributeValues", {{":status", {{"S", restore::kInProgress}}}}}});
  for (const Json& item : member_or_null(answer, "Items")) {
    const Json& format = member_or_null(item, "format");
    newest = std::max<std::int64_t>(newest, format.is_object() ? std::stoll(string_or(format, "N", "1")) : 1);
  }
  return newest;
}

bool means_absent(const aws::ServiceError& error) {
  return error.is("StateMachineDoesNotExist") || error.is("ResourceNotFoundException");
}

}  // namespace

RunningWork running_work(World& world, const std::string& state_machine_arn, const std::string& state_table) {
  RunningWork work;
  try {
    work.executions = running_executions(world, state_machine_arn);
    work.newest_format = newest_format(world, state_table);
  } catch (const aws::ServiceError& error) {
    if (!means_absent(error)) work.not_known = error.what();
  }
  return work;
}

std::string running_text(const RunningWork& work) {
  if (!work.not_known.empty())
    return fmt::format(
        "Whether operations run could not be asked ({}); those that do finish on the version they "
        "began with.",
        work.not_known);
  if (work.executions.empty()) return "";
  std::vector<std::string> shown(
      work.executions.begin(),
      work.executions.begin() + static_cast<std::ptrdiff_t>(std::min(work.executions.size(), kNamesShown)));
  const bool one = work.executions.size() == 1;
  return fmt::format("{} {} ({}{}) and {} on the version {} began with.", work.executions.size(),
                     one ? "operation runs" : "operations run", join(shown, ", "),
                     work.executions.size() > kNamesShown ? ", …" : "", one ? "finishes" : "finish",
                     one ? "it" : "they");
}

}  // namespace aurora::cli
