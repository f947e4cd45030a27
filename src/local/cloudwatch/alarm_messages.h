// What is told of an alarm that changes its state, in CloudWatch's forms.
#pragma once
#include <string>

#include "base/clock.h"
#include "base/json.h"

namespace aurora::local::cloudwatch {

// `alarm` as DescribeAlarms shows it, after the change.
struct StateChange {
  std::string region;
  std::string account;
  Json alarm;
  Json before;  // the same, before the change
  TimePoint when;
};

// "us-east-1" is "US East (N. Virginia)".
std::string region_title(const std::string& region);

std::string notification_subject(const StateChange& change);
// The message to SNS topics.
Json notification(const StateChange& change);
// What Lambda functions are invoked with.
Json lambda_event(const StateChange& change);
// "CloudWatch Alarm State Change" of source aws.cloudwatch.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-and-eventbridge.html
Json bus_event(const StateChange& change);

}  // namespace aurora::local::cloudwatch
