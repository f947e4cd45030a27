#include "local/events_pattern.h"

#include <fmt/format.h>

#include <algorithm>

#include "aws/error.h"
#include "base/text.h"

namespace aurora::local {
namespace {

[[noreturn]] void invalid(const std::string& why) {
  throw aws::ServiceError("InvalidEventPatternException", "Event pattern is not valid. Reason: " + why);
}

bool is_scalar(const Json& value) {
  return value.is_string() || value.is_number() || value.is_boolean() || value.is_null();
}

// "*" stands for any characters.
bool matches_wildcard(std::string_view pattern, std::string_view text) {
  std::size_t p = 0, t = 0, star = std::string_view::npos, mark = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      mark = t;
    } else if (p < pattern.size() && pattern[p] == text[t]) {
      ++p, ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++mark;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

bool compares(const std::string& operation, double value, double limit) {
  if (operation == "=") return value == limit;
  if (operation == "<") return value < limit;
  if (operation == "<=") return value <= limit;
  if (operation == ">") return value > limit;
  return value >= limit;
}

void check_numeric(const Json& comparison) {
  static constexpr std::string_view kOperations[] = {"=", "<", "<=", ">", ">="};
  if (!comparison.is_array() || comparison.empty() || comparison.size() % 2 != 0)
    invalid("numeric must be a list of operators and numbers");
  for (std::size_t i = 0; i < comparison.size(); i += 2)
    if (!comparison[i].is_string() || !comparison[i + 1].is_number() ||
        std::find(std::begin(kOperations), std::end(kOperations), comparison[i].get<std::string>()) ==
            std::end(kOperations))
      invalid("numeric must be a list of operators (=, <, <=, >, >=) and numbers");
}

void check_text(const std::string& name, const Json& argument) {
  if (!argument.is_string()) invalid(name + " must be a string");
}

void check_anything_but(const Json& argument) {
  if (argument.is_object()) {
    if (argument.size() != 1 || (!argument.contains("prefix") && !argument.contains("suffix")))
      invalid("anything-but takes values, prefix or suffix");
    return check_text("anything-but", *argument.begin());
  }
  if (argument.is_array() && !argument.empty() && std::all_of(argument.begin(), argument.end(), is_scalar))
    return;
  if (!is_scalar(argument) || argument.is_null()) invalid("anything-but must be a value or a list of values");
}

void check_matcher(const Json& matcher) {
  if (is_scalar(matcher)) return;
  if (!matcher.is_object() || matcher.size() != 1)
    invalid("a match is a value or an object with one operator");
  const std::string& name = matcher.begin().key();
  const Json& argument = matcher.begin().value();
  if (name == "exists") {
    if (!argument.is_boolean()) invalid("exists must be true or false");
  } else if (name == "numeric") {
    check_numeric(argument);
  } else if (name == "anything-but") {
    check_anything_but(argument);
  } else if (name == "prefix" || name == "suffix" || name == "equals-ignore-case" || name == "wildcard") {
    check_text(name, argument);
  } else {
    invalid("Unrecognized match type " + name);
  }
}

bool matches_text(const std::string& name, const std::string& argument, const std::string& text) {
  if (name == "prefix") return text.starts_with(argument);
  if (name == "suffix") return text.ends_with(argument);
  if (name == "equals-ignore-case") return to_lower(text) == to_lower(argument);
  return matches_wildcard(argument, text);
}

bool matches_anything_but(const Json& argument, const Json& value) {
  if (argument.is_object())
    return !value.is_string() ||
           !matches_text(argument.begin().key(), argument.begin().value().get<std::string>(),
                         value.get<std::string>());
  if (argument.is_array()) return std::find(argument.begin(), argument.end(), value) == argument.end();
  return value != argument;
}

// One value of the event, which is there.
bool matches_value(const Json& matcher, const Json& value) {
  if (!matcher.is_object()) return matcher == value;
  const std::string& name = matcher.begin().key();
  const Json& argument = matcher.begin().value();
  if (name == "exists") return argument.get<bool>();
  if (name == "anything-but") return matches_anything_but(argument, value);
  if (name == "numeric") {
    if (!value.is_number()) return false;
    for (std::size_t i = 0; i < argument.size(); i += 2)
      if (!compares(argument[i].get<std::string>(), value.get<double>(), argument[i + 1].get<double>()))
        return false;
    return true;
  }
  return value.is_string() && matches_text(name, argument.get<std::string>(), value.get<std::string>());
}

bool wants_absence(const Json& matcher) {
  return matcher.is_object() && matcher.contains("exists") && matcher["exists"] == false;
}

// A field whose value is a list matches when one of its elements does.
bool matches_field(const Json& matchers, const Json* value) {
  return std::any_of(matchers.begin(), matchers.end(), [&](const Json& matcher) {
    if (value == nullptr) return wants_absence(matcher);
    if (wants_absence(matcher)) return false;
    if (!value->is_array()) return matches_value(matcher, *value);
    return std::any_of(value->begin(), value->end(),
                       [&](const Json& each) { return matches_value(matcher, each); });
  });
}

}  // namespace

void check_event_pattern(const Json& pattern) {
  if (!pattern.is_object() || pattern.empty()) invalid("a pattern is an object with at least one field");
  for (const auto& [name, value] : pattern.items()) {
    if (name == "$or") {
      if (!value.is_array() || value.size() < 2) invalid("$or must be a list of at least two patterns");
      for (const Json& each : value) check_event_pattern(each);
    } else if (value.is_object()) {
      check_event_pattern(value);
    } else if (value.is_array() && !value.empty()) {
      for (const Json& matcher : value) check_matcher(matcher);
    } else {
      invalid(fmt::format("\"{}\" must be an object or an array", name));
    }
  }
}

bool matches_event(const Json& pattern, const Json& event) {
  for (const auto& [name, value] : pattern.items()) {
    if (name == "$or") {
      if (std::none_of(value.begin(), value.end(),
                       [&](const Json& each) { return matches_event(each, event); }))
        return false;
      continue;
    }
    const auto field = event.is_object() ? event.find(name) : event.end();
    const Json* found = event.is_object() && field != event.end() ? &*field : nullptr;
    if (value.is_object()) {
      if (!matches_event(value, found != nullptr ? *found : Json::object())) return false;
    } else if (!matches_field(value, found)) {
      return false;
    }
  }
  return true;
}

}  // namespace aurora::local
