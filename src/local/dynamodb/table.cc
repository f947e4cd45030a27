#include "local/dynamodb/table.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "local/dynamodb/errors.h"
#include "local/dynamodb/value.h"

namespace aurora::local::dynamodb {
namespace {

constexpr std::size_t kHashBytesMax = 2048;
constexpr std::size_t kRangeBytesMax = 1024;

Index make_index(const Json& definition, bool global) {
  const auto& projection = definition["Projection"];
  Index index{.name = string_or(definition, "IndexName", ""),
              .keys = key_attributes(definition["KeySchema"]),
              .global = global,
              .projection = string_or(projection, "ProjectionType", "ALL"),
              .included = {},
              .backfilling = string_or(definition, "IndexStatus", "") == "CREATING"};
  for (const auto& name : member_or_null(projection, "NonKeyAttributes")) index.included.push_back(name);
  return index;
}

std::string_view empty_kind(std::string_view type) {
  return type == "S" ? "string" : "binary";
}

bool is_empty_key(const Json& value) {
  const auto& content = content_of(value);
  return content.is_string() && content.get_ref<const std::string&>().empty();
}

void check_key_bytes(const Position& position) {
  if (position.hash.size() > kHashBytesMax) {
    throw invalid_parameter("Size of hashkey has exceeded the maximum size limit of2048 bytes");
  }
  if (position.range.size() > kRangeBytesMax) {
    throw invalid_parameter("Aggregated size of all range keys has exceeded the size limit of 1024 bytes");
  }
}

Position position_of(const KeyAttributes& keys, const Json& item) {
  return {sort_key(item[keys.hash]), keys.range.empty() ? "" : sort_key(item[keys.range])};
}

void check_index_attribute(const Index& index, const std::string& attribute, std::string_view type,
                           const Json& value) {
  if (!has_type(value, type)) {
    throw invalid_parameter(
        fmt::format("Type mismatch for Index Key {} Expected: {} Actual: {} IndexName: {}", attribute, type,
                    type_of(value), index.name));
  }
  if (!is_empty_key(value)) return;
  throw validation_error(fmt::format(
      "One or more parameter values are not valid. A value specified for a secondary index key is "
      "not supported. The AttributeValue for a key attribute cannot contain an empty {} value. "
      "IndexName: {}, IndexKey: {}",
      empty_kind(type), index.name, attribute));
}

}  // namespace

std::vector<std::string> KeyAttributes::names() const {
  if (range.empty()) return {hash};
  return {hash, range};
}

KeyAttributes key_attributes(const Json& key_schema) {
  KeyAttributes keys;
  for (const auto& element : key_schema) {
    (string_or(element, "KeyType", "") == "RANGE" ? keys.range : keys.hash) =
        string_or(element, "AttributeName", "");
  }
  return keys;
}

Table Table::from_definition(std::int64_t id, std::string region, Json definition) {
  Table table;
  table.id = id;
  table.region = std::move(region);
  table.definition = std::move(definition);
  const Json& stored = table.definition;
  table.name = string_or(stored, "TableName", "");
  table.keys = key_attributes(member_or_null(stored, "KeySchema"));
  for (const auto& attribute : member_or_null(stored, "AttributeDefinitions")) {
    table.types[string_or(attribute, "AttributeName", "")] = string_or(attribute, "AttributeType", "");
  }
  for (const auto& index : member_or_null(stored, "GlobalSecondaryIndexes")) {
    table.indexes.push_back(make_index(index, true));
  }
  for (const auto& index : member_or_null(stored, "LocalSecondaryIndexes")) {
    table.indexes.push_back(make_index(index, false));
  }
  const auto& ttl = member_or_null(stored, "TimeToLive");
  if (bool_or(ttl, "Enabled", false)) table.ttl_attribute = string_or(ttl, "AttributeName", "");
  return table;
}

const Index& Table::index(std::string_view index_name) const {
  const auto found = std::find_if(indexes.begin(), indexes.end(),
                                  [&](const Index& candidate) { return candidate.name == index_name; });
  if (found != indexes.end()) return *found;
  throw validation_error(fmt::format("The table does not have the specified index: {}", index_name));
}

const Index* Table::backfilling_index() const {
  const auto found =
      std::find_if(indexes.begin(), indexes.end(), [](const Index& index) { return index.backfilling; });
  return found == indexes.end() ? nullptr : &*found;
}

void Table::check_key_value(const std::string& attribute, const Json& value) const {
  const auto& type = types.at(attribute);
  if (!has_type(value, type)) throw validation_error("The provided key element does not match the schema");
  if (is_empty_key(value)) {
    throw invalid_parameter(
        fmt::format("The AttributeValue for a key attribute cannot contain an empty {} value. Key: {}",
                    empty_kind(type), attribute));
  }
}

Position Table::key_position(Json& key) const {
  normalize_item(key);
  if (key.size() != keys.names().size()) {
    throw validation_error("The provided key element does not match the schema");
  }
  for (const auto& attribute : keys.names()) {
    if (!key.contains(attribute))
      throw validation_error("The provided key element does not match the schema");
    check_key_value(attribute, key[attribute]);
  }
  const auto position = position_of(keys, key);
  check_key_bytes(position);
  return position;
}

Position Table::item_position(const Json& item) const {
  for (const auto& attribute : keys.names()) {
    const auto& value = member_or_null(item, attribute);
    if (value.is_null()) throw invalid_parameter(fmt::format("Missing the key {} in the item", attribute));
    const auto& type = types.at(attribute);
    if (!has_type(value, type)) {
      throw invalid_parameter(
          fmt::format("Type mismatch for key {} expected: {} actual: {}", attribute, type, type_of(value)));
    }
    if (is_empty_key(value)) {
      throw validation_error(fmt::format(
          "One or more parameter values are not valid. The AttributeValue for a key attribute cannot "
          "contain an empty {} value. Key: {}",
          empty_kind(type), attribute));
    }
  }
  const auto position = position_of(keys, item);
  check_key_bytes(position);
  for (const auto& index : indexes) {
    for (const auto& attribute : index.keys.names()) {
      const auto& value = member_or_null(item, attribute);
      if (!value.is_null()) check_index_attribute(index, attribute, types.at(attribute), value);
    }
  }
  return position;
}

std::optional<Position> Table::index_position(const Index& index, const Json& item) const {
  for (const auto& attribute : index.keys.names()) {
    const auto& value = member_or_null(item, attribute);
    // What was there before the index was made may have other types; it stays outside.
    if (value.is_null() || !has_type(value, types.at(attribute)) || is_empty_key(value)) return std::nullopt;
  }
  return position_of(index.keys, item);
}

Json Table::key_of(const Json& item, const Index* index) const {
  Json key = Json::object();
  for (const auto& attribute : keys.names()) key[attribute] = item[attribute];
  if (index == nullptr) return key;
  for (const auto& attribute : index->keys.names()) key[attribute] = item[attribute];
  return key;
}

std::optional<std::int64_t> Table::expiry_of(const Json& item) const {
  if (ttl_attribute.empty()) return std::nullopt;
  const auto& value = member_or_null(item, ttl_attribute);
  if (value.is_null() || !has_type(value, "N")) return std::nullopt;
  const auto& text = content_of(value).get_ref<const std::string&>();
  std::int64_t seconds = 0;
  // A fraction is cut off; what does not fit is no time.
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (error != std::errc() || (end != text.data() + text.size() && *end != '.')) return std::nullopt;
  return seconds;
}

bool is_projected(const Table& table, const Index& index, std::string_view attribute) {
  return index.projection == "ALL" || table.keys.contains(attribute) || index.keys.contains(attribute) ||
         std::find(index.included.begin(), index.included.end(), attribute) != index.included.end();
}

Json project_to_index(const Table& table, const Index& index, const Json& item) {
  if (index.projection == "ALL") return item;
  Json shown = Json::object();
  for (const auto& [name, value] : item.items()) {
    if (is_projected(table, index, name)) shown[name] = value;
  }
  return shown;
}

}  // namespace aurora::local::dynamodb
