// Values as the Java libraries behind Step Functions write them, where a text of them becomes data.
#pragma once
#include "base/json.h"

namespace aurora::asl {

// "1.0E10" for 1e10, "0.001" for 1e-3, "12" for 12: Double.toString and Long.toString.
std::string java_number(const Json& number);

// On one line without spaces, as Jackson writes: numbers as above, control characters as \u001F.
std::string java_json(const Json& value);

// The text that States.Format inserts: strings bare, objects and arrays as Java prints its collections
// ("{a=1, b=[x, y]}").
std::string format_value(const Json& value);

}  // namespace aurora::asl
