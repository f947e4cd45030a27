#include "local/sns_filter.h"

#include <fmt/format.h>

#include "base/error.h"
#include "base/text.h"

namespace aurora::local {
namespace {

constexpr std::size_t kKeysMax = 5;

bool compares(double value, const std::string& comparison, double limit) {
  if (comparison == "=") return value == limit;
  if (comparison == ">") return value > limit;
  if (comparison == ">=") return value >= limit;
  if (comparison == "<") return value < limit;
  return value <= limit;
}

// ["=", 100] or [">", 0, "<=", 150]
bool in_range(const Json& range, const Json& value) {
  if (!value.is_number()) return false;
  for (std::size_t i = 0; i + 1 < range.size(); i += 2)
    if (!compares(value.get<double>(), range[i].get<std::string>(), range[i + 1].get<double>())) return false;
  return true;
}

bool is_anything_but(const Json& excluded, const Json& value) {
  if (excluded.is_object() && excluded.contains("prefix"))
    return !(value.is_string() &&
             value.get<std::string>().starts_with(excluded.at("prefix").get<std::string>()));
  if (!excluded.is_array()) return value != excluded;
  return std::none_of(excluded.begin(), excluded.end(), [&](const Json& one) { return value == one; });
}

// One condition of a policy against one value that is there.
bool satisfies(const Json& condition, const Json& value) {
  if (!condition.is_object()) return condition == value;
  const std::string& kind = condition.begin().key();
  const Json& argument = condition.begin().value();
  if (kind == "exists") return argument.get<bool>();
  if (kind == "numeric") return in_range(argument, value);
  if (kind == "anything-but") return is_anything_but(argument, value);
  if (!value.is_string()) return false;
  const std::string text = value.get<std::string>();
  if (kind == "prefix") return text.starts_with(argument.get<std::string>());
  if (kind == "suffix") return text.ends_with(argument.get<std::string>());
  return equals_ignore_case(text, argument.get<std::string>());
}

bool accepts_absence(const Json& conditions) {
  return std::any_of(conditions.begin(), conditions.end(), [](const Json& condition) {
    return condition.is_object() && condition.contains("exists") && !condition.at("exists").get<bool>();
  });
}

// Any condition on any of the values.
bool accepts_values(const Json& conditions, const Json& values) {
  if (values.empty()) return accepts_absence(conditions);
  for (const Json& condition : conditions)
    for (const Json& value : values)
      if (satisfies(condition, value)) return true;
  return false;
}

Json values_of_attribute(const Json& attribute) {
  const std::string type = string_or(attribute, "DataType", "");
  const std::string text = string_or(attribute, "StringValue", "");
  const bool is_json = type == "String.Array" || type.starts_with("Number");
  Json value = is_json ? parse_json_or_discard(text) : Json(Json::value_t::discarded);
  if (value.is_discarded()) return Json::array({text});
  return value.is_array() ? value : Json::array({value});
}

void check_condition(const std::string& key, const Json& condition) {
  static constexpr std::string_view kKinds[] = {"exists", "numeric", "anything-but",
                                                "prefix", "suffix",  "equals-ignore-case"};
  if (!condition.is_object()) return;
  const auto known = [&](const std::string& kind) {
    return std::find(std::begin(kKinds), std::end(kKinds), kind) != std::end(kKinds);
  };
  if (condition.size() != 1 || !known(condition.begin().key()))
    throw Error("InvalidParameter", fmt::format("FilterPolicy: Unrecognized match type for {}", key));
  const std::string& kind = condition.begin().key();
  const Json& argument = condition.begin().value();
  const bool fits = kind == "exists"    ? argument.is_boolean()
                    : kind == "numeric" ? argument.is_array() && argument.size() % 2 == 0 && !argument.empty()
                    : kind == "anything-but"
                        ? argument.is_primitive() || argument.is_array() || argument.contains("prefix")
                        : argument.is_string();
  if (!fits)
    throw Error("InvalidParameter", fmt::format("FilterPolicy: {} of {} has the wrong type", kind, key));
}

}  // namespace

void check_filter_policy(const Json& policy) {
  if (!policy.is_object()) throw Error("InvalidParameter", "FilterPolicy: the policy must be a JSON object");
  if (policy.size() > kKeysMax)
    throw Error("InvalidParameter", fmt::format("FilterPolicy: at most {} keys are allowed", kKeysMax));
  for (const auto& [key, conditions] : policy.items()) {
    if (conditions.is_object()) {
      check_filter_policy(conditions);
      continue;
    }
    if (!conditions.is_array() || conditions.empty())
      throw Error("InvalidParameter", fmt::format("FilterPolicy: \"{}\" must be an object or an array", key));
    for (const Json& condition : conditions) {
      if (key == "$or") {
        check_filter_policy(condition);
      } else {
        check_condition(key, condition);
      }
    }
  }
}

bool filter_accepts_attributes(const Json& policy, const Json& attributes) {
  for (const auto& [key, conditions] : policy.items()) {
    if (key == "$or") {
      if (std::none_of(conditions.begin(), conditions.end(),
                       [&](const Json& one) { return filter_accepts_attributes(one, attributes); }))
        return false;
      continue;
    }
    const Json& attribute = member_or_null(attributes, key);
    if (!conditions.is_array() ||
        !accepts_values(conditions, attribute.is_null() ? Json::array() : values_of_attribute(attribute)))
      return false;
  }
  return true;
}

bool filter_accepts_body(const Json& policy, const Json& body) {
  if (!body.is_object()) return false;
  for (const auto& [key, conditions] : policy.items()) {
    const Json& value = member_or_null(body, key);
    bool accepted = false;
    if (key == "$or") {
      accepted = std::any_of(conditions.begin(), conditions.end(),
                             [&](const Json& one) { return filter_accepts_body(one, body); });
    } else if (conditions.is_object()) {
      accepted = filter_accepts_body(conditions, value);
    } else if (value.is_array()) {
      accepted = accepts_values(conditions, value);
    } else {
      accepted = accepts_values(conditions, body.contains(key) ? Json::array({value}) : Json::array());
    }
    if (!accepted) return false;
  }
  return true;
}

}  // namespace aurora::local
