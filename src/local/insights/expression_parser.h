// The expressions of CloudWatch Logs Insights queries, from their words.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "local/insights/aggregate.h"
#include "local/insights/expression.h"
#include "local/insights/lexer.h"

namespace aurora::local::insights {

// or, and, not, comparisons, in, like and =~, + and -, *, / and %, ^, signs, names, texts, numbers and calls,
// in this order of binding. One object parses all expressions of a query, and bounds them together.
class ExpressionParser {
 public:
  explicit ExpressionParser(Lexer& lexer) : lexer_(lexer) {}

  ExpressionPtr parse();
  // A name, a call or what stands in parentheses, so that a slash behind it begins a regular expression.
  ExpressionPtr parse_operand() { return primary(); }
  // The same, where calls of aggregations are allowed; they are added to `aggregates`.
  ExpressionPtr parse_with_aggregates(std::vector<AggregateSpec>& aggregates);

  // Takes the next word when it is that one, in any case.
  bool accept(std::string_view word);
  void expect(std::string_view symbol);
  // A field's name, in backquotes or without.
  std::string name();
  // A text as a regular expression, or one between slashes; named groups may be written (?<name>...).
  std::shared_ptr<const re2::RE2> regex();
  bool at_regex() const;

 private:
  ExpressionPtr any();
  ExpressionPtr all();
  ExpressionPtr negation();
  ExpressionPtr comparison();
  ExpressionPtr membership(ExpressionPtr left);
  ExpressionPtr likeness(ExpressionPtr left, bool is_expression);
  ExpressionPtr sum();
  ExpressionPtr product();
  ExpressionPtr power();
  ExpressionPtr sign();
  ExpressionPtr primary();
  ExpressionPtr call(const Token& name);
  ExpressionPtr aggregate(const AggregateFunction& function, const Token& name);
  ExpressionPtr bin(const Token& name);
  ExpressionPtr joined(Expression::Kind kind, std::string_view word,
                       ExpressionPtr (ExpressionParser::*part)());
  std::vector<ExpressionPtr> arguments();
  void check_count(const Token& name, std::size_t count, std::size_t least, std::size_t most) const;

  ExpressionPtr make(Expression expression);
  ExpressionPtr make_call(const Function& function, std::vector<ExpressionPtr> parts);
  ExpressionPtr make_pair(const Function& function, ExpressionPtr left, ExpressionPtr right);

  Lexer& lexer_;
  std::vector<AggregateSpec>* aggregates_ = nullptr;
  std::size_t nodes_ = 0;
  int depth_ = 0;
};

}  // namespace aurora::local::insights
