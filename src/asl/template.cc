#include "asl/template.h"

#include <fmt/format.h>

#include "asl/members.h"

namespace aurora::asl {

DynamicValue DynamicValue::compile(const std::string& text) {
  DynamicValue value;
  value.text_ = text;
  try {
    if (looks_like_intrinsic(text)) {
      value.expression_ = compile_intrinsic(text);
    } else {
      value.expression_.kind = Expression::Kind::kPath;
      value.expression_.path = Path::compile(text);
    }
  } catch (const Error& e) {
    value.problem_ = e.message();
  }
  return value;
}

Json DynamicValue::evaluate(const Scope& scope, Host& host, std::string_view field) const {
  if (!problem_.empty())
    throw Error("States.Runtime",
                fmt::format("The value for the field '{}' must be a valid JSONPath or a valid "
                            "intrinsic function call: {}",
                            field, problem_));
  try {
    return asl::evaluate(expression_, scope, host);
  } catch (const PathMiss&) {
    throw PathMiss(
        fmt::format("The JSONPath '{}' specified for the field '{}' could not be found in the input '{}'",
                    text_, field, dump_json(scope.data)));
  }
}

namespace {

bool is_dynamic_name(std::string_view name) {
  return name.ends_with(".$");
}

bool is_dynamic(const Json& source) {
  if (source.is_object())
    for (const auto& [name, value] : source.items())
      if (is_dynamic_name(name) || is_dynamic(value)) return true;
  if (source.is_array())
    for (const Json& element : source)
      if (is_dynamic(element)) return true;
  return false;
}

}  // namespace

Template Template::compile(const Json& source) {
  Template result;
  if (!is_dynamic(source)) {
    result.constant_ = source;
    return result;
  }
  if (source.is_array()) {
    for (const Json& element : source) result.elements_.push_back(compile(element));
    return result;
  }
  std::unordered_map<std::string, std::size_t> places;
  for (const auto& [name, value] : source.items()) {
    Member member{.name = name, .field = name, .dynamic = {}, .nested = {}};
    if (is_dynamic_name(name)) {
      member.name.resize(name.size() - 2);
      member.dynamic = DynamicValue::compile(value.is_string() ? value.get<std::string>() : dump_json(value));
    } else {
      member.nested = compile(value);
    }
    // "a" and "a.$" are the same member: the later of them counts.
    const auto [place, is_new] = places.emplace(member.name, result.members_.size());
    if (is_new)
      result.members_.push_back(std::move(member));
    else
      result.members_[place->second] = std::move(member);
  }
  return result;
}

Json Template::evaluate(const Scope& scope, Host& host) const {
  if (!members_.empty()) {
    Json object = Json::object();
    for (const Member& member : members_)
      append_member(object, member.name,
                    member.dynamic ? member.dynamic->evaluate(scope, host, member.field)
                                   : member.nested.evaluate(scope, host));
    return object;
  }
  if (!elements_.empty()) {
    Json list = Json::array();
    for (const Template& element : elements_) list.push_back(element.evaluate(scope, host));
    return list;
  }
  return constant_;
}

}  // namespace aurora::asl
