#include "local/cloudwatch/search.h"

#include <algorithm>

#include "base/error.h"
#include "base/text.h"

namespace aurora::local::cloudwatch {
namespace {

[[noreturn]] void fail(const std::string& message) {
  throw Error("ExpressionError", message);
}

std::string unquoted(std::string_view text) {
  text = trim(text);
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"') text = text.substr(1, text.size() - 2);
  return std::string(text);
}

// Splits at `separator`, but not inside quotes.
std::vector<std::string> split_unquoted(const std::string& text, char separator) {
  std::vector<std::string> parts(1);
  bool quoted = false;
  for (const char each : text) {
    if (each == '"') quoted = !quoted;
    if (each == separator && !quoted)
      parts.emplace_back();
    else
      parts.back() += each;
  }
  return parts;
}

}  // namespace

MetricSearch::MetricSearch(const std::string& text) {
  std::string rest(trim(text));
  if (rest.starts_with('{')) {
    const std::size_t end = rest.find('}');
    if (end == std::string::npos) fail("SEARCH: the schema has no closing brace");
    read_schema(rest.substr(1, end - 1));
    rest = rest.substr(end + 1);
  }
  for (const std::string& term : split_unquoted(rest, ' '))
    if (!term.empty() && term != "AND") read_term(term);
}

void MetricSearch::read_schema(const std::string& schema) {
  const std::vector<std::string> parts = split_unquoted(schema, ',');
  space_ = unquoted(parts[0]);
  dimensions_.emplace();
  for (std::size_t i = 1; i < parts.size(); ++i) dimensions_->insert(unquoted(parts[i]));
}

void MetricSearch::read_term(const std::string& term) {
  if (term == "OR" || term == "NOT" || term.find_first_of("()") != std::string::npos)
    fail("SEARCH with OR, NOT or groups is not carried by this endpoint");
  const std::vector<std::string> parts = split_unquoted(term, '=');
  const std::string& value = parts.back();
  if (parts.size() > 2) fail("SEARCH: a term has more than one '='");
  terms_.push_back({.property = parts.size() == 2 ? unquoted(parts[0]) : "",
                    .value = unquoted(value),
                    .whole = value.starts_with('"')});
}

bool MetricSearch::holds(const Term& term, const MetricId& metric) {
  const auto fits = [&](std::string_view property, const std::string& value) {
    if (!term.property.empty() && term.property != property) return false;
    return term.whole ? value == term.value : to_lower(value).find(to_lower(term.value)) != std::string::npos;
  };
  return fits("MetricName", metric.name) || fits("Namespace", metric.space) ||
         std::ranges::any_of(metric.dimensions,
                             [&](const auto& dimension) { return fits(dimension.first, dimension.second); });
}

bool MetricSearch::matches(const MetricId& metric) const {
  if (!space_.empty() && metric.space != space_) return false;
  if (dimensions_) {
    std::set<std::string> names;
    for (const auto& [name, value] : metric.dimensions) names.insert(name);
    if (names != *dimensions_) return false;
  }
  return std::ranges::all_of(terms_, [&](const Term& term) { return holds(term, metric); });
}

}  // namespace aurora::local::cloudwatch
