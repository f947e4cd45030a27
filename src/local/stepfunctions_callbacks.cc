#include <fmt/format.h>

#include "asl/validate.h"
#include "local/stepfunctions.h"
#include "local/stepfunctions/token.h"

namespace aurora::local {

using stepfunctions::Engine;

Json StepFunctionsService::answer_task(
    const Call& call, const std::function<void(asl::Execution&, int, std::int64_t, TimePoint)>& input) {
  const std::optional<stepfunctions::TaskToken> token =
      stepfunctions::decode_task_token(required(call, "taskToken"));
  if (!token) throw aws::ServiceError("InvalidToken", "Invalid Token: 'Invalid token'");
  return engine_.transact([token = *token, &input](Engine& engine) -> Json {
    if (!engine.store().execution(token.execution))
      throw aws::ServiceError("TaskDoesNotExist", "Task Does Not Exist: 'Provided task does not exist'");
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
    throw aws::ServiceError("InvalidOutput", fmt::format("Invalid Output: '{}'", asl::json_problem(output)));
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
