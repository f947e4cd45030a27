// Characters in text that is UTF-8.
#pragma once
#include <string_view>

namespace aurora::asl {

// Whether `c` is a later byte of a character.
inline bool continues_character(char c) {
  return (static_cast<unsigned char>(c) & 0xC0) == 0x80;
}

// The bytes of the character that begins at `at`, which is inside `text`.
std::string_view character_at(std::string_view text, std::size_t at);

// The longest beginning of at most `bytes_max` bytes that does not end inside a character.
std::string_view utf8_prefix(std::string_view text, std::size_t bytes_max);

}  // namespace aurora::asl
