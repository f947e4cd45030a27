#include "local/logs_pattern.h"

#include <fmt/format.h>
#include <regex.h>

#include <algorithm>
#include <cctype>
#include <optional>

#include "base/error.h"
#include "base/text.h"
#include "local/logs_selector.h"

namespace aurora::local {
namespace {

// The text up to the closing `quote`, which `at` is moved behind.
std::string quoted(std::string_view text, std::size_t& at, char quote) {
  std::string result;
  for (std::size_t i = at + 1; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size() && (text[i + 1] == quote || text[i + 1] == '\\')) {
      result += text[++i];
    } else if (text[i] == quote) {
      at = i + 1;
      return result;
    } else {
      result += text[i];
    }
  }
  throw Error("InvalidPattern", fmt::format("Invalid filter pattern: the {} at {} is not closed", quote, at));
}

// AWS wants quotes around a term with other characters than letters, digits and underscores. A hyphen inside
// a term is taken as it is, because the documents of this project filter by operation ids without quotes.
void check_unquoted(std::string_view term) {
  const auto is_wrong = [](char c) {
    return c != '_' && c != '-' && std::ispunct(static_cast<unsigned char>(c));
  };
  const auto begin = std::find_if(term.begin(), term.end(), is_wrong);
  if (begin == term.end()) return;
  const auto end = std::find_if_not(begin, term.end(), is_wrong);
  throw Error("InvalidPattern",
              fmt::format("Invalid character(s) in term '{}'", std::string_view(begin, end)));
}

}  // namespace

// A POSIX extended expression: the C library matches it without recursion, so that no line and no pattern
// can exhaust the stack. The classes \d and \D, which it does not know, are spelled out.
struct LogPattern::Expression {
  explicit Expression(const std::string& text) {
    const std::string spelled = replace_all(replace_all(text, "\\d", "[0-9]"), "\\D", "[^0-9]");
    if (::regcomp(&compiled, spelled.c_str(), REG_EXTENDED | REG_NOSUB) != 0)
      throw Error("InvalidPattern",
                  fmt::format("Invalid filter pattern: %{}% is no regular expression", text));
  }
  Expression(const Expression&) = delete;
  Expression& operator=(const Expression&) = delete;
  ~Expression() { ::regfree(&compiled); }

  regex_t compiled = {};
};

LogPattern::~LogPattern() = default;
LogPattern::LogPattern(LogPattern&&) noexcept = default;
LogPattern& LogPattern::operator=(LogPattern&&) noexcept = default;

LogPattern::LogPattern(std::string_view text) {
  const std::string_view trimmed = trim(text);
  if (trimmed.starts_with("{")) {
    selector_ = parse_log_selector(trimmed);
  } else {
    parse_terms(trimmed);
  }
}

void LogPattern::parse_terms(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size()) {
    if (text[at] == ' ' || text[at] == '\t') {
      ++at;
      continue;
    }
    std::vector<Term>* terms = &all_;
    if (text[at] == '?' || text[at] == '-') {
      terms = text[at] == '?' ? &any_ : &none_;
      ++at;
    }
    Term term;
    if (at < text.size() && text[at] == '"') {
      term.text = quoted(text, at, '"');
    } else if (at < text.size() && text[at] == '%') {
      term.text = quoted(text, at, '%');
      term.expression = std::make_shared<const Expression>(term.text);
    } else {
      const std::size_t end = std::min(text.find_first_of(" \t", at), text.size());
      term.text = std::string(text.substr(at, end - at));
      check_unquoted(term.text);
      at = end;
    }
    if (!term.text.empty()) terms->push_back(std::move(term));
  }
}

bool LogPattern::contains(const std::string& message, const Term& term) {
  if (!term.expression) return message.find(term.text) != std::string::npos;
  return ::regexec(&term.expression->compiled, message.c_str(), 0, nullptr, 0) == 0;
}

bool LogPattern::matches(const std::string& message) const {
  if (selector_) {
    const Json event = parse_json_or_discard(message);
    return event.is_object() && selector_->matches(event);
  }
  const auto there = [&](const Term& term) { return contains(message, term); };
  if (std::any_of(none_.begin(), none_.end(), there)) return false;
  if (!std::all_of(all_.begin(), all_.end(), there)) return false;
  return any_.empty() || !all_.empty() || std::any_of(any_.begin(), any_.end(), there);
}

}  // namespace aurora::local
