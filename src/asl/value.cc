#include "asl/value.h"

#include "base/error.h"

namespace aurora::asl {

bool depth_is_bounded(std::string_view text) {
  int depth = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') ++i;
      if (c == '"') in_string = false;
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{' || c == '[') {
      if (++depth > kJsonDepthMax) return false;
    } else if (c == '}' || c == ']') {
      --depth;
    }
  }
  return true;
}

std::optional<Value> Value::parse(std::string text) {
  if (!depth_is_bounded(text)) return std::nullopt;
  Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (json.is_discarded()) return std::nullopt;
  auto rep = std::make_shared<Rep>();
  rep->text = std::move(text);
  rep->json = std::move(json);
  return Value(std::move(rep));
}

Value Value::stored(std::string text) {
  auto rep = std::make_shared<Rep>();
  rep->text = std::move(text);
  return Value(std::move(rep));
}

Value Value::of(Json json) {
  auto rep = std::make_shared<Rep>();
  rep->text = dump_json(json);
  rep->json = std::move(json);
  return Value(std::move(rep));
}

const Json& Value::json() const {
  if (!rep_->json) rep_->json = parse_json(rep_->text, "a stored payload");
  return *rep_->json;
}

namespace {

bool equal_objects(const Json& a, const Json& b) {
  if (a.size() != b.size()) return false;
  for (const auto& [key, value] : a.items()) {
    const auto other = b.find(key);
    if (other == b.end() || !equal_values(value, *other)) return false;
  }
  return true;
}

bool equal_arrays(const Json& a, const Json& b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i)
    if (!equal_values(a[i], b[i])) return false;
  return true;
}

}  // namespace

bool equal_values(const Json& a, const Json& b) {
  if (a.is_object() && b.is_object()) return equal_objects(a, b);
  if (a.is_array() && b.is_array()) return equal_arrays(a, b);
  return a == b;
}

std::string format_value(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_object()) {
    std::string text = "{";
    for (const auto& [key, member] : value.items()) {
      if (text.size() > 1) text += ", ";
      text += key + "=" + format_value(member);
    }
    return text + "}";
  }
  if (value.is_array()) {
    std::string text = "[";
    for (const Json& element : value) {
      if (text.size() > 1) text += ", ";
      text += format_value(element);
    }
    return text + "]";
  }
  return dump_json(value);
}

}  // namespace aurora::asl
