#include "local/scheduler/target.h"

#include <fmt/format.h>

#include "aws/model.h"
#include "base/dates.h"
#include "base/ids.h"
#include "base/text.h"
#include "local/event_delivery.h"
#include "local/service_support.h"

namespace aurora::local::scheduler {
namespace {

constexpr std::string_view kUniversal = "arn:aws:scheduler:::aws-sdk:";

aws::ServiceError validation(const std::string& message) {
  return {"ValidationException", message};
}

std::string arn_of(const Json& target) {
  return string_or(target, "Arn", "");
}

bool is_event_bus(const std::string& arn) {
  return arn_part(arn, 2) == "events" && arn_part(arn, 5).starts_with("event-bus/");
}

struct Universal {
  const aws::Service* service = nullptr;
  const aws::Operation* operation = nullptr;
};

// arn:aws:scheduler:::aws-sdk:sfn:startExecution; names as the SDK for Java has them.
Universal universal_of(const std::string& arn) {
  const std::vector<std::string> parts = split(std::string_view(arn).substr(kUniversal.size()), ':');
  Universal found;
  if (parts.size() != 2 || parts[1].empty()) return found;
  for (const aws::Service* service : aws::all_services())
    if (to_lower(replace_all(std::string(service->id), " ", "")) == parts[0]) found.service = service;
  if (found.service == nullptr) return found;
  found.operation = found.service->operation(to_upper(parts[1].substr(0, 1)) + parts[1].substr(1));
  return found;
}

// Members of the input begin with a capital there, whatever the service's own model has.
Json in_words_of_model(const Universal& target, const Json& input) {
  Json renamed = Json::object();
  for (const auto& [name, value] : input.items()) {
    const std::string lower = to_lower(name.substr(0, 1)) + (name.empty() ? "" : name.substr(1));
    const bool is_lower = target.operation->input != nullptr &&
                          target.operation->input->member(name) == nullptr &&
                          target.operation->input->member(lower) != nullptr;
    renamed[is_lower ? lower : name] = value;
  }
  return renamed;
}

Json call_operation(Router& router, const std::string& arn, const std::string& input,
                    const Attempt& attempt) {
  const Universal target = universal_of(arn);
  const Json parsed = parse_json_or_discard(input.empty() ? "{}" : input);
  if (target.operation == nullptr || !parsed.is_object())
    throw validation(fmt::format("The input of target {} is no JSON object.", arn));
  Call call;
  call.service = std::string(target.service->name);
  call.region = attempt.region;
  call.operation = std::string(target.operation->name);
  call.request_id = new_uuid();
  call.input = in_words_of_model(target, parsed);
  try {
    return router.call(call);
  } catch (const aws::ServiceError& e) {
    // A second delivery of the same run.
    if (!e.is("ExecutionAlreadyExists")) throw;
    return Json::object();
  }
}

Json put_event(Router& router, const Json& target, const std::string& input, const Attempt& attempt) {
  const Json& parameters = member_or_null(target, "EventBridgeParameters");
  Call call;
  call.service = "events";
  call.region = attempt.region;
  call.operation = "PutEvents";
  call.request_id = new_uuid();
  call.input = {{"Entries",
                 {{{"Source", string_or(parameters, "Source", "")},
                   {"DetailType", string_or(parameters, "DetailType", "")},
                   {"Resources", {attempt.schedule_arn}},
                   {"Detail", input.empty() ? "{}" : input}}}}};
  const Json answer = router.call(call);
  const Json& entry = answer["Entries"][0];
  if (entry.contains("ErrorCode"))
    throw aws::ServiceError(string_or(entry, "ErrorCode", ""), string_or(entry, "ErrorMessage", ""));
  return answer;
}

void check_parameters(const Json& target) {
  for (const char* member : {"EcsParameters", "KinesisParameters", "SageMakerPipelineParameters"})
    if (target.contains(member)) throw validation(fmt::format("{} is not carried by this endpoint.", member));
  const std::string arn = arn_of(target);
  if (is_event_bus(arn) != target.contains("EventBridgeParameters"))
    throw validation(is_event_bus(arn) ? "EventBridgeParameters must be provided for an event bus."
                                       : "EventBridgeParameters is for event buses only.");
  if (target.contains("SqsParameters") && arn_part(arn, 2) != "sqs")
    throw validation("SqsParameters is for queues only.");
  const std::string dead_letters = string_or(member_or_null(target, "DeadLetterConfig"), "Arn", "");
  if (!dead_letters.empty() && arn_part(dead_letters, 2) != "sqs")
    throw validation(fmt::format("{} is no ARN of an SQS queue.", dead_letters));
}

}  // namespace

void check_target(const Json& target) {
  const std::string arn = arn_of(target);
  const std::string role = string_or(target, "RoleArn", "");
  if (arn_part(role, 2) != "iam" || !arn_part(role, 5).starts_with("role/"))
    throw validation(
        "The execution role you provide must allow AWS EventBridge Scheduler to assume the role.");
  if (arn.starts_with(kUniversal)) {
    if (universal_of(arn).operation == nullptr)
      throw validation(fmt::format("{} is not a valid target: this endpoint has no such operation.", arn));
  } else if (!is_event_bus(arn) && deliverable_service(arn).empty()) {
    throw validation(
        fmt::format("{} is of no service that this endpoint delivers to: states, lambda, sns, sqs "
                    "and events are.",
                    arn));
  }
  check_parameters(target);
}

std::string with_context(std::string text, const Attempt& attempt) {
  text = replace_all(std::move(text), "<aws.scheduler.schedule-arn>", attempt.schedule_arn);
  text =
      replace_all(std::move(text), "<aws.scheduler.scheduled-time>", format_iso_seconds(attempt.scheduled));
  text = replace_all(std::move(text), "<aws.scheduler.execution-id>", attempt.execution_id);
  return replace_all(std::move(text), "<aws.scheduler.attempt-number>", std::to_string(attempt.number));
}

Json invoke_target(Router& router, const Json& target, const Attempt& attempt) {
  const std::string arn = arn_of(target);
  const std::string input = with_context(string_or(target, "Input", ""), attempt);
  if (arn.starts_with(kUniversal)) return call_operation(router, arn, input, attempt);
  if (is_event_bus(arn)) return put_event(router, target, input, attempt);
  return deliver(router,
                 {.region = attempt.region,
                  .arn = arn,
                  .input = input.empty() ? "{}" : input,
                  .name = attempt.execution_id,
                  .message_group = string_or(member_or_null(target, "SqsParameters"), "MessageGroupId", "")});
}

}  // namespace aurora::local::scheduler
