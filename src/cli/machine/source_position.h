// Where the values of a JSON text stand in it.
#pragma once
#include <cstddef>
#include <string_view>

namespace aurora::cli {

// Lines and columns count from 1; a column is a character, not a byte.
struct SourcePosition {
  std::size_t line = 1;
  std::size_t column = 1;
};

SourcePosition position_of_byte(std::string_view text, std::size_t byte);
// The line of that number, without its end.
std::string_view line_of(std::string_view text, std::size_t line);

// Where in a JSON text the member or element stands that AWS's diagnostics name by `location`
// ("/States/Wait/Choices[0]/Next"), or else the nearest thing around it that is there. A member stands where
// its name does, an element where its value does. Of text that is not JSON, what stands before the error is
// looked at.
SourcePosition position_of(std::string_view text, std::string_view location);

}  // namespace aurora::cli
