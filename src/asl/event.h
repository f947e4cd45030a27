// The events of an execution's history, as GetExecutionHistory shows them.
#pragma once
#include <cstdint>
#include <optional>

#include "base/clock.h"
#include "base/json.h"

namespace aurora::asl {

// Stores keep these as numbers: new ones go to the end.
enum class EventType : std::uint8_t {
  kExecutionStarted,
  kExecutionSucceeded,
  kExecutionFailed,
  kExecutionTimedOut,
  kExecutionAborted,
  kExecutionRedriven,
  kPassStateEntered,
  kPassStateExited,
  kTaskStateEntered,
  kTaskStateExited,
  kTaskStateAborted,
  kChoiceStateEntered,
  kChoiceStateExited,
  kWaitStateEntered,
  kWaitStateExited,
  kWaitStateAborted,
  kSucceedStateEntered,
  kSucceedStateExited,
  kFailStateEntered,
  kParallelStateEntered,
  kParallelStateStarted,
  kParallelStateSucceeded,
  kParallelStateFailed,
  kParallelStateAborted,
  kParallelStateExited,
  kMapStateEntered,
  kMapStateStarted,
  kMapStateSucceeded,
  kMapStateFailed,
  kMapStateAborted,
  kMapStateExited,
  kMapIterationStarted,
  kMapIterationSucceeded,
  kMapIterationFailed,
  kMapIterationAborted,
  kLambdaFunctionScheduled,
  kLambdaFunctionStarted,
  kLambdaFunctionSucceeded,
  kLambdaFunctionFailed,
  kLambdaFunctionTimedOut,
  kTaskScheduled,
  kTaskStarted,
  kTaskSubmitted,
  kTaskSucceeded,
  kTaskFailed,
  kTaskTimedOut,
};

std::string_view event_type_name(EventType type);
std::optional<EventType> parse_event_type(std::string_view name);

struct Event {
  std::int64_t id = 0;        // 1 is the first
  std::int64_t previous = 0;  // what led to this event
  TimePoint time;
  EventType type = EventType::kExecutionStarted;
  std::string name;     // of the state, where the type has one
  std::string payload;  // its input, output or parameters, where the type has one
  Json details;         // the other members of its details; null where there are none
};

// With AWS's member names. Without execution data, inputs, outputs, parameters and causes are left out.
Json event_to_json(const Event& event, bool include_execution_data);

}  // namespace aurora::asl
