#include "asl/utf8.h"

namespace aurora::asl {

std::string_view character_at(std::string_view text, std::size_t at) {
  std::size_t width = 1;
  while (at + width < text.size() && continues_character(text[at + width])) ++width;
  return text.substr(at, width);
}

std::string_view utf8_prefix(std::string_view text, std::size_t bytes_max) {
  if (text.size() <= bytes_max) return text;
  while (bytes_max > 0 && continues_character(text[bytes_max])) --bytes_max;
  return text.substr(0, bytes_max);
}

}  // namespace aurora::asl
