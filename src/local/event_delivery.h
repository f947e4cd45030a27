// Handing something to a target by its ARN: what EventBridge's rules and EventBridge Scheduler have in
// common.
#pragma once
#include <string>
#include <string_view>

#include "local/service.h"

namespace aurora::local {

struct Delivery {
  std::string region;
  std::string arn;
  std::string input;          // the text that the target gets
  std::string name;           // of the execution it starts; a second one of that name is none
  std::string message_group;  // for a FIFO queue
};

// The service of the target with that ARN ("states", "lambda", "sns", "sqs"); empty when it is none that
// deliver() knows.
std::string deliverable_service(std::string_view arn);

// Throws what the target's service throws. An execution that was started under that name before is answered
// like the first.
Json deliver(Router& router, const Delivery& delivery);

// SendMessage to the queue with that ARN, with message attributes as SQS takes them.
Json send_to_queue(Router& router, const Delivery& delivery, const Json& attributes = Json::object());

// A UUID that is always the same for the same text.
std::string stable_uuid(std::string_view text);

}  // namespace aurora::local
