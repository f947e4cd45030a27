// Targets of EventBridge Scheduler: templated ones by the ARN of what they reach, universal ones by the
// operation they call.
// https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets.html
#pragma once
#include <string>

#include "base/clock.h"
#include "local/service.h"

namespace aurora::local::scheduler {

// Throws ValidationException.
void check_target(const Json& target);

// One attempt at one time of a schedule.
struct Attempt {
  std::string region;
  std::string schedule_arn;
  TimePoint scheduled;
  std::string execution_id;
  std::int64_t number = 1;
};

// `text` with <aws.scheduler.schedule-arn>, <aws.scheduler.scheduled-time>, <aws.scheduler.execution-id> and
// <aws.scheduler.attempt-number> replaced.
std::string with_context(std::string text, const Attempt& attempt);

// Throws what the target's service throws.
Json invoke_target(Router& router, const Json& target, const Attempt& attempt);

}  // namespace aurora::local::scheduler
