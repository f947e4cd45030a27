// Messages about an operation to SNS (for people, and for whoever subscribes) and SQS (for machines).
//
// SNS gets MessageStructure json: text for e-mail and every protocol that is not named, one line for SMS, and
// the JSON body for queues, functions and web hooks. Attributes operation_id, status and step are for filter
// policies; a status is one of started, succeeded (a step), error, completed, failed, cancelled.
// https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "restore/step.h"

namespace aurora::restore {

struct Notification {
  std::string subject;  // begins with the outcome; made legal by legal_subject()
  std::string text;     // for people
  Json body;            // for machines
  std::string status;
  std::string step;
  bool to_topic = true;
  bool to_queue = false;
};

struct NotificationResult {
  std::optional<std::string> sns_message_id;
  std::optional<std::string> sqs_message_id;
  std::vector<std::string> failures;
  bool topic_failed = false;
  bool queue_failed = false;
};

// Sends to the topic and the queue that are configured, through the context's message_api(), and not at all
// when the function would be ended before that gave up. A notification that fails never fails a restore: it
// is in the log, the audit trail, the operation's `notification_failures` (the last ten; whoever calls saves
// the operation) and the result.
NotificationResult notify(StepContext& context, const Notification& notification);

// What SNS takes as a subject: fewer than 100 ASCII characters on one line; longer ones end in "...".
std::string legal_subject(std::string subject);

// The inputs of Publish and SendMessage. `operation_id` is the attribute's value.
Json publish_input(const std::string& topic, const std::string& operation_id,
                   const Notification& notification);
Json send_message_input(const std::string& queue, const std::string& operation_id,
                        const Notification& notification);

// The Regions of arn:aws:sns:REGION:… and https://sqs.REGION.amazonaws.com/…; `fallback` where they name
// none.
std::string region_of_topic(const std::string& arn, const std::string& fallback);
std::string region_of_queue(const std::string& url, const std::string& fallback);

}  // namespace aurora::restore
