// Schedules of EventBridge's rules: cron and rate, in UTC.
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html
#pragma once
#include <string>

namespace aurora::local {

// Throws EventBridge's ValidationException; at(...) is for EventBridge Scheduler only.
void check_rule_schedule(const std::string& expression);

}  // namespace aurora::local
