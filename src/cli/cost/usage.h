// What the pipeline used for one operation, read from what it left: the execution's history, and the log
// lines of its functions.
#pragma once
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/json.h"

namespace aurora::cli {

// One call of a function by the state machine.
struct TaskCall {
  std::string function;    // by its name
  std::string request_id;  // empty when the call failed: the history does not tell it then
  double seconds = 0;      // from its start to its answer, as the machine saw it
};

struct HistoryUsage {
  // As AWS bills them: every state that was entered, and every repetition by Retry.
  std::int64_t transitions = 0;
  std::int64_t repetitions = 0;  // of them
  std::vector<TaskCall> calls;
};

// `events` as GetExecutionHistory gives them, the oldest first.
HistoryUsage usage_of_history(const std::vector<Json>& events);

// Of a line that Lambda writes after each invocation; nothing for any other line.
struct InvocationReport {
  std::string request_id;
  double billed_seconds = 0;  // its init included, where that is billed
  std::int64_t memory_mb = 0;
};
std::optional<InvocationReport> parse_report(const std::string& line);

// From the metric lines of the steps (restore/step_meter.h).
struct Requests {
  std::int64_t lines = 0;  // that told of them
  std::int64_t rds = 0, dynamodb = 0, sns = 0, sqs = 0;
  double dynamodb_read_units = 0, dynamodb_write_units = 0;
  void add(const Json& requests);
};

}  // namespace aurora::cli
