// Attribute values: what DynamoDB stores. A value is JSON with exactly one member, its type
// ({"S": "text"}, {"M": {…}}); an item is an object of attributes. Binary values are raw bytes.
#pragma once
#include <compare>
#include <optional>
#include <string>
#include <string_view>

#include "base/json.h"

namespace aurora::local::dynamodb {

inline constexpr std::size_t kItemBytesMax = 400 * 1024;

// "S", "N", "B", "BOOL", "NULL", "SS", "NS", "BS", "L" or "M".
std::string_view type_of(const Json& value);
const Json& content_of(const Json& value);
bool has_type(const Json& value, std::string_view type);
inline bool is_set_type(std::string_view type) {
  return type == "SS" || type == "NS" || type == "BS";
}

Json make_value(std::string_view type, Json content);
Json number_value(std::int64_t number);

// Checks one value, or every attribute of an item, and brings numbers to canonical form. Throws
// ValidationException, or SerializationException for JSON that is no value at all.
void normalize_value(Json& value);
void normalize_item(Json& item);

// Sets are equal regardless of order, maps of the order of their members.
bool equal_values(const Json& a, const Json& b);
// The order of two strings, numbers or binaries; nothing for other types or for two different ones.
std::optional<std::strong_ordering> compare_values(const Json& a, const Json& b);

// Sizes in bytes as the Developer Guide counts them ("Item sizes and formats").
std::size_t value_size(const Json& value);
std::size_t item_size(const Json& item);

// Bytes that order as the values do; for the types that keys can have (S, N, B).
std::string sort_key(const Json& value);

// Lossless bytes for storing, binary values included.
std::string encode_item(const Json& item);
Json decode_item(std::string_view bytes);

}  // namespace aurora::local::dynamodb
