#include "local/event_delivery.h"

#include <fmt/format.h>

#include "base/digest.h"
#include "base/ids.h"
#include "base/text.h"
#include "local/service_support.h"

namespace aurora::local {
namespace {

Json call(Router& router, const Delivery& delivery, const char* service, const char* operation,
          const Json& input) {
  Call call;
  call.region = delivery.region;
  call.request_id = new_uuid();
  call.service = service;
  call.operation = operation;
  call.input = input;
  return router.call(call);
}

Json start_execution(Router& router, const Delivery& delivery) {
  try {
    return call(router, delivery, "stepfunctions", "StartExecution",
                {{"stateMachineArn", delivery.arn}, {"name", delivery.name}, {"input", delivery.input}});
  } catch (const aws::ServiceError& e) {
    if (!e.is("ExecutionAlreadyExists")) throw;
    return {{"executionArn", fmt::format("{}:{}", replace_all(delivery.arn, ":stateMachine:", ":execution:"),
                                         delivery.name)}};
  }
}

}  // namespace

std::string deliverable_service(std::string_view arn) {
  const std::string service = arn_part(arn, 2);
  for (const char* known : {"states", "lambda", "sns", "sqs"})
    if (service == known) return service;
  return {};
}

Json deliver(Router& router, const Delivery& delivery) {
  const std::string service = deliverable_service(delivery.arn);
  if (service == "states") return start_execution(router, delivery);
  if (service == "lambda")
    return call(router, delivery, "lambda", "Invoke",
                {{"FunctionName", delivery.arn}, {"InvocationType", "Event"}, {"Payload", delivery.input}});
  if (service == "sns")
    return call(router, delivery, "sns", "Publish",
                {{"TopicArn", delivery.arn}, {"Message", delivery.input}});
  return send_to_queue(router, delivery);
}

Json send_to_queue(Router& router, const Delivery& delivery, const Json& attributes) {
  const Json queue = call(router, delivery, "sqs", "GetQueueUrl", {{"QueueName", arn_part(delivery.arn, 5)}});
  Json message{{"QueueUrl", string_or(queue, "QueueUrl", "")}, {"MessageBody", delivery.input}};
  if (!delivery.message_group.empty()) message["MessageGroupId"] = delivery.message_group;
  if (!attributes.empty()) message["MessageAttributes"] = attributes;
  return call(router, delivery, "sqs", "SendMessage", message);
}

std::string stable_uuid(std::string_view text) {
  const std::string hex = hex_encode(sha256(text));
  return fmt::format("{}-{}-8{}-a{}-{}", hex.substr(0, 8), hex.substr(8, 4), hex.substr(12, 3),
                     hex.substr(15, 3), hex.substr(18, 12));
}

}  // namespace aurora::local
