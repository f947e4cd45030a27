#include "restore/scripts_split.h"

#include <fmt/format.h>

#include "base/text.h"

namespace aurora::restore {
namespace {

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v';
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// Bytes above ASCII are letters in both engines.
bool is_word_start(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}

bool is_word(char c) {
  return is_word_start(c) || is_digit(c) || c == '$';
}

// One pass over the text. Each take_…() consumes one token and never looks back.
class Splitter {
 public:
  Splitter(std::string_view text, db::Engine engine) : text_(text), mysql_(engine == db::Engine::kMySql) {
    // A byte order mark, as editors on Windows write it.
    if (text_.starts_with("\xef\xbb\xbf")) text_.remove_prefix(3);
  }

  SplitSql run() {
    while (at_ < text_.size()) take_token();
    finish_statement(at_);
    result_.below = std::move(comments_);
    return std::move(result_);
  }

 private:
  char peek(std::size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }
  bool sees(std::string_view what) const { return text_.substr(at_).starts_with(what); }
  bool in_statement() const { return begin_ != std::string_view::npos; }

  void advance(std::size_t count = 1) {
    for (; count > 0 && at_ < text_.size(); --count) line_ += text_[at_++] == '\n' ? 1 : 0;
  }

  [[noreturn]] void fail(std::size_t line, std::string_view what) const {
    throw Error("SqlMalformed", fmt::format("line {}: {}", line, what));
  }

  void take_token() {
    if (is_space(peek())) return advance();
    if (is_line_comment()) return take_line_comment();
    // MySQL runs what stands in /*! … */, so it belongs to the statement.
    if (sees("/*") && !(mysql_ && peek(2) == '!')) return take_block_comment();
    if (mysql_ && !in_statement() && take_delimiter_command()) return;
    if (depth_ == 0 && bodies_ == 0 && sees(delimiter_)) {
      finish_statement(at_);
      return advance(delimiter_.size());
    }
    begin_statement();
    take_part();
  }

  // A part of a statement.
  void take_part() {
    const char c = peek();
    if (sees("/*")) return take_block_comment();
    if (c == '\'') return take_quoted('\'', mysql_, "a string");
    if (c == '"') return take_quoted('"', mysql_, mysql_ ? "a string" : "a quoted name");
    if (c == '`' && mysql_) return take_quoted('`', false, "a quoted name");
    if (c == '$' && !mysql_ && take_dollar_quote()) return;
    if (c == '\\' && !mysql_)
      fail(line_,
           "commands of psql (\\i, \\copy, \\set …) are not SQL; the file is sent to the server itself");
    if (c == '(' && !mysql_) ++depth_;
    if (c == ')' && !mysql_ && depth_ > 0) --depth_;
    if (is_word_start(c) || is_digit(c)) return take_word();
    advance();
  }

  bool is_line_comment() const {
    if (mysql_ && peek() == '#') return true;
    if (!sees("--")) return false;
    // 5--1 is a subtraction in MySQL, whose comments need a blank after the dashes.
    return !mysql_ || at_ + 2 >= text_.size() || is_space(peek(2));
  }

  void take_line_comment() {
    const std::size_t end = std::min(text_.find('\n', at_), text_.size());
    std::string_view comment = trim(text_.substr(at_, end - at_));
    comment.remove_prefix(comment.starts_with('#') ? 1 : 2);
    if (!in_statement()) comments_.push_back({std::string(trim(comment)), line_});
    advance(end - at_);
  }

  void take_block_comment() {
    const std::size_t first = line_;
    int depth = 0;
    do {
      if (at_ >= text_.size()) fail(first, "a comment /* … begins here and does not end");
      if (sees("/*") && (depth == 0 || !mysql_)) {
        ++depth;
        advance(2);
      } else if (sees("*/")) {
        --depth;
        advance(2);
      } else {
        advance();
      }
    } while (depth > 0);
  }

  void take_quoted(char quote, bool backslashes, std::string_view what) {
    const std::size_t first = line_;
    for (advance();; advance()) {
      if (at_ >= text_.size()) fail(first, fmt::format("{} begins here and does not end", what));
      if (backslashes && peek() == '\\') {
        advance();
      } else if (peek() == quote) {
        advance();
        if (peek() != quote) return;
      }
    }
  }

  // False when the dollar begins no quote: $1 is a parameter.
  bool take_dollar_quote() {
    std::size_t length = 1;
    if (peek(1) != '$' && !is_word_start(peek(1))) return false;
    while (is_word_start(peek(length)) || is_digit(peek(length))) ++length;
    if (peek(length) != '$') return false;
    const std::string_view tag = text_.substr(at_, length + 1);
    const std::size_t end = text_.find(tag, at_ + tag.size());
    if (end == std::string_view::npos)
      fail(line_, fmt::format("a string {} begins here and does not end", tag));
    advance(end + tag.size() - at_);
    return true;
  }

  void take_word() {
    const std::size_t from = at_;
    while (is_word(peek())) advance();
    const std::string word = to_upper(text_.substr(from, at_ - from));
    if (mysql_) return;
    if (word == "E" && peek() == '\'') return take_quoted('\'', true, "a string");
    follow_bodies(word);
  }

  // CREATE FUNCTION … BEGIN ATOMIC …; …; END: the semicolons within are the body's.
  void follow_bodies(const std::string& word) {
    if (words_ < 5) {
      ++words_;
      if (words_ == 1) is_create_ = word == "CREATE";
      if (is_create_ && (word == "FUNCTION" || word == "PROCEDURE")) is_routine_ = true;
    }
    if (!is_routine_) return;
    if (word == "ATOMIC" || (word == "CASE" && bodies_ > 0)) ++bodies_;
    if (word == "END" && bodies_ > 0) --bodies_;
  }

  // "DELIMITER //" alone on its line is the client's, not the server's.
  bool take_delimiter_command() {
    constexpr std::string_view kCommand = "DELIMITER";
    if (!equals_ignore_case(text_.substr(at_, kCommand.size()), kCommand) || !is_space(peek(kCommand.size())))
      return false;
    const std::size_t end = std::min(text_.find('\n', at_), text_.size());
    delimiter_ = std::string(trim(text_.substr(at_ + kCommand.size(), end - at_ - kCommand.size())));
    if (delimiter_.empty()) fail(line_, "DELIMITER needs the mark that is to end statements");
    advance(end - at_);
    return true;
  }

  void begin_statement() {
    if (in_statement()) return;
    begin_ = at_;
    begin_line_ = line_;
  }

  void finish_statement(std::size_t end) {
    if (in_statement()) {
      if (bodies_ > 0 || depth_ > 0)
        fail(begin_line_, depth_ > 0 ? "a statement begins here whose parentheses do not close"
                                     : "a routine begins here whose BEGIN ATOMIC has no END");
      result_.statements.push_back({.text = std::string(trim(text_.substr(begin_, end - begin_))),
                                    .line = begin_line_,
                                    .above = std::move(comments_)});
      comments_.clear();
    }
    begin_ = std::string_view::npos;
    words_ = 0;
    is_create_ = is_routine_ = false;
  }

  std::string_view text_;
  const bool mysql_;
  std::string delimiter_ = ";";
  std::size_t at_ = 0;
  std::size_t line_ = 1;
  std::size_t begin_ = std::string_view::npos;
  std::size_t begin_line_ = 0;
  int depth_ = 0;   // of parentheses
  int bodies_ = 0;  // BEGIN ATOMIC and CASE that have no END yet
  int words_ = 0;
  bool is_create_ = false;
  bool is_routine_ = false;
  std::vector<SqlComment> comments_;
  SplitSql result_;
};

}  // namespace

SplitSql split_sql(std::string_view text, db::Engine engine) {
  return Splitter(text, engine).run();
}

std::vector<std::string> first_words(std::string_view statement, db::Engine engine, std::size_t count) {
  std::vector<std::string> words;
  for (std::size_t at = 0; at < statement.size() && words.size() < count;) {
    const std::string_view rest = statement.substr(at);
    if (rest.starts_with("--") || (engine == db::Engine::kMySql && rest.starts_with("#"))) {
      at += std::min(rest.find('\n'), rest.size());
    } else if (rest.starts_with("/*!")) {
      // The words within count, the version number before them does not.
      at += std::min(rest.find_first_not_of("0123456789", 3), rest.size());
    } else if (rest.starts_with("/*")) {
      at += std::min(rest.find("*/"), rest.size() - 2) + 2;
    } else if (is_word_start(rest.front())) {
      std::size_t length = 1;
      while (length < rest.size() && is_word(rest[length])) ++length;
      words.push_back(to_upper(rest.substr(0, length)));
      at += length;
    } else if (is_space(rest.front()) || rest.front() == '(') {
      ++at;
    } else {
      break;
    }
  }
  return words;
}

}  // namespace aurora::restore
