#include "asl/event.h"

#include <algorithm>

#include "base/dates.h"
#include "base/error.h"

namespace aurora::asl {
namespace {

struct TypeInfo {
  EventType type;
  std::string_view name;
  std::string_view details;  // the member that holds the details; empty where the type has none
  std::string_view payload;  // the member of the details that holds the payload
};

constexpr std::string_view kEntered = "stateEnteredEventDetails";
constexpr std::string_view kExited = "stateExitedEventDetails";

constexpr TypeInfo kTypes[] = {
    {EventType::kExecutionStarted, "ExecutionStarted", "executionStartedEventDetails", "input"},
    {EventType::kExecutionSucceeded, "ExecutionSucceeded", "executionSucceededEventDetails", "output"},
    {EventType::kExecutionFailed, "ExecutionFailed", "executionFailedEventDetails", ""},
    {EventType::kExecutionTimedOut, "ExecutionTimedOut", "executionTimedOutEventDetails", ""},
    {EventType::kExecutionAborted, "ExecutionAborted", "executionAbortedEventDetails", ""},
    {EventType::kExecutionRedriven, "ExecutionRedriven", "executionRedrivenEventDetails", ""},
    {EventType::kPassStateEntered, "PassStateEntered", kEntered, "input"},
    {EventType::kPassStateExited, "PassStateExited", kExited, "output"},
    {EventType::kTaskStateEntered, "TaskStateEntered", kEntered, "input"},
    {EventType::kTaskStateExited, "TaskStateExited", kExited, "output"},
    {EventType::kTaskStateAborted, "TaskStateAborted", "", ""},
    {EventType::kChoiceStateEntered, "ChoiceStateEntered", kEntered, "input"},
    {EventType::kChoiceStateExited, "ChoiceStateExited", kExited, "output"},
    {EventType::kWaitStateEntered, "WaitStateEntered", kEntered, "input"},
    {EventType::kWaitStateExited, "WaitStateExited", kExited, "output"},
    {EventType::kWaitStateAborted, "WaitStateAborted", "", ""},
    {EventType::kSucceedStateEntered, "SucceedStateEntered", kEntered, "input"},
    {EventType::kSucceedStateExited, "SucceedStateExited", kExited, "output"},
    {EventType::kFailStateEntered, "FailStateEntered", kEntered, "input"},
    {EventType::kParallelStateEntered, "ParallelStateEntered", kEntered, "input"},
    {EventType::kParallelStateStarted, "ParallelStateStarted", "", ""},
    {EventType::kParallelStateSucceeded, "ParallelStateSucceeded", "", ""},
    {EventType::kParallelStateFailed, "ParallelStateFailed", "", ""},
    {EventType::kParallelStateAborted, "ParallelStateAborted", "", ""},
    {EventType::kParallelStateExited, "ParallelStateExited", kExited, "output"},
    {EventType::kMapStateEntered, "MapStateEntered", kEntered, "input"},
    {EventType::kMapStateStarted, "MapStateStarted", "mapStateStartedEventDetails", ""},
    {EventType::kMapStateSucceeded, "MapStateSucceeded", "", ""},
    {EventType::kMapStateFailed, "MapStateFailed", "", ""},
    {EventType::kMapStateAborted, "MapStateAborted", "", ""},
    {EventType::kMapStateExited, "MapStateExited", kExited, "output"},
    {EventType::kMapIterationStarted, "MapIterationStarted", "mapIterationStartedEventDetails", ""},
    {EventType::kMapIterationSucceeded, "MapIterationSucceeded", "mapIterationSucceededEventDetails", ""},
    {EventType::kMapIterationFailed, "MapIterationFailed", "mapIterationFailedEventDetails", ""},
    {EventType::kMapIterationAborted, "MapIterationAborted", "mapIterationAbortedEventDetails", ""},
    {EventType::kLambdaFunctionScheduled, "LambdaFunctionScheduled", "lambdaFunctionScheduledEventDetails",
     "input"},
    {EventType::kLambdaFunctionStarted, "LambdaFunctionStarted", "", ""},
    {EventType::kLambdaFunctionSucceeded, "LambdaFunctionSucceeded", "lambdaFunctionSucceededEventDetails",
     "output"},
    {EventType::kLambdaFunctionFailed, "LambdaFunctionFailed", "lambdaFunctionFailedEventDetails", ""},
    {EventType::kLambdaFunctionTimedOut, "LambdaFunctionTimedOut", "lambdaFunctionTimedOutEventDetails", ""},
    {EventType::kTaskScheduled, "TaskScheduled", "taskScheduledEventDetails", "parameters"},
    {EventType::kTaskStarted, "TaskStarted", "taskStartedEventDetails", ""},
    {EventType::kTaskSubmitted, "TaskSubmitted", "taskSubmittedEventDetails", "output"},
    {EventType::kTaskSucceeded, "TaskSucceeded", "taskSucceededEventDetails", "output"},
    {EventType::kTaskFailed, "TaskFailed", "taskFailedEventDetails", ""},
    {EventType::kTaskTimedOut, "TaskTimedOut", "taskTimedOutEventDetails", ""},
};

const TypeInfo& info(EventType type) {
  const TypeInfo& found = kTypes[static_cast<std::size_t>(type)];
  AURORA_INVARIANT(found.type == type);
  return found;
}

}  // namespace

std::string_view event_type_name(EventType type) {
  return info(type).name;
}

std::optional<EventType> parse_event_type(std::string_view name) {
  const auto* found = std::find_if(std::begin(kTypes), std::end(kTypes),
                                   [&](const TypeInfo& each) { return each.name == name; });
  return found == std::end(kTypes) ? std::nullopt : std::optional(found->type);
}

Json event_to_json(const Event& event, bool include_execution_data) {
  const TypeInfo& type = info(event.type);
  Json json = {{"timestamp", format_iso_millis(event.time)},
               {"type", type.name},
               {"id", event.id},
               {"previousEventId", event.previous}};
  if (type.details.empty()) return json;
  Json details = Json::object();
  if (!event.name.empty()) details["name"] = event.name;
  if (!type.payload.empty() && include_execution_data) {
    details[std::string(type.payload)] = event.payload;
    if (type.payload != "parameters") details[std::string(type.payload) + "Details"] = {{"truncated", false}};
  }
  if (event.details.is_object())
    for (const auto& [key, value] : event.details.items())
      if (include_execution_data || key != "cause") details[key] = value;
  json[std::string(type.details)] = std::move(details);
  return json;
}

}  // namespace aurora::asl
