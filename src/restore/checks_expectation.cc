#include "restore/checks_expectation.h"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <cstdlib>

#include "base/dates.h"
#include "base/text.h"

namespace aurora::restore {
namespace {

constexpr std::size_t kShownMax = 200;

std::string cut(const std::string& text) {
  if (text.size() <= kShownMax) return text;
  std::size_t end = kShownMax;
  // Not in the middle of a character of UTF-8.
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  return text.substr(0, end) + "…";
}

std::optional<long double> number_of(std::string_view text) {
  const std::string copy(trim(text));
  if (copy.empty()) return std::nullopt;
  char* end = nullptr;
  const long double number = std::strtold(copy.c_str(), &end);
  if (end != copy.c_str() + copy.size() || !std::isfinite(number)) return std::nullopt;
  return number;
}

int compare_numbers(long double a, long double b) {
  return a < b ? -1 : a > b ? 1 : 0;
}

// 'it''s' without its quotes.
std::optional<std::string> quoted_text(std::string_view text) {
  if (text.size() < 2 || text.front() != '\'' || text.back() != '\'') return std::nullopt;
  text = text.substr(1, text.size() - 2);
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\'' && (i + 1 >= text.size() || text[++i] != '\'')) return std::nullopt;
    plain += text[i];
  }
  return plain;
}

bool is_count(std::string_view text) {
  return !text.empty() && text.size() < 16 && text.find_first_not_of("0123456789") == std::string_view::npos;
}

std::optional<std::chrono::seconds> duration_of(std::string_view text) {
  static constexpr std::array<std::pair<char, std::int64_t>, 5> kUnits{
      {{'s', 1}, {'m', 60}, {'h', 3600}, {'d', 86400}, {'w', 604800}}};
  if (text.empty()) return std::nullopt;
  for (const auto& [unit, seconds] : kUnits) {
    if (text.back() != unit) continue;
    const std::string_view digits = trim(text.substr(0, text.size() - 1));
    if (!is_count(digits) || digits.size() > 8) return std::nullopt;
    return std::chrono::seconds(std::stoll(std::string(digits)) * seconds);
  }
  return std::nullopt;
}

// What follows `word` and a blank; nothing when `text` does not begin so.
std::optional<std::string_view> after_word(std::string_view text, std::string_view word) {
  if (text.size() <= word.size() || !equals_ignore_case(text.substr(0, word.size()), word))
    return std::nullopt;
  const std::string_view rest = text.substr(word.size());
  if (rest.front() != ' ' && rest.front() != '\t') return std::nullopt;
  return trim(rest);
}

}  // namespace

std::optional<TimePoint> parse_server_time(std::string_view text) {
  std::string iso(trim(text));
  if (iso.size() > 10 && iso[10] == ' ') iso[10] = 'T';
  if (iso.size() == 10) return parse_iso(iso);
  const std::size_t zone = iso.find_first_of("+-Z", 11);
  if (zone == std::string::npos) return parse_iso(iso + "Z");
  // PostgreSQL writes +00 and +05:30.
  if (iso[zone] != 'Z' && iso.size() - zone == 3) iso += ":00";
  return parse_iso(iso);
}

std::optional<Expectation::Relation> Expectation::relation_of(std::string_view text) {
  if (text == "=" || text == "==") return Relation::kEqual;
  if (text == "!=" || text == "<>") return Relation::kNot;
  if (text == "<") return Relation::kLess;
  if (text == "<=") return Relation::kAtMost;
  if (text == ">") return Relation::kGreater;
  if (text == ">=") return Relation::kAtLeast;
  return std::nullopt;
}

bool Expectation::holds(int comparison, Relation relation) {
  switch (relation) {
    case Relation::kLess:
      return comparison < 0;
    case Relation::kAtMost:
      return comparison <= 0;
    case Relation::kEqual:
      return comparison == 0;
    case Relation::kNot:
      return comparison != 0;
    case Relation::kAtLeast:
      return comparison >= 0;
    case Relation::kGreater:
      return comparison > 0;
  }
  return false;
}

bool Expectation::parse_rows(std::string_view rest) {
  of_ = Of::kRows;
  if (const std::size_t dots = rest.find(".."); dots != std::string_view::npos) {
    operand_ = std::string(trim(rest.substr(0, dots)));
    upper_ = std::string(trim(rest.substr(dots + 2)));
    return is_count(operand_) && is_count(*upper_) && std::stoll(operand_) <= std::stoll(*upper_);
  }
  const std::size_t end = rest.find_first_not_of("<>=!");
  if (end == std::string_view::npos) return false;
  const auto relation = end == 0 ? Relation::kEqual : relation_of(rest.substr(0, end));
  if (!relation) return false;
  relation_ = *relation;
  operand_ = std::string(trim(rest.substr(end)));
  return is_count(operand_);
}

bool Expectation::parse_value(std::string_view rest) {
  of_ = Of::kValue;
  const std::size_t end = rest.find_first_not_of("<>=!");
  if (end == std::string_view::npos || end == 0) return false;
  const auto relation = relation_of(rest.substr(0, end));
  if (!relation) return false;
  relation_ = *relation;
  const std::string_view operand = trim(rest.substr(end));
  if (const auto text = quoted_text(operand)) {
    is_text_ = true;
    operand_ = *text;
    return true;
  }
  operand_ = std::string(operand);
  return number_of(operand_).has_value();
}

bool Expectation::parse_between(std::string_view rest) {
  of_ = Of::kValue;
  const std::string lower = to_lower(rest);
  const std::size_t word = lower.find(" and ");
  if (word == std::string::npos) return false;
  operand_ = std::string(trim(rest.substr(0, word)));
  upper_ = std::string(trim(rest.substr(word + 5)));
  const auto from = number_of(operand_);
  const auto to = number_of(*upper_);
  return from && to && *from <= *to;
}

bool Expectation::parse_age(std::string_view rest, Relation relation) {
  of_ = Of::kAge;
  relation_ = relation;
  const auto age = duration_of(rest);
  if (age) age_ = *age;
  return age.has_value();
}

std::optional<Expectation> Expectation::parse(std::string_view text) {
  text = trim(text);
  Expectation expectation;
  expectation.text_ = std::string(text);
  bool understood = false;
  if (equals_ignore_case(text, "non-empty")) {
    understood = expectation.parse_rows(">= 1");
  } else if (equals_ignore_case(text, "empty")) {
    understood = expectation.parse_rows("0");
  } else if (equals_ignore_case(text, "null") || equals_ignore_case(text, "not null")) {
    expectation.of_ = Of::kNull;
    expectation.relation_ = equals_ignore_case(text, "null") ? Relation::kEqual : Relation::kNot;
    understood = true;
  } else if (const auto rows = after_word(text, "rows")) {
    understood = expectation.parse_rows(*rows);
  } else if (const auto value = after_word(text, "value")) {
    const auto range = after_word(*value, "between");
    understood = range ? expectation.parse_between(*range) : expectation.parse_value(*value);
  } else if (const auto equal = after_word(text, "equals")) {
    understood = expectation.parse_value(fmt::format("= {}", *equal));
  } else if (const auto range = after_word(text, "between")) {
    understood = expectation.parse_between(*range);
  } else if (const auto younger = after_word(text, "younger than")) {
    understood = expectation.parse_age(*younger, Relation::kLess);
  } else if (const auto older = after_word(text, "older than")) {
    understood = expectation.parse_age(*older, Relation::kGreater);
  }
  if (!understood) return std::nullopt;
  return expectation;
}

bool Expectation::is_met_by(const std::string& value, std::string& trouble) const {
  if (is_text_)
    return holds(value.compare(operand_) < 0 ? -1 : value.compare(operand_) > 0 ? 1 : 0, relation_);
  const auto number = number_of(value);
  if (!number) {
    trouble = "no number";
    return false;
  }
  if (upper_)
    return compare_numbers(*number, *number_of(operand_)) >= 0 &&
           compare_numbers(*number, *number_of(*upper_)) <= 0;
  return holds(compare_numbers(*number, *number_of(operand_)), relation_);
}

std::string Expectation::seen(const db::Result& result) const {
  if (of_ == Of::kRows) return fmt::format("{} rows", result.rows.size());
  if (result.rows.size() != 1 || result.rows[0].empty())
    return fmt::format("{} rows instead of one", result.rows.size());
  return result.rows[0][0] ? cut(*result.rows[0][0]) : "null";
}

std::optional<std::string> Expectation::differs(const db::Result& result, TimePoint now) const {
  const std::string shown = seen(result);
  if (of_ == Of::kRows) {
    const auto rows = static_cast<std::int64_t>(result.rows.size());
    const std::int64_t least = std::stoll(operand_);
    const bool met = upper_ ? rows >= least && rows <= std::stoll(*upper_)
                            : holds(rows < least   ? -1
                                    : rows > least ? 1
                                                   : 0,
                                    relation_);
    return met ? std::nullopt : std::optional(shown);
  }
  if (result.rows.size() != 1 || result.rows[0].empty()) return shown;
  const std::optional<std::string>& value = result.rows[0][0];
  if (of_ == Of::kNull)
    return value.has_value() == (relation_ == Relation::kNot) ? std::nullopt : std::optional(shown);
  if (!value) return shown;
  if (of_ == Of::kAge) {
    const auto when = parse_server_time(*value);
    if (!when) return shown + ", which is no time";
    const Duration age = now - *when;
    return holds(age < age_   ? -1
                 : age > age_ ? 1
                              : 0,
                 relation_)
               ? std::nullopt
               : std::optional(fmt::format("{}, which is {} old", shown, human_duration(age)));
  }
  std::string trouble;
  if (is_met_by(*value, trouble)) return std::nullopt;
  return trouble.empty() ? shown : fmt::format("{}, which is {}", shown, trouble);
}

}  // namespace aurora::restore
