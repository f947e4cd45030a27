// Regular expressions of path filters: [?(@.name =~ /a.*b/i)]. A pattern is run over the text once,
// keeping all of its states together, so that no pattern and no text can make it slow.
#pragma once
#include <cstdint>
#include <string_view>
#include <vector>

#include "asl/meter.h"

namespace aurora::asl {

class Pattern {
 public:
  // Literals, ".", classes, groups, "|", "*", "+", "?", "{m,n}", "^", "$" and the escapes \d \w \s \t \n \r
  // \D \W \S; back references and looking around are refused. Throws Error "InvalidPattern".
  static Pattern compile(std::string_view text, bool ignore_case);

  // Whether the whole text matches, as with Java's Matcher.matches().
  bool matches(std::string_view text, Meter& meter) const;

 private:
  friend class PatternParser;
  struct Range {
    std::uint32_t first, last;
  };
  // A character of a class; or a fork to two places; or the end of the text or its beginning.
  struct Instruction {
    enum class Kind : std::uint8_t { kCharacter, kFork, kBegin, kEnd, kMatch };
    Kind kind = Kind::kMatch;
    bool negated = false;
    std::vector<Range> ranges;
    std::size_t next = 0, other = 0;
  };
  bool accepts(const Instruction& instruction, std::uint32_t character) const;
  void reach(std::size_t at, bool at_begin, bool at_end, std::vector<bool>& seen,
             std::vector<std::size_t>& characters, bool& matched) const;

  std::vector<Instruction> program_;
  std::size_t start_ = 0;
  bool ignore_case_ = false;
};

}  // namespace aurora::asl
