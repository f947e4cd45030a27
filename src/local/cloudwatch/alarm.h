// When an alarm is in which state.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/AlarmThatSendsEmail.html
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/json.h"

namespace aurora::local::cloudwatch {

inline constexpr char kOk[] = "OK";
inline constexpr char kAlarm[] = "ALARM";
inline constexpr char kInsufficientData[] = "INSUFFICIENT_DATA";

// What an alarm's configuration says about datapoints.
struct AlarmRule {
  int evaluation_periods = 1;
  int datapoints_to_alarm = 1;
  double threshold = 0;
  std::string comparison;  // "GreaterThanOrEqualToThreshold"
  std::string missing;     // "missing", "ignore", "breaching" or "notBreaching"

  static AlarmRule of(const Json& alarm);
  // Periods that are looked at: some more than are evaluated, in case that some of those have no data.
  int range() const { return evaluation_periods + 2; }
};

struct Datapoint {
  TimePoint time;
  std::optional<double> value;
};

struct AlarmVerdict {
  std::string state;
  std::string reason;
  std::vector<Datapoint> evaluated;  // with values, the most recent first
};

bool is_comparison(std::string_view name);
bool breaches(const AlarmRule& rule, double value);

// `points` is one for each period of the range, oldest first. Nothing when the state stays as it is for want
// of data.
std::optional<AlarmVerdict> judge(const AlarmRule& rule, const std::vector<Datapoint>& points,
                                  std::string_view current_state);

}  // namespace aurora::local::cloudwatch
