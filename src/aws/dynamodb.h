// DynamoDB as the pipeline uses it: items as plain JSON.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "aws/client.h"

namespace aurora::aws {

// Plain JSON <-> DynamoDB's typed attribute values ({"S": "x"}). Numbers keep their text; sets become
// lists; binary values their raw bytes. Objects and arrays nest.
Json to_attribute(const Json& value);
Json from_attribute(const Json& attribute);
Json to_item(const Json& object);
Json from_item(const Json& item);

class DynamoDb {
 public:
  DynamoDb(Api& api, std::string region) : api_(&api), region_(std::move(region)) {}

  // A strongly consistent read.
  std::optional<Json> get(const std::string& table, const Json& key);
  // Replaces the item when `condition` holds; an empty condition always does. `names` and `values` are
  // those of the expression, values plain. Throws ServiceError "ConditionalCheckFailedException".
  void put(const std::string& table, const Json& item, const std::string& condition = {},
           const Json& names = Json::object(), const Json& values = Json::object());
  void remove(const std::string& table, const Json& key);
  // Removes the item when `condition` holds.
  void remove(const std::string& table, const Json& key, const std::string& condition, const Json& names,
              const Json& values);
  // Changes attributes of the item in place when `condition` holds, and gives the whole item as it is then.
  // `expression` is an update expression ("SET #a = :a").
  Json update(const std::string& table, const Json& key, const std::string& expression,
              const std::string& condition, const Json& names, const Json& values);
  // All items under one hash key, in the order of the range key.
  std::vector<Json> query(const std::string& table, const std::string& key_name, const std::string& key_value);
  // All items of the table that pass `filter` (empty: all), page by page; `items_max` bounds the result.
  std::vector<Json> scan(const std::string& table, const std::string& filter, const Json& names,
                         const Json& values, std::size_t items_max);

 private:
  std::vector<Json> pages(const std::string& operation, Json input, std::size_t items_max);

  Api* api_;
  std::string region_;
};

}  // namespace aurora::aws
