// Events of a history as the bytes of one row: what one step of an execution writes is one row, because
// inserting a row costs more than everything else that an event needs.
//
// The form, all numbers as LEB128 varints (signed ones zigzag): a version byte, the number of events, then
// for each event: previous, time in microseconds (the first absolute, later ones as the difference to the one
// before), type (asl::EventType), name, payload, details. Ids follow one another from the row's first. A text
// is its length and its bytes. A payload's length is one more than it is; 0 stands for the payload before it,
// since a state's input is mostly the output of the last. Details are JSON; an empty text for none.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "asl/event.h"

namespace aurora::local::stepfunctions {

std::string encode_events(const std::vector<asl::Event>& events);
// Throws Error "StoreError" for bytes that encode_events() did not make.
std::vector<asl::Event> decode_events(std::int64_t first, std::string_view bytes);

}  // namespace aurora::local::stepfunctions
