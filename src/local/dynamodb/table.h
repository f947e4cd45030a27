// A table's definition in the form that the operations work with, and the rules of keys.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"

namespace aurora::local::dynamodb {

struct KeyAttributes {
  std::string hash;
  std::string range;  // empty when there is none

  std::vector<std::string> names() const;
  bool contains(std::string_view name) const { return name == hash || (!range.empty() && name == range); }
};

struct Index {
  std::string name;
  KeyAttributes keys;
  bool global = false;
  std::string projection;  // ALL, KEYS_ONLY, INCLUDE
  std::vector<std::string> included;
  bool backfilling = false;  // made for a table that has items; cannot be read yet
};

// Where an item stands, as bytes that order as the keys do; `range` is empty without a range key.
struct Position {
  std::string hash;
  std::string range;
  bool operator==(const Position&) const = default;
  auto operator<=>(const Position&) const = default;
};

struct Table {
  std::int64_t id = 0;
  std::string region;
  // As stored: the members of CreateTable's input, completed with TableArn, TableId, CreationDateTime, Tags
  // (an object), TimeToLive, PointInTimeRecovery, and Importing (true) while ImportTable fills it. A global
  // index has IndexStatus "CREATING" while it is filled, and none afterwards.
  Json definition;
  std::string name;
  KeyAttributes keys;
  std::map<std::string, std::string, std::less<>> types;  // of key attributes
  std::vector<Index> indexes;
  std::string ttl_attribute;  // empty when there is no time to live

  static Table from_definition(std::int64_t id, std::string region, Json definition);
  // Throws ValidationException when there is no such index.
  const Index& index(std::string_view index_name) const;
  // The one that is being filled, or null.
  const Index* backfilling_index() const;

  // Checks and normalises a Key of a request; throws ValidationException unless it has exactly the table's
  // key attributes.
  Position key_position(Json& key) const;
  void check_key_value(const std::string& attribute, const Json& value) const;
  // Checks the key attributes of a whole item, those of indexes included.
  Position item_position(const Json& item) const;
  // Nothing when the item is not in the index, for want of its key attributes.
  std::optional<Position> index_position(const Index& index, const Json& item) const;
  // The key attributes of an item, and those of `index` when it is given: what a page ends with.
  Json key_of(const Json& item, const Index* index = nullptr) const;
  // The second at which the item expires, when the table has a time to live and the item says so.
  std::optional<std::int64_t> expiry_of(const Json& item) const;
};

KeyAttributes key_attributes(const Json& key_schema);
// The attributes that an item of the index shows.
Json project_to_index(const Table& table, const Index& index, const Json& item);
bool is_projected(const Table& table, const Index& index, std::string_view attribute);

}  // namespace aurora::local::dynamodb
