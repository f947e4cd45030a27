#include "local/insights/expression_parser.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include "base/text.h"
#include "local/insights/period.h"

namespace aurora::local::insights {
namespace {

constexpr int kDepthMax = 50;
// Bounds the time that one record takes, and how deep a chain of operators can become.
constexpr std::size_t kNodesMax = 1000;
constexpr std::int64_t kProgramBytesMax = 1 << 20;

using Kind = Expression::Kind;
using TokenKind = Token::Kind;

bool is_symbol(const Token& token, std::string_view text) {
  return token.kind == TokenKind::kSymbol && token.text == text;
}
bool is_word(const Token& token, std::string_view text) {
  return token.kind == TokenKind::kName && equals_ignore_case(token.text, text);
}

// RE2 of Debian 12 wants (?P<name>...).
std::string with_named_groups(std::string_view pattern) {
  std::string result;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    const bool escaped = pattern[i] == '\\' && i + 1 < pattern.size();
    const bool names =
        pattern.substr(i, 3) == "(?<" && pattern.substr(i, 4) != "(?<=" && pattern.substr(i, 4) != "(?<!";
    result += names ? "(?P<" : std::string(pattern.substr(i, escaped ? 2 : 1));
    i += names ? 2 : escaped ? 1 : 0;
  }
  return result;
}

}  // namespace

ExpressionPtr ExpressionParser::make(Expression expression) {
  if (++nodes_ > kNodesMax) lexer_.refuse("the query has too many parts", lexer_.peek());
  return std::make_unique<const Expression>(std::move(expression));
}

ExpressionPtr ExpressionParser::make_call(const Function& function, std::vector<ExpressionPtr> parts) {
  return make({.kind = Kind::kCall, .function = &function, .parts = std::move(parts)});
}

ExpressionPtr ExpressionParser::make_pair(const Function& function, ExpressionPtr left, ExpressionPtr right) {
  std::vector<ExpressionPtr> parts;
  parts.push_back(std::move(left));
  parts.push_back(std::move(right));
  return make_call(function, std::move(parts));
}

bool ExpressionParser::accept(std::string_view word) {
  if (!is_symbol(lexer_.peek(), word) && !is_word(lexer_.peek(), word)) return false;
  lexer_.take();
  return true;
}

void ExpressionParser::expect(std::string_view symbol) {
  if (!accept(symbol)) lexer_.refuse(lexer_.peek());
}

std::string ExpressionParser::name() {
  const Token& next = lexer_.peek();
  if (next.kind != TokenKind::kName && next.kind != TokenKind::kQuotedName) lexer_.refuse(next);
  return lexer_.take().text;
}

bool ExpressionParser::at_regex() const {
  return is_symbol(lexer_.peek(), "/");
}

std::shared_ptr<const re2::RE2> ExpressionParser::regex() {
  const Token token = at_regex() ? lexer_.take_regex() : lexer_.take();
  if (token.kind != TokenKind::kText) lexer_.refuse(token);
  RE2::Options options(RE2::Quiet);
  options.set_max_mem(kProgramBytesMax);
  auto pattern = std::make_shared<const re2::RE2>(with_named_groups(token.text), options);
  if (!pattern->ok())
    lexer_.refuse("invalid regular expression (" + pattern->error().substr(0, 200) + ")", token);
  return pattern;
}

ExpressionPtr ExpressionParser::parse() {
  aggregates_ = nullptr;
  return any();
}

ExpressionPtr ExpressionParser::parse_with_aggregates(std::vector<AggregateSpec>& aggregates) {
  aggregates_ = &aggregates;
  ExpressionPtr expression = any();
  aggregates_ = nullptr;
  return expression;
}

ExpressionPtr ExpressionParser::joined(Kind kind, std::string_view word,
                                       ExpressionPtr (ExpressionParser::*part)()) {
  ExpressionPtr first = (this->*part)();
  if (!is_word(lexer_.peek(), word)) return first;
  std::vector<ExpressionPtr> parts;
  parts.push_back(std::move(first));
  while (accept(word)) parts.push_back((this->*part)());
  return make({.kind = kind, .parts = std::move(parts)});
}

ExpressionPtr ExpressionParser::any() {
  if (++depth_ > kDepthMax) lexer_.refuse("the query nests too deeply", lexer_.peek());
  ExpressionPtr expression = joined(Kind::kAny, "or", &ExpressionParser::all);
  --depth_;
  return expression;
}

ExpressionPtr ExpressionParser::all() {
  return joined(Kind::kAll, "and", &ExpressionParser::negation);
}

ExpressionPtr ExpressionParser::negation() {
  bool negated = false;
  while (accept("not")) negated = !negated;
  ExpressionPtr expression = comparison();
  if (!negated) return expression;
  std::vector<ExpressionPtr> parts;
  parts.push_back(std::move(expression));
  return make_call(operator_of("not"), std::move(parts));
}

ExpressionPtr ExpressionParser::comparison() {
  ExpressionPtr left = sum();
  for (const std::string_view symbol : {"=", "!=", "<=", ">=", "<", ">"})
    if (accept(symbol)) return make_pair(operator_of(symbol), std::move(left), sum());
  if (accept("=~")) return likeness(std::move(left), true);
  const bool negated = accept("not");
  ExpressionPtr result;
  if (accept("in")) {
    result = membership(std::move(left));
  } else if (accept("like")) {
    result = likeness(std::move(left), false);
  } else if (negated) {
    lexer_.refuse(lexer_.peek());
  } else {
    return left;
  }
  if (!negated) return result;
  std::vector<ExpressionPtr> parts;
  parts.push_back(std::move(result));
  return make_call(operator_of("not"), std::move(parts));
}

ExpressionPtr ExpressionParser::membership(ExpressionPtr left) {
  expect("[");
  std::vector<ExpressionPtr> parts;
  parts.push_back(std::move(left));
  do {
    if (parts.size() > kArgumentsMax) lexer_.refuse("the list has too many members", lexer_.peek());
    parts.push_back(sum());
  } while (accept(","));
  expect("]");
  return make_call(operator_of("in"), std::move(parts));
}

// `like` takes a text as it is, `=~` as a regular expression.
ExpressionPtr ExpressionParser::likeness(ExpressionPtr left, bool is_expression) {
  if (!is_expression && !at_regex()) return make_pair(operator_of("like"), std::move(left), sum());
  std::vector<ExpressionPtr> parts;
  parts.push_back(std::move(left));
  auto pattern = regex();
  return make({.kind = Kind::kMatches, .parts = std::move(parts), .pattern = std::move(pattern)});
}

ExpressionPtr ExpressionParser::sum() {
  ExpressionPtr left = product();
  for (;;) {
    const std::string_view symbol = accept("+") ? "+" : accept("-") ? "-" : "";
    if (symbol.empty()) return left;
    left = make_pair(operator_of(symbol), std::move(left), product());
  }
}

ExpressionPtr ExpressionParser::product() {
  ExpressionPtr left = power();
  for (;;) {
    const std::string_view symbol = accept("*") ? "*" : accept("/") ? "/" : accept("%") ? "%" : "";
    if (symbol.empty()) return left;
    left = make_pair(operator_of(symbol), std::move(left), power());
  }
}

ExpressionPtr ExpressionParser::power() {
  ExpressionPtr left = sign();
  while (accept("^")) left = make_pair(operator_of("^"), std::move(left), sign());
  return left;
}

ExpressionPtr ExpressionParser::sign() {
  bool negated = false;
  while (accept("-")) negated = !negated;
  ExpressionPtr expression = primary();
  if (!negated) return expression;
  std::vector<ExpressionPtr> parts;
  parts.push_back(std::move(expression));
  return make_call(operator_of("negate"), std::move(parts));
}

ExpressionPtr ExpressionParser::primary() {
  if (accept("(")) {
    ExpressionPtr expression = any();
    expect(")");
    return expression;
  }
  const Token token = lexer_.peek();
  switch (token.kind) {
    case TokenKind::kText:
    case TokenKind::kNumber:
    case TokenKind::kPeriod:
      lexer_.take();
      return make({.kind = Kind::kLiteral, .literal = Value::of(token.text)});
    case TokenKind::kQuotedName:
      lexer_.take();
      return make({.kind = Kind::kField, .name = token.text});
    case TokenKind::kName:
      lexer_.take();
      if (is_symbol(lexer_.peek(), "(")) return call(token);
      if (equals_ignore_case(token.text, "true") || equals_ignore_case(token.text, "false"))
        return make({.kind = Kind::kLiteral, .literal = Value::of(equals_ignore_case(token.text, "true"))});
      return make({.kind = Kind::kField, .name = token.text});
    default:
      lexer_.refuse(token);
  }
}

ExpressionPtr ExpressionParser::call(const Token& name) {
  if (equals_ignore_case(name.text, "bin")) return bin(name);
  if (const AggregateFunction* found = find_aggregate(name.text)) return aggregate(*found, name);
  const Function* function = find_function(name.text);
  if (function == nullptr) {
    if (is_function_not_carried(name.text))
      lexer_.refuse("the function " + name.text + " is not carried by this endpoint", name);
    lexer_.refuse("unknown function " + name.text, name);
  }
  const Token at = lexer_.peek();
  std::vector<ExpressionPtr> parts = arguments();
  check_count(name, parts.size(), function->arguments_min, function->arguments_max);
  const bool rounds = function->name == "datefloor" || function->name == "dateceil";
  if (rounds && (parts[1]->kind != Kind::kLiteral || !parse_period(parts[1]->literal.text())))
    lexer_.refuse("invalid period in " + name.text, at);
  return make_call(*function, std::move(parts));
}

std::vector<ExpressionPtr> ExpressionParser::arguments() {
  expect("(");
  std::vector<ExpressionPtr> parts;
  if (accept(")")) return parts;
  do {
    parts.push_back(any());
  } while (accept(","));
  expect(")");
  return parts;
}

void ExpressionParser::check_count(const Token& name, std::size_t count, std::size_t least,
                                   std::size_t most) const {
  if (count >= least && count <= most) return;
  const std::string wanted = least == most ? fmt::format("{}", least) : fmt::format("{} to {}", least, most);
  lexer_.refuse(
      fmt::format("{} takes {} argument{} and not {}", name.text, wanted, most == 1 ? "" : "s", count), name);
}

// bin(5m) is datefloor(@timestamp, 5m).
ExpressionPtr ExpressionParser::bin(const Token& name) {
  expect("(");
  const Token period = lexer_.take();
  if (period.kind != TokenKind::kPeriod || !parse_period(period.text))
    lexer_.refuse("invalid period in bin", period);
  expect(")");
  (void)name;
  return make_pair(*find_function("datefloor"), make({.kind = Kind::kField, .name = "@timestamp"}),
                   make({.kind = Kind::kLiteral, .literal = Value::of(period.text)}));
}

ExpressionPtr ExpressionParser::aggregate(const AggregateFunction& function, const Token& name) {
  if (aggregates_ == nullptr)
    lexer_.refuse("the aggregation " + name.text + " stands outside of stats", name);
  std::vector<AggregateSpec>& aggregates = *aggregates_;
  AggregateSpec spec{.function = &function};
  aggregates_ = nullptr;  // no aggregation of aggregations
  expect("(");
  std::size_t count = 0;
  if (function.name == "count" && accept("*")) {
    expect(")");
  } else if (!accept(")")) {
    spec.argument = any();
    count = 1;
    if (accept(",")) {
      const Token parameter = lexer_.take();
      const auto percent = Value::of(parameter.text).number();
      if (parameter.kind != TokenKind::kNumber || *percent > 100)
        lexer_.refuse("expected a percentage from 0 to 100", parameter);
      spec.parameter = *percent;
      count = 2;
    }
    expect(")");
  }
  check_count(name, count, function.arguments_min, function.arguments_max);
  aggregates_ = &aggregates;
  aggregates.push_back(std::move(spec));
  return make({.kind = Kind::kAggregate, .aggregate = aggregates.size() - 1});
}

}  // namespace aurora::local::insights
