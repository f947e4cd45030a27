#include "local/dynamodb/value.h"

#include <algorithm>

#include "local/dynamodb/errors.h"
#include "local/dynamodb/number.h"

namespace aurora::local::dynamodb {
namespace {

constexpr int kNestingMax = 32;

const std::string& text_of(const Json& content) {
  if (!content.is_string()) throw serialization_error("Unexpected field type");
  return content.get_ref<const std::string&>();
}

void normalize_number(Json& content) {
  content = Number::parse(text_of(content)).text();
}

// The members of a set as text that is equal exactly when they are.
std::vector<std::string_view> sorted_members(const Json& set) {
  std::vector<std::string_view> members;
  members.reserve(set.size());
  for (const auto& member : set) members.push_back(text_of(member));
  std::sort(members.begin(), members.end());
  return members;
}

std::string printed_collection(const Json& set) {
  std::string text = "[";
  for (const auto& member : set) {
    if (text.size() > 1) text += ", ";
    text += member.get_ref<const std::string&>();
  }
  return text + "]";
}

void normalize_set(std::string_view type, Json& set) {
  if (!set.is_array()) throw serialization_error("Unexpected field type");
  if (set.empty()) {
    if (type == "SS") throw invalid_parameter("An string set  may not be empty");
    if (type == "NS") throw invalid_parameter("An number set  may not be empty");
    throw invalid_parameter("Binary sets should not be empty");
  }
  if (type == "NS") {
    for (auto& member : set) normalize_number(member);
  }
  const auto members = sorted_members(set);
  if (std::adjacent_find(members.begin(), members.end()) == members.end()) return;
  if (type == "NS") throw validation_error("Input collection contains duplicates");
  if (type == "SS")
    throw invalid_parameter("Input collection " + printed_collection(set) + " contains duplicates.");
  throw invalid_parameter("Input collection of type BS contains duplicates.");
}

void normalize(Json& value, int depth);

void normalize_content(std::string_view type, Json& content, int depth) {
  if (type == "S" || type == "B") {
    text_of(content);
  } else if (type == "N") {
    normalize_number(content);
  } else if (is_set_type(type)) {
    normalize_set(type, content);
  } else if (type == "BOOL" || type == "NULL") {
    if (!content.is_boolean()) throw serialization_error("Unexpected field type");
    if (type == "NULL" && !content.get<bool>()) {
      throw invalid_parameter("Null attribute value types must have the value of true");
    }
  } else if (type == "L" || type == "M") {
    if (type == "L" ? !content.is_array() : !content.is_object()) {
      throw serialization_error("Unexpected field type");
    }
    for (auto& element : content) normalize(element, depth + 1);
  } else {
    throw validation_error(
        "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes");
  }
}

void normalize(Json& value, int depth) {
  if (depth > kNestingMax) {
    throw validation_error(
        "Nesting Levels have exceeded supported limits: Attributes can be nested at most 32 levels deep");
  }
  if (!value.is_object()) throw serialization_error("Unexpected value type in payload");
  if (value.empty()) {
    throw validation_error(
        "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes");
  }
  if (value.size() > 1) {
    throw validation_error(
        "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported "
        "datatypes");
  }
  const std::string type = value.begin().key();
  normalize_content(type, value.begin().value(), depth);
}

bool equal_maps(const Json& a, const Json& b) {
  const auto sorted = [](const Json& map) {
    std::vector<std::pair<std::string_view, const Json*>> members;
    for (const auto& [name, value] : map.items()) members.emplace_back(name, &value);
    std::sort(members.begin(), members.end());
    return members;
  };
  const auto left = sorted(a);
  const auto right = sorted(b);
  return std::equal(left.begin(), left.end(), right.begin(), right.end(), [](const auto& x, const auto& y) {
    return x.first == y.first && equal_values(*x.second, *y.second);
  });
}

}  // namespace

std::string_view type_of(const Json& value) {
  AURORA_INVARIANT(value.is_object() && value.size() == 1);
  return value.get_ref<const Json::object_t&>().begin()->first;
}

const Json& content_of(const Json& value) {
  return value.begin().value();
}

bool has_type(const Json& value, std::string_view type) {
  return type_of(value) == type;
}

Json make_value(std::string_view type, Json content) {
  Json value = Json::object();
  value[std::string(type)] = std::move(content);
  return value;
}

Json number_value(std::int64_t number) {
  return make_value("N", std::to_string(number));
}

void normalize_value(Json& value) {
  normalize(value, 1);
}

void normalize_item(Json& item) {
  if (!item.is_object()) throw serialization_error("Unexpected field type");
  for (auto& value : item) normalize(value, 1);
}

bool equal_values(const Json& a, const Json& b) {
  const auto type = type_of(a);
  if (type != type_of(b)) return false;
  const auto& left = content_of(a);
  const auto& right = content_of(b);
  if (is_set_type(type)) return left.size() == right.size() && sorted_members(left) == sorted_members(right);
  if (type == "L") return std::equal(left.begin(), left.end(), right.begin(), right.end(), equal_values);
  if (type == "M") return left.size() == right.size() && equal_maps(left, right);
  return left == right;
}

std::optional<std::strong_ordering> compare_values(const Json& a, const Json& b) {
  const auto type = type_of(a);
  if (type != type_of(b)) return std::nullopt;
  if (type == "N") return Number::parse(text_of(content_of(a))) <=> Number::parse(text_of(content_of(b)));
  if (type == "S" || type == "B") return text_of(content_of(a)).compare(text_of(content_of(b))) <=> 0;
  return std::nullopt;
}

std::size_t value_size(const Json& value) {
  const auto type = type_of(value);
  const auto& content = content_of(value);
  if (type == "S" || type == "B") return text_of(content).size();
  if (type == "N") return Number::parse(text_of(content)).size_bytes();
  if (type == "BOOL" || type == "NULL") return 1;
  std::size_t size = 0;
  if (is_set_type(type)) {
    for (const auto& member : content) {
      size += type == "NS" ? Number::parse(text_of(member)).size_bytes() : text_of(member).size();
    }
    return size;
  }
  // A document counts 3 bytes, and one for each element.
  size = 3 + content.size();
  if (type == "L") {
    for (const auto& element : content) size += value_size(element);
    return size;
  }
  return size + item_size(content);
}

std::size_t item_size(const Json& item) {
  std::size_t size = 0;
  for (const auto& [name, value] : item.items()) size += name.size() + value_size(value);
  return size;
}

std::string sort_key(const Json& value) {
  if (has_type(value, "N")) return Number::parse(text_of(content_of(value))).sort_key();
  return text_of(content_of(value));
}

std::string encode_item(const Json& item) {
  std::string bytes;
  Json::to_cbor(item, nlohmann::detail::output_adapter<char>(bytes));
  return bytes;
}

Json decode_item(std::string_view bytes) {
  return Json::from_cbor(bytes.begin(), bytes.end());
}

}  // namespace aurora::local::dynamodb
