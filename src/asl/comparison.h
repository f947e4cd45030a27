// Which values are equal, and which number is greater.
#pragma once
#include <compare>
#include <string>

#include "base/json.h"

namespace aurora::asl {

// By their mathematical values, whatever their types; 64-bit integers exactly.
std::partial_ordering order_of_numbers(const Json& a, const Json& b);

// Equal as JSON values: the order of members does not matter, and 1 equals 1.0.
bool equal_values(const Json& a, const Json& b);

// The same text for equal values, and different texts for different ones.
std::string canonical_text(const Json& value);

}  // namespace aurora::asl
