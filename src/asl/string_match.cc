#include "asl/string_match.h"

#include <cstring>
#include <string>
#include <vector>

namespace aurora::asl {
namespace {

// What stands before, between and after the stars, without escapes. Stars in a row are as one.
std::vector<std::string> pieces_of(std::string_view pattern) {
  std::vector<std::string> pieces(1);
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    const char next = i + 1 < pattern.size() ? pattern[i + 1] : '\0';
    if (pattern[i] == '*') {
      if (pieces.size() == 1 || !pieces.back().empty()) pieces.emplace_back();
      continue;
    }
    if (pattern[i] == '\\' && (next == '*' || next == '\\')) ++i;
    pieces.back() += pattern[i];
  }
  return pieces;
}

}  // namespace

std::size_t find_text(std::string_view text, std::string_view part) {
  if (part.empty()) return 0;
  const void* found = memmem(text.data(), text.size(), part.data(), part.size());
  return found ? static_cast<std::size_t>(static_cast<const char*>(found) - text.data())
               : std::string_view::npos;
}

// The first place for each piece leaves the most room for those after it.
bool string_matches(std::string_view text, std::string_view pattern) {
  const std::vector<std::string> pieces = pieces_of(pattern);
  const std::string &first = pieces.front(), &last = pieces.back();
  if (pieces.size() == 1) return text == first;
  if (text.size() < first.size() + last.size() || !text.starts_with(first) || !text.ends_with(last))
    return false;
  text.remove_prefix(first.size());
  text.remove_suffix(last.size());
  for (std::size_t i = 1; i + 1 < pieces.size(); ++i) {
    const std::size_t at = find_text(text, pieces[i]);
    if (at == std::string_view::npos) return false;
    text.remove_prefix(at + pieces[i].size());
  }
  return true;
}

}  // namespace aurora::asl
