#include "local/dynamodb/lexer.h"

#include <fmt/format.h>

#include "base/error.h"
#include "base/text.h"

namespace aurora::local::dynamodb {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_word_character(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

std::size_t word_end(std::string_view text, std::size_t position) {
  while (position < text.size() && is_word_character(text[position])) ++position;
  return position;
}

// The kind of the token at `begin`, and where it ends; `begin` itself when no token begins there.
std::pair<Token::Kind, std::size_t> scan(std::string_view text, std::size_t begin) {
  const char c = text[begin];
  if (c == '#' || c == ':') {
    const auto end = word_end(text, begin + 1);
    const auto kind = c == '#' ? Token::Kind::kPlaceholder : Token::Kind::kValue;
    return {kind, end == begin + 1 ? begin : end};
  }
  if (is_digit(c)) {
    auto end = begin;
    while (end < text.size() && is_digit(text[end])) ++end;
    return {Token::Kind::kIndex, end};
  }
  if (is_word_character(c)) return {Token::Kind::kName, word_end(text, begin)};
  const auto pair = text.substr(begin, 2);
  if (pair == "<>" || pair == "<=" || pair == ">=") return {Token::Kind::kSymbol, begin + 2};
  const bool single = std::string_view("=<>()[].,+-").find(c) != std::string_view::npos;
  return {Token::Kind::kSymbol, single ? begin + 1 : begin};
}

}  // namespace

bool Token::is_word(std::string_view word) const {
  return kind == Kind::kName && equals_ignore_case(text, word);
}

std::string syntax_error(std::string_view expression, const std::vector<Token>& tokens,
                         std::size_t position) {
  const auto begin = tokens[position == 0 ? 0 : position - 1].offset;
  const auto& next = tokens[std::min(position + 1, tokens.size() - 1)];
  const auto end = next.kind == Token::Kind::kEnd ? expression.size() : next.offset + next.text.size();
  return fmt::format("Syntax error; token: \"{}\", near: \"{}\"", tokens[position].text,
                     trim(expression.substr(begin, end - begin)));
}

std::vector<Token> tokenize(std::string_view expression) {
  std::vector<Token> tokens;
  std::size_t position = 0;
  while (true) {
    while (position < expression.size() && is_space(expression[position])) ++position;
    if (position == expression.size()) break;
    const auto [kind, end] = scan(expression, position);
    if (end == position) {
      tokens.push_back({Token::Kind::kSymbol, expression.substr(position, 1), position});
      throw Error("ExpressionError", syntax_error(expression, tokens, tokens.size() - 1));
    }
    tokens.push_back({kind, expression.substr(position, end - position), position});
    position = end;
  }
  tokens.push_back({Token::Kind::kEnd, "<EOF>", expression.size()});
  return tokens;
}

}  // namespace aurora::local::dynamodb
