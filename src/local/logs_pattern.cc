#include "local/logs_pattern.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <regex>

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

}  // namespace

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
      term = {quoted(text, at, '%'), true};
    } else {
      const std::size_t end = std::min(text.find_first_of(" \t", at), text.size());
      term.text = std::string(text.substr(at, end - at));
      at = end;
    }
    if (!term.text.empty()) terms->push_back(std::move(term));
  }
}

bool LogPattern::contains(const std::string& message, const Term& term) const {
  if (!term.is_expression) return message.find(term.text) != std::string::npos;
  try {
    return std::regex_search(message, std::regex(term.text));
  } catch (const std::regex_error&) {
    throw Error("InvalidPattern",
                fmt::format("Invalid filter pattern: %{}% is no regular expression", term.text));
  }
}

bool LogPattern::matches(const std::string& message) const {
  if (selector_) {
    const Json event = Json::parse(message, nullptr, false);
    return event.is_object() && selector_->matches(event);
  }
  const auto there = [&](const Term& term) { return contains(message, term); };
  if (std::any_of(none_.begin(), none_.end(), there)) return false;
  if (!std::all_of(all_.begin(), all_.end(), there)) return false;
  return any_.empty() || !all_.empty() || std::any_of(any_.begin(), any_.end(), there);
}

}  // namespace aurora::local
