// Patterns of the operator StringMatches.
#pragma once
#include <string_view>

namespace aurora::asl {

// "*" matches any characters; a backslash makes the star or backslash after it plain. Takes time linear
// in the text, whatever the pattern.
bool string_matches(std::string_view text, std::string_view pattern);

// Where `part` first stands in `text`, or npos; linear too, which std::string_view::find is not.
std::size_t find_text(std::string_view text, std::string_view part);

}  // namespace aurora::asl
