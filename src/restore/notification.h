// Messages about an operation to SNS (for people) and SQS (for machines).
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "restore/step.h"

namespace aurora::restore {

struct Notification {
  std::string subject;  // SNS takes less than 100 ASCII characters on one line
  std::string text;     // for people
  Json body;            // for machines
  std::string status;   // attribute "status", for filters
  std::string step;     // attribute "step"
};

struct NotificationResult {
  std::optional<std::string> sns_message_id;
  std::optional<std::string> sqs_message_id;
  std::vector<std::string> failures;
};

// Sends to the topic and the queue that are configured. A notification that fails never fails a restore:
// it is recorded in the audit trail and in the result.
NotificationResult notify(StepContext& context, const Notification& notification);

}  // namespace aurora::restore
