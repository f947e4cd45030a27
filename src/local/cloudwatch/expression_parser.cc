#include "local/cloudwatch/expression_parser.h"

#include <charconv>

#include "base/error.h"

namespace aurora::local::cloudwatch {
namespace {

using Node = Expression::Node;
using Kind = Node::Kind;

constexpr int kNestingMax = 50;

class Parser {
 public:
  explicit Parser(const std::string& text) : text_(text) {}

  Node parse() {
    Node root = sum();
    skip_blanks();
    if (at_ != text_.size()) fail("Syntax error: unexpected \"" + text_.substr(at_, 10) + "\"");
    return root;
  }

 private:
  [[noreturn]] static void fail(const std::string& message) { throw Error("ExpressionError", message); }

  void skip_blanks() {
    while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_]))) ++at_;
  }
  char peek() {
    skip_blanks();
    return at_ < text_.size() ? text_[at_] : '\0';
  }
  bool accept(char wanted) {
    if (peek() != wanted) return false;
    ++at_;
    return true;
  }
  void expect(char wanted) {
    if (!accept(wanted)) fail(std::string("Syntax error: expected '") + wanted + "'");
  }

  Node binary(const char* operators, Node (Parser::*operand)()) {
    Node left = (this->*operand)();
    while (peek() != '\0' && std::string_view(operators).find(peek()) != std::string_view::npos) {
      Node node{.kind = Kind::kOperator, .text = std::string(1, text_[at_++])};
      node.parts.push_back(std::move(left));
      node.parts.push_back((this->*operand)());
      left = std::move(node);
    }
    return left;
  }

  Node sum() { return binary("+-", &Parser::product); }
  Node product() { return binary("*/", &Parser::power); }
  Node power() { return binary("^", &Parser::factor); }

  Node factor() {
    if (++depth_ > kNestingMax) fail("The expression is nested too deeply");
    Node node = unguarded_factor();
    --depth_;
    return node;
  }

  Node unguarded_factor() {
    const char next = peek();
    if (accept('-')) {
      Node negation{.kind = Kind::kOperator, .text = "-"};
      negation.parts.push_back({.kind = Kind::kNumber, .text = "0"});
      negation.parts.push_back(factor());
      return negation;
    }
    if (accept('(')) {
      Node inner = sum();
      expect(')');
      return inner;
    }
    if (accept('[')) return {.kind = Kind::kArray, .text = "", .parts = list(']')};
    if (next == '\'' || next == '"') return quoted(next);
    if (std::isdigit(static_cast<unsigned char>(next)) || next == '.') return number();
    if (std::isalpha(static_cast<unsigned char>(next))) return name();
    fail(next == '\0' ? "Syntax error: the expression ends early"
                      : std::string("Syntax error: unexpected '") + next + "'");
  }

  std::vector<Node> list(char end) {
    std::vector<Node> parts;
    if (accept(end)) return parts;
    do parts.push_back(sum());
    while (accept(','));
    expect(end);
    return parts;
  }

  Node quoted(char quote) {
    const std::size_t end = text_.find(quote, at_ + 1);
    if (end == std::string::npos) fail("Syntax error: a quoted text has no end");
    Node node{.kind = Kind::kText, .text = text_.substr(at_ + 1, end - at_ - 1)};
    at_ = end + 1;
    return node;
  }

  Node number() {
    Node node{.kind = Kind::kNumber, .text = ""};
    const auto [end, error] = std::from_chars(text_.data() + at_, text_.data() + text_.size(), node.number);
    if (error != std::errc()) fail("Syntax error: a number cannot be read");
    at_ = static_cast<std::size_t>(end - text_.data());
    return node;
  }

  Node name() {
    const std::size_t begin = at_;
    while (at_ < text_.size() && (std::isalnum(static_cast<unsigned char>(text_[at_])) || text_[at_] == '_'))
      ++at_;
    Node node{.kind = Kind::kId, .text = text_.substr(begin, at_ - begin)};
    if (!accept('(')) return node;
    node.kind = Kind::kCall;
    node.parts = list(')');
    return node;
  }

  const std::string& text_;
  std::size_t at_ = 0;
  int depth_ = 0;
};

}  // namespace

Expression::Node parse_expression(const std::string& text) {
  return Parser(text).parse();
}

}  // namespace aurora::local::cloudwatch
