#include "local/insights/lexer.h"

#include <fmt/format.h>

#include <algorithm>

namespace aurora::local::insights {
namespace {

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool begins_name(char c) {
  return is_letter(c) || c == '_' || c == '@' || c == '$';
}
bool continues_name(char c) {
  return begins_name(c) || is_digit(c) || c == '.';
}

}  // namespace

Token Lexer::take() {
  Token taken = std::move(next_);
  taken_end_ = taken.end;
  next_ = scan();
  return taken;
}

void Lexer::skip_blanks() {
  while (at_ < query_.size()) {
    if (query_[at_] == '#') {
      at_ = std::min(query_.find('\n', at_), query_.size());
    } else if (query_[at_] == ' ' || (query_[at_] >= '\t' && query_[at_] <= '\r')) {
      ++at_;
    } else {
      return;
    }
  }
}

Token Lexer::token(Token::Kind kind, std::size_t begin) const {
  return {kind, std::string(query_.substr(begin, at_ - begin)), begin, at_};
}

Token Lexer::scan() {
  skip_blanks();
  const std::size_t begin = at_;
  if (at_ == query_.size()) return token(Token::Kind::kEnd, begin);
  const char c = query_[at_];
  if (c == '"' || c == '\'') return scan_quoted(c, Token::Kind::kText);
  if (c == '`') return scan_quoted(c, Token::Kind::kQuotedName);
  // @`aws.tag.name-with-hyphens`
  if (query_.substr(at_, 2) == "@`") {
    ++at_;
    Token quoted = scan_quoted('`', Token::Kind::kQuotedName);
    quoted.text.insert(0, "@");
    quoted.begin = begin;
    return quoted;
  }
  if (is_digit(c)) return scan_number();
  if (begins_name(c)) {
    while (at_ < query_.size() && continues_name(query_[at_])) ++at_;
    return token(Token::Kind::kName, begin);
  }
  const std::string_view two = query_.substr(at_, 2);
  at_ += two == "!=" || two == "<=" || two == ">=" || two == "=~" ? 2 : 1;
  // A character of several bytes stays whole in the refusal that it leads to.
  while (at_ < query_.size() && (static_cast<unsigned char>(query_[at_]) & 0xC0U) == 0x80U) ++at_;
  return token(Token::Kind::kSymbol, begin);
}

Token Lexer::scan_quoted(char quote, Token::Kind kind) {
  Token result{kind, "", at_, at_};
  for (++at_; at_ < query_.size(); ++at_) {
    const char c = query_[at_];
    if (c == quote) {
      result.end = ++at_;
      return result;
    }
    const char following = at_ + 1 < query_.size() ? query_[at_ + 1] : '\0';
    if (c == '\\' && (following == quote || following == '\\')) {
      result.text += following;
      ++at_;
    } else {
      result.text += c;
    }
  }
  result.end = at_;
  refuse(fmt::format("the {} is not closed", quote), result);
}

// 12, 1.5, 1e9; and with a unit right behind it a period: 5m.
Token Lexer::scan_number() {
  const std::size_t begin = at_;
  const auto digits = [&] {
    while (at_ < query_.size() && is_digit(query_[at_])) ++at_;
  };
  digits();
  if (at_ + 1 < query_.size() && query_[at_] == '.' && is_digit(query_[at_ + 1])) {
    ++at_;
    digits();
  }
  if (at_ + 1 < query_.size() && (query_[at_] == 'e' || query_[at_] == 'E') && is_digit(query_[at_ + 1])) {
    ++at_;
    digits();
  }
  if (at_ == query_.size() || !is_letter(query_[at_])) return token(Token::Kind::kNumber, begin);
  while (at_ < query_.size() && is_letter(query_[at_])) ++at_;
  return token(Token::Kind::kPeriod, begin);
}

Token Lexer::take_regex() {
  Token result{Token::Kind::kText, "", next_.begin, next_.end};
  for (at_ = next_.begin + 1; at_ < query_.size() && query_[at_] != '/'; ++at_) {
    if (query_[at_] == '\\' && at_ + 1 < query_.size()) {
      if (query_[at_ + 1] != '/') result.text += '\\';
      ++at_;
    }
    result.text += query_[at_];
  }
  if (at_ == query_.size()) refuse("the / is not closed", next_);
  result.end = taken_end_ = ++at_;
  next_ = scan();
  return result;
}

std::size_t Lexer::characters_before(std::size_t offset) const {
  return static_cast<std::size_t>(
      std::count_if(query_.begin(), query_.begin() + static_cast<long>(offset),
                    [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

std::string Lexer::place_of(std::size_t offset) const {
  const std::string_view before = query_.substr(0, offset);
  const auto line = std::count(before.begin(), before.end(), '\n') + 1;
  const auto newline = before.rfind('\n');
  const std::size_t begin = newline == std::string_view::npos ? 0 : newline + 1;
  return fmt::format("at line {} and position {}", line,
                     characters_before(offset) - characters_before(begin) + 1);
}

void Lexer::refuse(const Token& token) const {
  if (token.kind == Token::Kind::kEnd) refuse("unexpected end of query", token);
  refuse(fmt::format("unexpected symbol found {}", query_.substr(token.begin, token.end - token.begin)),
         token);
}

void Lexer::refuse(const std::string& message, const Token& token) const {
  throw QueryError(fmt::format("{} {}", message, place_of(token.begin)), characters_before(token.begin),
                   characters_before(token.end));
}

}  // namespace aurora::local::insights
