// The words of CloudWatch Logs Insights queries.
#pragma once
#include <string>
#include <string_view>

#include "base/error.h"

namespace aurora::local::insights {

// Refuses a query; the positions count characters of the query, as QueryCompileErrorLocation does.
class QueryError : public Error {
 public:
  QueryError(const std::string& message, std::size_t begin, std::size_t end)
      : Error("MalformedQueryException", message), begin_(begin), end_(end) {}
  std::size_t begin() const { return begin_; }
  std::size_t end() const { return end_; }

 private:
  std::size_t begin_;
  std::size_t end_;
};

struct Token {
  enum class Kind { kEnd, kName, kQuotedName, kText, kNumber, kPeriod, kSymbol };
  Kind kind = Kind::kEnd;
  std::string text;  // of texts and quoted names what they hold
  std::size_t begin = 0;
  std::size_t end = 0;
};

// Gives tokens one by one; comments (# to the end of the line) and white space are left out. Whether a slash
// begins a regular expression only the parser knows, so it asks for one.
class Lexer {
 public:
  // `query` outlives the lexer.
  explicit Lexer(std::string_view query) : query_(query) { next_ = scan(); }

  const Token& peek() const { return next_; }
  Token take();
  // The regular expression that stands at the next token (which is "/"), without its slashes.
  Token take_regex();
  // The query's text from `begin` to the end of the token that was taken last.
  std::string_view text_since(std::size_t begin) const { return query_.substr(begin, taken_end_ - begin); }
  // "unexpected symbol found ..." with line and position.
  [[noreturn]] void refuse(const Token& token) const;
  // `message` and where `token` stands.
  [[noreturn]] void refuse(const std::string& message, const Token& token) const;

 private:
  Token scan();
  void skip_blanks();
  Token scan_quoted(char quote, Token::Kind kind);
  Token scan_number();
  Token token(Token::Kind kind, std::size_t begin) const;
  std::string place_of(std::size_t offset) const;
  std::size_t characters_before(std::size_t offset) const;

  std::string_view query_;
  std::size_t at_ = 0;
  std::size_t taken_end_ = 0;
  Token next_;
};

}  // namespace aurora::local::insights
