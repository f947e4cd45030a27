// The event that a function receives, from the state machine or from a person.
#pragma once
#include <string>

#include "base/clock.h"
#include "base/json.h"
#include "restore/operation.h"

namespace aurora::restore {

struct Event {
  std::string operation_id;
  std::string execution_arn;  // empty when invoked directly
  Json fields;                // without operation_id
};

// Reads the event; the operation id comes from the input, else from the execution's name, else, where
// `may_name` (the first step), it is made: restore-<UTC date>-<UTC time>-<4 hex digits>. Throws Error
// "InvalidInput".
Event read_event(const Json& event, bool may_name, TimePoint now);

// Whether snapshot_check begins the operation anew: a finished operation may be run again under its id;
// one that an execution works on may not. Throws Error "OperationInProgress".
bool may_begin_again(const Operation& operation, const Event& event);

// Fields by which steps and machine talk to each other, such as target_snapshot, and that are no settings.
bool is_protocol_field(std::string_view name);

}  // namespace aurora::restore
