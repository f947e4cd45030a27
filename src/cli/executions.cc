#include "cli/executions.h"

#include <fmt/format.h>

#include "cli/story.h"

namespace aurora::cli {
namespace {

constexpr int kPageSize = 1000;
constexpr int kPagesMax = 5;

}  // namespace

std::vector<Json> recent_executions(World& world) {
  std::vector<Json> found;
  Json input{{"stateMachineArn", world.names.state_machine_arn()}, {"maxResults", kPageSize}};
  for (int page = 0; page < kPagesMax; ++page) {
    Json answer;
    try {
      answer = world.api->call("stepfunctions", world.region(), "ListExecutions", input);
    } catch (const aws::ServiceError& error) {
      if (!error.is("StateMachineDoesNotExist")) throw;
      throw Error(
          "PipelineNotFound",
          fmt::format("state machine {} is not there in {}", world.names.state_machine(), world.region()),
          "Is the environment deployed there? --env and --region choose it; `aurora-restore doctor` "
          "lists what is missing.");
    }
    for (const Json& execution : member_or_null(answer, "executions")) found.push_back(execution);
    const std::string next = string_or(answer, "nextToken", "");
    if (next.empty()) break;
    input["nextToken"] = next;
  }
  return found;
}

Outcome outcome_of(World& world, const Json& execution) {
  const std::string status = string_or(execution, "status", "");
  if (status == "SUCCEEDED") return {"completed", ""};
  if (status == "RUNNING" || status == "PENDING_REDRIVE") return {"running", ""};
  if (status == "ABORTED") return {"cancelled", ""};
  if (status == "TIMED_OUT") return {"timed out", ""};
  const Json details = world.api->call("stepfunctions", world.region(), "DescribeExecution",
                                       {{"executionArn", string_or(execution, "executionArn", "")}});
  const std::string error = string_or(details, "error", "failed");
  return {error, read_cause(string_or(details, "cause", "")).message};
}

}  // namespace aurora::cli
