#include "asl/pattern.h"

#include <algorithm>

#include "asl/pattern_parser.h"

namespace aurora::asl {
namespace {

std::uint32_t other_case(std::uint32_t c) {
  if (c >= 'a' && c <= 'z') return c - 'a' + 'A';
  return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c;
}

}  // namespace

Pattern Pattern::compile(std::string_view text, bool ignore_case) {
  Pattern pattern;
  pattern.ignore_case_ = ignore_case;
  pattern.start_ = PatternParser(text, pattern.program_).parse();
  return pattern;
}

bool Pattern::accepts(const Instruction& instruction, std::uint32_t character) const {
  const auto inside = [&](std::uint32_t c) {
    return std::any_of(instruction.ranges.begin(), instruction.ranges.end(),
                       [&](const Range& range) { return c >= range.first && c <= range.last; });
  };
  const bool found = inside(character) || (ignore_case_ && inside(other_case(character)));
  return found != instruction.negated;
}

// Notes the character instructions that can be reached from `at` without a character.
void Pattern::reach(std::size_t at, bool at_begin, bool at_end, std::vector<bool>& seen,
                    std::vector<std::size_t>& characters, bool& matched) const {
  std::vector<std::size_t> open{at};
  while (!open.empty()) {
    at = open.back();
    open.pop_back();
    if (seen[at]) continue;
    seen[at] = true;
    const Instruction& instruction = program_[at];
    switch (instruction.kind) {
      case Instruction::Kind::kCharacter:
        characters.push_back(at);
        break;
      case Instruction::Kind::kFork:
        open.push_back(instruction.next);
        open.push_back(instruction.other);
        break;
      case Instruction::Kind::kBegin:
        if (at_begin) open.push_back(instruction.next);
        break;
      case Instruction::Kind::kEnd:
        if (at_end) open.push_back(instruction.next);
        break;
      case Instruction::Kind::kMatch:
        matched = true;
        break;
    }
  }
}

bool Pattern::matches(std::string_view text, Meter& meter) const {
  std::vector<bool> seen(program_.size());
  std::vector<std::size_t> characters;
  bool matched = false;
  reach(start_, true, text.empty(), seen, characters, matched);
  for (std::size_t at = 0; at < text.size();) {
    meter.visit(1 + program_.size() / 4);
    const std::uint32_t character = next_character(text, at);
    std::vector<std::size_t> reached;
    std::fill(seen.begin(), seen.end(), false);
    matched = false;
    for (const std::size_t each : characters)
      if (accepts(program_[each], character))
        reach(program_[each].next, false, at >= text.size(), seen, reached, matched);
    characters = std::move(reached);
    if (characters.empty() && !matched) return false;
  }
  return matched;
}

}  // namespace aurora::asl
