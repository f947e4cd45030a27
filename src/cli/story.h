// An execution's events, told as steps.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/json.h"

namespace aurora::cli {

enum class StepStatus { kRunning, kWaiting, kSucceeded, kFailed, kAborted };

std::string_view name_of(StepStatus status);

struct Step {
  std::string state;  // "CopySnapshot"
  std::string name;   // "copy_snapshot"
  StepStatus status = StepStatus::kRunning;
  TimePoint started;
  TimePoint finished;  // of the last look so far, for a step that looks again and again
  int looks = 1;
  int retries = 0;
  std::string message;  // of the step's answer
  std::string error;
  std::string cause;  // the message alone
  std::string hint;   // what to do, where the function said so

  bool is_over() const { return status != StepStatus::kRunning && status != StepStatus::kWaiting; }
};

// Fed with the events of GetExecutionHistory in their order. A step lasts from entering its Task state
// until the last time it was left before another Task state was entered; Wait and Choice states between
// two looks belong to it.
class Story {
 public:
  enum class Outcome { kRunning, kSucceeded, kFailed, kAborted, kTimedOut };

  void add(const Json& event);

  const std::vector<Step>& steps() const { return steps_; }
  Outcome outcome() const { return outcome_; }
  std::int64_t last_event_id() const { return last_event_id_; }
  std::optional<TimePoint> started() const { return started_; }
  std::optional<TimePoint> finished() const { return finished_; }
  // Of the execution that failed or was stopped.
  const std::string& error() const { return error_; }
  const std::string& cause() const { return cause_; }
  const std::string& hint() const { return hint_; }

 private:
  void enter(const std::string& state, TimePoint at);
  void leave(const Json& details, TimePoint at);
  void task_failed(const Json& event);
  void end(Outcome outcome, const Json& details, TimePoint at);
  void close_current(StepStatus otherwise);

  std::vector<Step> steps_;
  Outcome outcome_ = Outcome::kRunning;
  std::int64_t last_event_id_ = 0;
  std::optional<TimePoint> started_;
  std::optional<TimePoint> finished_;
  std::string error_;
  std::string cause_;
  std::string hint_;
  bool is_reporting_ = false;
};

std::string_view name_of(Story::Outcome outcome);  // as DescribeExecution's status

// A function's error: its message without the hint that Lambda's error object repeats at its end.
struct FunctionError {
  std::string name;
  std::string message;
  std::string hint;
};
FunctionError read_function_error(const Json& object);
// The cause of a Lambda error is its error object as text; others are plain text.
FunctionError read_cause(const std::string& cause);

// The details object of an event ("taskFailedEventDetails" …), or null.
const Json& event_details(const Json& event);

// "CopySnapshot" -> "copy_snapshot"
std::string step_name_of_state(const std::string& state);
// What the step does, for people; the name itself for a step that is not known here.
std::string step_title(const std::string& name);

}  // namespace aurora::cli
