#include "asl/path_parser.h"

#include <fmt/format.h>

#include <charconv>

namespace aurora::asl {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// A name without quotes ends at the next step, at a function's bracket, at white space, and in a filter at
// an operator.
bool ends_name(char c, bool inside_filter) {
  if (c == '\0' || c == '.' || c == '[' || c == '(' || c == ')' || c == ' ' || c == '\t' || c == '\n')
    return true;
  return inside_filter && std::string_view("=!<>&|,]").find(c) != std::string_view::npos;
}

}  // namespace

void PathParser::fail(std::string_view problem) const {
  throw Error("InvalidPath", fmt::format("{} at character {} of path '{}'", problem, at_ + 1, text_));
}

bool PathParser::accept(std::string_view token) {
  if (text_.substr(at_).substr(0, token.size()) != token) return false;
  at_ += token.size();
  return true;
}

void PathParser::expect(char c) {
  if (!accept(std::string_view(&c, 1))) fail(fmt::format("'{}' expected", c));
}

void PathParser::skip_spaces() {
  while (peek() == ' ' || peek() == '\t' || peek() == '\n' || peek() == '\r') ++at_;
}

Path PathParser::parse() {
  Path path;
  path.text_ = text_;
  if (!accept("$")) fail("'$' expected");
  path.in_context_ = accept("$");
  if (!path.in_context_) parse_variable(path);
  parse_steps(path, false);
  if (!at_end()) fail("unexpected character");
  return path;
}

// "$name" is a variable; it has no value here, as Assign is not run.
void PathParser::parse_variable(Path& path) {
  const std::size_t begin = at_;
  while (std::isalnum(static_cast<unsigned char>(peek())) || peek() == '_') ++at_;
  path.variable_ = text_.substr(begin, at_ - begin);
}

void PathParser::parse_steps(Path& path, bool inside_filter) {
  while (peek() == '.' || peek() == '[') {
    if (!path.steps_.empty() && path.steps_.back().kind == PathStep::Kind::kLength)
      fail("nothing may follow length()");
    const bool deep = accept("..");
    PathStep step;
    if (peek() == '[') {
      step = parse_bracket();
    } else {
      if (!deep) expect('.');
      step = parse_dotted(inside_filter);
    }
    step.deep = deep;
    if (path.steps_.size() >= kStepsMax) fail("a path of too many steps");
    path.steps_.push_back(std::move(step));
  }
}

PathStep PathParser::parse_dotted(bool inside_filter) {
  PathStep step;
  if (accept("*")) {
    step.kind = PathStep::Kind::kWildcard;
    return step;
  }
  const std::size_t begin = at_;
  while (!ends_name(peek(), inside_filter)) ++at_;
  if (at_ == begin) fail("a name expected");
  step.names.emplace_back(text_.substr(begin, at_ - begin));
  if (!accept("()")) return step;
  if (step.names.front() != "length") fail("only the function length() is known");
  PathStep length;
  length.kind = PathStep::Kind::kLength;
  return length;
}

PathStep PathParser::parse_bracket() {
  PathStep step;
  expect('[');
  skip_spaces();
  if (accept("*")) {
    step.kind = PathStep::Kind::kWildcard;
  } else if (accept("?")) {
    skip_spaces();
    expect('(');
    step.kind = PathStep::Kind::kFilter;
    step.filter = std::make_shared<PathFilter>(parse_or());
    skip_spaces();
    expect(')');
  } else if (accept("(@.length")) {
    parse_from_end(step);
  } else if (peek() == '\'' || peek() == '"') {
    parse_names(step);
  } else {
    parse_indices(step);
  }
  skip_spaces();
  expect(']');
  return step;
}

// [(@.length-1)] is the last element, as [-1] is.
void PathParser::parse_from_end(PathStep& step) {
  step.kind = PathStep::Kind::kIndices;
  accept("()");
  skip_spaces();
  if (peek() != '-') fail("'-' expected");
  ++at_;
  skip_spaces();
  if (!is_digit(peek())) fail("a number expected");
  step.indices.push_back(-parse_integer());
  if (step.indices.back() == 0) fail("a number of at least 1 expected");
  expect(')');
}

void PathParser::parse_names(PathStep& step) {
  step.kind = PathStep::Kind::kNames;
  do {
    skip_spaces();
    step.names.push_back(parse_quoted());
    skip_spaces();
  } while (accept(","));
}

bool PathParser::at_integer() const {
  return is_digit(peek()) || (peek() == '-' && is_digit(peek(1)));
}

void PathParser::parse_indices(PathStep& step) {
  std::optional<std::int64_t> first;
  if (at_integer()) first = parse_integer();
  skip_spaces();
  if (accept(":")) {
    step.kind = PathStep::Kind::kSlice;
    step.from = first;
    skip_spaces();
    if (at_integer()) step.to = parse_integer();
    return;
  }
  if (!first) fail("an index, a name in quotes, '*' or a filter expected");
  step.kind = PathStep::Kind::kIndices;
  step.indices.push_back(*first);
  while (accept(",")) {
    skip_spaces();
    if (!at_integer()) fail("an index expected");
    step.indices.push_back(parse_integer());
    skip_spaces();
  }
}

// A backslash escapes the quote in use and itself; before anything else it stands for itself.
std::string PathParser::parse_quoted() {
  const char quote = peek();
  if (quote != '\'' && quote != '"') fail("a name in quotes expected");
  ++at_;
  std::string name;
  while (peek() != quote) {
    if (at_end()) fail("the quote is not closed");
    if (peek() == '\\' && (peek(1) == quote || peek(1) == '\\')) ++at_;
    name += text_[at_++];
  }
  ++at_;
  return name;
}

std::int64_t PathParser::parse_integer() {
  std::int64_t value = 0;
  const char* begin = text_.data() + at_;
  const auto [end, failure] = std::from_chars(begin, text_.data() + text_.size(), value);
  if (failure != std::errc{}) fail("a number too large");
  at_ += static_cast<std::size_t>(end - begin);
  return value;
}

}  // namespace aurora::asl
