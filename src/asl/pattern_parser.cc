#include "asl/pattern_parser.h"

#include <fmt/format.h>

#include "base/error.h"

namespace aurora::asl {
namespace {

constexpr std::uint32_t kLastCharacter = 0x10FFFF;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

}  // namespace

std::uint32_t next_character(std::string_view text, std::size_t& at) {
  const auto lead = static_cast<unsigned char>(text[at++]);
  if (lead < 0xC0) return lead;
  std::uint32_t point = lead & (lead < 0xE0 ? 0x1Fu : lead < 0xF0 ? 0x0Fu : 0x07u);
  while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80)
    point = (point << 6) | (static_cast<unsigned char>(text[at++]) & 0x3Fu);
  return point;
}

void PatternParser::fail(std::string_view problem) const {
  throw Error("InvalidPattern", fmt::format("{} at character {} of pattern '{}'", problem, at_ + 1, text_));
}

bool PatternParser::accept(char c) {
  if (at_ >= text_.size() || text_[at_] != c) return false;
  ++at_;
  return true;
}

std::size_t PatternParser::parse() {
  const Node node = parse_any();
  if (at_ < text_.size()) fail("unexpected character");
  return emit(node, add({}));
}

PatternParser::Node PatternParser::parse_any() {
  if (++depth_ > kDepthMax) fail("groups nested too deeply");
  Node any{.kind = Node::Kind::kAny, .character = {}, .parts = {}};
  do {
    any.parts.push_back(parse_all());
  } while (accept('|'));
  --depth_;
  return any;
}

PatternParser::Node PatternParser::parse_all() {
  Node all;
  while (at_ < text_.size() && peek() != '|' && peek() != ')') all.parts.push_back(parse_repeated());
  return all;
}

PatternParser::Node PatternParser::parse_repeated() {
  Node node = parse_one();
  Node repeat{.kind = Node::Kind::kRepeat, .character = {}, .parts = {}};
  if (!parse_counts(repeat)) return node;
  repeat.parts.push_back(std::move(node));
  accept('?');  // as few as possible: the same for a match of the whole
  Node more;
  if (parse_counts(more)) fail("a repetition of a repetition");
  return repeat;
}

bool PatternParser::parse_counts(Node& repeat) {
  if (accept('*')) {
    repeat.most = -1;
  } else if (accept('+')) {
    repeat.least = 1;
    repeat.most = -1;
  } else if (accept('?')) {
    repeat.most = 1;
  } else if (accept('{')) {
    repeat.least = repeat.most = parse_number();
    if (accept(',')) repeat.most = peek() == '}' ? -1 : parse_number();
    if (!accept('}')) fail("'}' expected");
    if (repeat.most >= 0 && repeat.most < repeat.least) fail("a range whose end is before its beginning");
  } else {
    return false;
  }
  return true;
}

int PatternParser::parse_number() {
  if (!is_digit(peek())) fail("a number expected");
  int value = 0;
  while (is_digit(peek())) {
    value = value * 10 + (text_[at_++] - '0');
    if (value > kRepeatMax) fail("a number too large");
  }
  return value;
}

PatternParser::Node PatternParser::parse_one() {
  Node node{.kind = Node::Kind::kCharacter, .character = {}, .parts = {}};
  node.character.kind = Instruction::Kind::kCharacter;
  if (accept('(')) {
    if (accept('?') && !accept(':')) fail("only groups without names are known");
    node = parse_any();
    if (!accept(')')) fail("')' expected");
  } else if (accept('^')) {
    node.kind = Node::Kind::kBegin;
  } else if (accept('$')) {
    node.kind = Node::Kind::kEnd;
  } else if (accept('[')) {
    node = parse_class();
  } else if (accept('\\')) {
    parse_escape(node.character);
  } else if (accept('.')) {
    node.character.negated = true;
    node.character.ranges = {{'\n', '\n'}, {'\r', '\r'}};
  } else {
    if (std::string_view("*+?{").find(peek()) != std::string_view::npos) fail("nothing to repeat");
    const std::uint32_t literal = next_character(text_, at_);
    node.character.ranges = {{literal, literal}};
  }
  return node;
}

PatternParser::Node PatternParser::parse_class() {
  Node node{.kind = Node::Kind::kCharacter, .character = {}, .parts = {}};
  node.character.kind = Instruction::Kind::kCharacter;
  node.character.negated = accept('^');
  do {
    if (at_ >= text_.size()) fail("the class is not closed");
    parse_class_part(node.character);
  } while (!accept(']'));
  return node;
}

void PatternParser::parse_class_part(Instruction& set) {
  if (accept('\\')) return parse_escape(set);
  if (peek() == '[') fail("a class inside a class");
  const std::uint32_t first = next_character(text_, at_);
  std::uint32_t last = first;
  if (peek() == '-' && at_ + 1 < text_.size() && text_[at_ + 1] != ']') {
    ++at_;
    if (accept('\\') && at_ >= text_.size()) fail("nothing after the backslash");
    last = next_character(text_, at_);
    if (last < first) fail("a range whose end is before its beginning");
  }
  set.ranges.push_back({first, last});
}

void PatternParser::parse_escape(Instruction& set) {
  if (at_ >= text_.size()) fail("nothing after the backslash");
  using Ranges = std::vector<Pattern::Range>;
  const auto add_ranges = [&](const Ranges& ranges) {
    set.ranges.insert(set.ranges.end(), ranges.begin(), ranges.end());
  };
  const std::uint32_t c = next_character(text_, at_);
  switch (c) {
    case 'd':
      return add_ranges({{'0', '9'}});
    case 'D':
      return add_ranges({{0, '0' - 1}, {'9' + 1, kLastCharacter}});
    case 'w':
      return add_ranges({{'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}});
    case 'W':
      return add_ranges(
          {{0, '0' - 1}, {'9' + 1, 'A' - 1}, {'Z' + 1, '_' - 1}, {'`', '`'}, {'z' + 1, kLastCharacter}});
    case 's':
      return add_ranges({{'\t', '\r'}, {' ', ' '}});
    case 'S':
      return add_ranges({{0, '\t' - 1}, {'\r' + 1, ' ' - 1}, {' ' + 1, kLastCharacter}});
    case 't':
      return add_ranges({{'\t', '\t'}});
    case 'n':
      return add_ranges({{'\n', '\n'}});
    case 'r':
      return add_ranges({{'\r', '\r'}});
    default:
      if (c < 0x80 && std::isalnum(static_cast<int>(c))) fail("an escape that is not known");
      add_ranges({{c, c}});
  }
}

std::size_t PatternParser::add(Instruction instruction) {
  if (program_.size() >= kProgramMax) fail("a pattern too large");
  program_.push_back(std::move(instruction));
  return program_.size() - 1;
}

std::size_t PatternParser::fork(std::size_t next, std::size_t other) {
  return add({.kind = Instruction::Kind::kFork, .ranges = {}, .next = next, .other = other});
}

std::size_t PatternParser::emit(const Node& node, std::size_t next) {
  if (++emitted_ > kEmittedMax) fail("a pattern too large");
  switch (node.kind) {
    case Node::Kind::kCharacter: {
      Instruction character = node.character;
      character.next = next;
      return add(std::move(character));
    }
    case Node::Kind::kBegin:
      return add({.kind = Instruction::Kind::kBegin, .ranges = {}, .next = next});
    case Node::Kind::kEnd:
      return add({.kind = Instruction::Kind::kEnd, .ranges = {}, .next = next});
    case Node::Kind::kAll:
      for (auto part = node.parts.rbegin(); part != node.parts.rend(); ++part) next = emit(*part, next);
      return next;
    case Node::Kind::kAny: {
      std::size_t begin = emit(node.parts.back(), next);
      for (std::size_t i = node.parts.size() - 1; i-- > 0;) begin = fork(emit(node.parts[i], next), begin);
      return begin;
    }
    case Node::Kind::kRepeat:
      break;
  }
  return emit_repeat(node, next);
}

std::size_t PatternParser::emit_repeat(const Node& node, std::size_t next) {
  const Node& part = node.parts.front();
  std::size_t begin = next;
  if (node.most < 0) {
    const std::size_t again = fork(next, next);
    program_[again].next = emit(part, again);
    begin = again;
  }
  for (int i = node.least; i < node.most; ++i) begin = fork(emit(part, begin), next);
  for (int i = 0; i < node.least; ++i) begin = emit(part, begin);
  return begin;
}

}  // namespace aurora::asl
