// Small state machines for tests, and executions of them.
#pragma once
#include <string>

#include "base/dates.h"
#include "cli/machine/rehearsal.h"

namespace aurora::cli {

// Copies until it is done; a failure goes to Undo.
inline const Json& loop_machine() {
  static const Json kMachine = parse_json(R"({"StartAt": "Copy", "States": {
    "Copy": {"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:copy", "TimeoutSeconds": 60,
      "Retry": [{"ErrorEquals": ["Busy"], "IntervalSeconds": 2, "MaxAttempts": 2}],
      "Catch": [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "Undo"}], "Next": "IsDone"},
    "IsDone": {"Type": "Choice", "Choices": [{"Variable": "$.done", "BooleanEquals": true, "Next": "Done"}],
      "Default": "Pause"},
    "Pause": {"Type": "Wait", "Seconds": 30, "Next": "Copy"},
    "Done": {"Type": "Succeed"},
    "Undo": {"Type": "Pass", "Next": "Failed"},
    "Failed": {"Type": "Fail", "Error": "CopyFailed", "Cause": "it was undone"}}})",
                                          "the machine");
  return kMachine;
}

// Two branches, one of which goes over a list.
inline const Json& nested_machine() {
  static const Json kMachine = parse_json(R"({"StartAt": "Both", "States": {
    "Both": {"Type": "Parallel", "End": true,
      "Retry": [{"ErrorEquals": ["Busy"], "IntervalSeconds": 1, "MaxAttempts": 1}], "Branches": [
      {"StartAt": "Each", "States": {"Each": {"Type": "Map", "ItemsPath": "$.list", "End": true,
        "ItemProcessor": {"StartAt": "Send", "States": {
          "Send": {"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:send", "End": true}}}}}},
      {"StartAt": "Rest", "States": {"Rest": {"Type": "Wait", "Seconds": 5, "End": true}}}]}}})",
                                          "the machine");
  return kMachine;
}

// A branch that fails by itself, tried twice; then goes on.
inline const Json& failing_branch_machine() {
  static const Json kMachine = parse_json(R"({"StartAt": "Both", "States": {
    "Both": {"Type": "Parallel", "Next": "After",
      "Retry": [{"ErrorEquals": ["Broken"], "IntervalSeconds": 1, "MaxAttempts": 1}],
      "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "After"}], "Branches": [
      {"StartAt": "Slow", "States": {"Slow": {"Type": "Wait", "Seconds": 9, "End": true}}},
      {"StartAt": "Short", "States": {"Short": {"Type": "Wait", "Seconds": 2, "Next": "Break"},
        "Break": {"Type": "Fail", "Error": "Broken"}}}]},
    "After": {"Type": "Succeed"}}})",
                                          "the machine");
  return kMachine;
}

inline Rehearsal rehearsed(const Json& machine, const std::string& mocks, const std::string& input = "{}") {
  Mocks answers = Mocks::parse(parse_json(mocks, "the mocks"), machine);
  return rehearse(machine, parse_json(input, "the input"), answers,
                  {.start_time = *parse_iso("2026-11-21T06:52:09Z"), .seed = std::nullopt});
}

}  // namespace aurora::cli
