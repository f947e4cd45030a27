#include "asl/intrinsic.h"

#include <fmt/format.h>

#include "asl/intrinsic_functions.h"

namespace aurora::asl {
namespace {

class IntrinsicParser {
 public:
  explicit IntrinsicParser(std::string_view text) : text_(text) {}

  Expression parse() {
    Expression call = parse_call();
    skip_spaces();
    if (at_ < text_.size()) fail("unexpected text after the call");
    return call;
  }

 private:
  // The quota of Step Functions.
  static constexpr int kDepthMax = 10;

  [[noreturn]] void fail(std::string_view problem) const {
    throw Error("InvalidIntrinsic", fmt::format("{} at character {} of '{}'", problem, at_ + 1, text_));
  }
  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  static bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
  void skip_spaces() {
    while (is_space(peek())) ++at_;
  }
  bool accept(char c) {
    if (peek() != c || at_ >= text_.size()) return false;
    ++at_;
    return true;
  }

  Expression parse_call() {
    if (++depth_ > kDepthMax) fail("calls nested too deeply: 10 are allowed");
    const std::size_t begin = at_;
    while (at_ < text_.size() && (std::isalnum(static_cast<unsigned char>(peek())) || peek() == '.')) ++at_;
    Expression call;
    call.kind = Expression::Kind::kCall;
    call.function = text_.substr(begin, at_ - begin);
    if (!find_intrinsic(call.function)) fail(fmt::format("no intrinsic function '{}'", call.function));
    skip_spaces();
    if (!accept('(')) fail("'(' expected");
    skip_spaces();
    while (!accept(')')) {
      if (!call.arguments.empty() && !accept(',')) fail("',' or ')' expected");
      call.arguments.push_back(parse_argument());
      skip_spaces();
    }
    call.text = text_.substr(begin, at_ - begin);
    check(call);
    --depth_;
    return call;
  }

  void check(const Expression& call) const {
    const IntrinsicFunction& function = *find_intrinsic(call.function);
    if (call.arguments.size() < function.arguments_min || call.arguments.size() > function.arguments_max)
      fail(fmt::format("{} does not take {} arguments", call.function, call.arguments.size()));
    for (const Expression& argument : call.arguments)
      if (function.numbers_only && argument.kind == Expression::Kind::kLiteral &&
          !argument.literal.is_number())
        fail(fmt::format("{} takes numbers", call.function));
  }

  Expression parse_argument() {
    skip_spaces();
    if (peek() == '\'') return parse_string();
    if (peek() == '$') return parse_path();
    if (looks_like_intrinsic(text_.substr(at_))) return parse_call();
    return parse_word();
  }

  // true, false, null and numbers.
  Expression parse_word() {
    const std::size_t begin = at_;
    while (at_ < text_.size() && peek() != ',' && peek() != ')' && !is_space(peek())) ++at_;
    Expression word;
    word.literal = Json::parse(text_.substr(begin, at_ - begin), nullptr, false);
    if (word.literal.is_discarded() || word.literal.is_structured() || word.literal.is_string())
      fail("a string in single quotes, a number, a path or a call expected");
    return word;
  }

  Expression parse_string() {
    ++at_;
    Expression literal;
    std::string cooked;
    while (peek() != '\'') {
      if (at_ >= text_.size()) fail("the quote is not closed");
      const char next = at_ + 1 < text_.size() ? text_[at_ + 1] : '\0';
      const bool escape = peek() == '\\' && (next == '\'' || next == '\\' || next == '{' || next == '}');
      if (peek() == '\\' && !escape) fail("a backslash must escape a quote, a brace or a backslash");
      if (escape && next != '\'') literal.raw += '\\';
      if (escape) ++at_;
      literal.raw += peek();
      cooked += peek();
      ++at_;
    }
    ++at_;
    literal.literal = std::move(cooked);
    return literal;
  }

  // A path ends at a comma or bracket that is not inside its own brackets or quotes.
  Expression parse_path() {
    const std::size_t begin = at_;
    int open = 0;
    char quote = '\0';
    for (; at_ < text_.size(); ++at_) {
      const char c = peek();
      if (quote) {
        if (c == '\\') ++at_;
        if (c == quote) quote = '\0';
      } else if (open > 0 && (c == '\'' || c == '"')) {
        quote = c;
      } else if (c == '[' || c == '(') {
        ++open;
      } else if ((c == ']' || c == ')') && open > 0) {
        --open;
      } else if (open == 0 && (c == ',' || c == ')' || is_space(c))) {
        break;
      }
    }
    at_ = std::min(at_, text_.size());
    Expression path;
    path.kind = Expression::Kind::kPath;
    try {
      path.path = Path::compile(text_.substr(begin, at_ - begin));
    } catch (const Error& e) {
      fail(e.message());
    }
    return path;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  int depth_ = 0;
};

Json call_function(const Expression& call, const Scope& scope, Host& host) {
  Arguments arguments{.values = {}, .format_template = {}, .host = host};
  for (const Expression& argument : call.arguments)
    arguments.values.push_back(evaluate(argument, scope, host));
  if (!call.arguments.empty()) {
    const Expression& first = call.arguments.front();
    if (first.kind == Expression::Kind::kLiteral && first.literal.is_string())
      arguments.format_template = first.raw;
    else if (arguments.values.front().is_string())
      arguments.format_template = arguments.values.front().get<std::string>();
  }
  try {
    Json result = find_intrinsic(call.function)->call(arguments);
    scope.meter.keep(result);
    return result;
  } catch (const IntrinsicFailure& e) {
    throw IntrinsicFailure(
        fmt::format("The function '{}' had the following error: {}", call.text, e.message()));
  }
}

}  // namespace

bool looks_like_intrinsic(std::string_view text) {
  return text.starts_with("States.");
}

Expression compile_intrinsic(std::string_view text) {
  return IntrinsicParser(text).parse();
}

Json evaluate(const Expression& expression, const Scope& scope, Host& host) {
  switch (expression.kind) {
    case Expression::Kind::kLiteral:
      return expression.literal;
    case Expression::Kind::kPath:
      return expression.path.evaluate(scope);
    case Expression::Kind::kCall:
      break;
  }
  return call_function(expression, scope, host);
}

}  // namespace aurora::asl
