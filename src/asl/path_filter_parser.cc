// The filters of paths.
#include "asl/path_parser.h"

namespace aurora::asl {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

}  // namespace

PathFilter PathParser::parse_or() {
  if (++depth_ > kDepthMax) fail("a filter nested too deeply");
  PathFilter filter = parse_all("||", PathFilter::Kind::kOr, &PathParser::parse_and);
  --depth_;
  return filter;
}

PathFilter PathParser::parse_and() {
  return parse_all("&&", PathFilter::Kind::kAnd, &PathParser::parse_not);
}

// One part stands for itself; several become one filter of many parts, however many there are.
PathFilter PathParser::parse_all(std::string_view separator, PathFilter::Kind kind,
                                 PathFilter (PathParser::*parse_part)()) {
  PathFilter all;
  all.kind = kind;
  do {
    all.parts.push_back((this->*parse_part)());
    skip_spaces();
  } while (accept(separator));
  if (all.parts.size() > 1) return all;
  PathFilter only = std::move(all.parts.front());
  return only;
}

PathFilter PathParser::parse_not() {
  skip_spaces();
  if (peek() == '!' && peek(1) != '=') {
    ++at_;
    if (++depth_ > kDepthMax) fail("a filter nested too deeply");
    PathFilter negated;
    negated.kind = PathFilter::Kind::kNot;
    negated.parts.push_back(parse_not());
    --depth_;
    return negated;
  }
  if (accept("(")) {
    PathFilter inner = parse_or();
    skip_spaces();
    expect(')');
    return inner;
  }
  return parse_test();
}

PathFilter PathParser::parse_test() {
  PathFilter filter;
  filter.left = parse_operand();
  skip_spaces();
  const auto test = parse_operator();
  if (!test) return filter;
  filter.test = *test;
  if (filter.test == FilterOperator::kMatches) {
    filter.pattern = parse_pattern();
    filter.right.literal = true;
  } else {
    filter.right = parse_operand();
  }
  return filter;
}

std::optional<FilterOperator> PathParser::parse_operator() {
  static constexpr std::pair<std::string_view, FilterOperator> kSigns[] = {
      {"==", FilterOperator::kEqual},     {"!=", FilterOperator::kUnequal},
      {"<=", FilterOperator::kLessEqual}, {">=", FilterOperator::kGreaterEqual},
      {"=~", FilterOperator::kMatches},   {"<", FilterOperator::kLess},
      {">", FilterOperator::kGreater}};
  static constexpr std::pair<std::string_view, FilterOperator> kWords[] = {
      {"in", FilterOperator::kIn},
      {"nin", FilterOperator::kNotIn},
      {"subsetof", FilterOperator::kSubsetOf},
      {"anyof", FilterOperator::kAnyOf},
      {"noneof", FilterOperator::kNoneOf},
      {"contains", FilterOperator::kContains},
      {"size", FilterOperator::kSize},
      {"empty", FilterOperator::kEmpty}};
  for (const auto& [token, test] : kSigns)
    if (accept(token)) return test;
  for (const auto& [word, test] : kWords)
    if (accept_word(word)) return test;
  return std::nullopt;
}

// A word that does not go on.
bool PathParser::accept_word(std::string_view word) {
  const auto next = static_cast<unsigned char>(peek(word.size()));
  return !std::isalnum(next) && next != '_' && accept(word);
}

// Between slashes with flags after them, or a string.
std::shared_ptr<const Pattern> PathParser::parse_pattern() {
  skip_spaces();
  std::string text;
  bool ignore_case = false;
  if (peek() != '/') {
    text = parse_quoted();
  } else {
    for (++at_; peek() != '/'; ++at_) {
      if (at_end()) fail("the pattern is not closed");
      if (peek() == '\\' && peek(1) == '/')
        ++at_;
      else if (peek() == '\\' && at_ + 1 < text_.size())
        text += text_[at_++];
      text += text_[at_];
    }
    for (++at_; std::isalpha(static_cast<unsigned char>(peek())); ++at_) {
      if (peek() != 'i') fail("the only flag of a pattern is i");
      ignore_case = true;
    }
  }
  try {
    return std::make_shared<const Pattern>(Pattern::compile(text, ignore_case));
  } catch (const Error& e) {
    fail(e.message());
  }
}

FilterOperand PathParser::parse_operand() {
  skip_spaces();
  FilterOperand operand;
  if (peek() != '@' && peek() != '$') {
    operand.literal = parse_literal();
    return operand;
  }
  operand.from_element = peek() == '@';
  ++at_;
  if (++depth_ > kDepthMax) fail("a filter nested too deeply");
  parse_steps(operand.path, true);
  --depth_;
  return operand;
}

Json PathParser::parse_literal() {
  if (peek() == '\'' || peek() == '"') return parse_quoted();
  if (accept("true")) return true;
  if (accept("false")) return false;
  if (accept("null")) return nullptr;
  if (accept("[")) {
    Json list = Json::array();
    if (++depth_ > kDepthMax) fail("a list nested too deeply");
    for (skip_spaces(); !accept("]"); skip_spaces()) {
      if (!list.empty()) expect(',');
      skip_spaces();
      list.push_back(parse_literal());
    }
    --depth_;
    return list;
  }
  const std::size_t begin = at_;
  // A bare word is a string.
  if (std::isalpha(static_cast<unsigned char>(peek()))) {
    while (std::isalnum(static_cast<unsigned char>(peek())) || peek() == '_' || peek() == '-') ++at_;
    return std::string(text_.substr(begin, at_ - begin));
  }
  while (is_digit(peek()) || std::string_view("+-.eE").find(peek()) != std::string_view::npos) {
    if (at_end()) break;
    ++at_;
  }
  Json number = Json::parse(text_.substr(begin, at_ - begin), nullptr, false);
  if (!number.is_number()) fail("a literal or a path expected");
  return number;
}

}  // namespace aurora::asl
