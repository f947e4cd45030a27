#include "aws/dynamodb.h"

#include "base/text.h"

namespace aurora::aws {
namespace {

void add_condition(Json& input, const std::string& condition, const Json& names, const Json& values) {
  if (!condition.empty()) input["ConditionExpression"] = condition;
  if (!names.empty()) input["ExpressionAttributeNames"] = names;
  if (!values.empty()) input["ExpressionAttributeValues"] = to_item(values);
}

// A number whose text is not one of JSON's own numbers (38 digits) stays text.
Json number_from(const std::string& text) {
  const Json number = parse_json_or_discard(text);
  return number.is_number() && number.dump() == text ? number : Json(text);
}

}  // namespace

Json to_attribute(const Json& value) {
  switch (value.type()) {
    case Json::value_t::null:
    case Json::value_t::discarded:
      return {{"NULL", true}};
    case Json::value_t::boolean:
      return {{"BOOL", value}};
    case Json::value_t::number_integer:
    case Json::value_t::number_unsigned:
    case Json::value_t::number_float:
      return {{"N", value.dump()}};
    case Json::value_t::object:
      return {{"M", to_item(value)}};
    case Json::value_t::array: {
      Json list = Json::array();
      for (const Json& element : value) list.push_back(to_attribute(element));
      return {{"L", list}};
    }
    default:
      return {{"S", value}};
  }
}

Json from_attribute(const Json& attribute) {
  if (!attribute.is_object() || attribute.size() != 1) return nullptr;
  const std::string& kind = attribute.begin().key();
  const Json& value = attribute.begin().value();
  if (kind == "S" || kind == "B" || kind == "BOOL" || kind == "SS" || kind == "BS") return value;
  if (kind == "N") return number_from(value.get<std::string>());
  if (kind == "M") return from_item(value);
  Json list = Json::array();
  if (kind == "L")
    for (const Json& element : value) list.push_back(from_attribute(element));
  else if (kind == "NS")
    for (const Json& element : value) list.push_back(number_from(element.get<std::string>()));
  else
    return nullptr;
  return list;
}

Json to_item(const Json& object) {
  Json item = Json::object();
  for (const auto& [key, value] : object.items()) item[key] = to_attribute(value);
  return item;
}

Json from_item(const Json& item) {
  Json object = Json::object();
  for (const auto& [key, attribute] : item.items()) object[key] = from_attribute(attribute);
  return object;
}

std::optional<Json> DynamoDb::get(const std::string& table, const Json& key) {
  const Json answer = api_->call("dynamodb", region_, "GetItem",
                                 {{"TableName", table}, {"Key", to_item(key)}, {"ConsistentRead", true}});
  const Json& item = member_or_null(answer, "Item");
  if (!item.is_object()) return std::nullopt;
  return from_item(item);
}

void DynamoDb::put(const std::string& table, const Json& item, const std::string& condition,
                   const Json& names, const Json& values) {
  Json input{{"TableName", table}, {"Item", to_item(item)}};
  if (!condition.empty()) add_condition(input, condition, names, values);
  api_->call("dynamodb", region_, "PutItem", input);
}

void DynamoDb::remove(const std::string& table, const Json& key) {
  api_->call("dynamodb", region_, "DeleteItem", {{"TableName", table}, {"Key", to_item(key)}});
}

void DynamoDb::remove(const std::string& table, const Json& key, const std::string& condition,
                      const Json& names, const Json& values) {
  Json input{{"TableName", table}, {"Key", to_item(key)}};
  add_condition(input, condition, names, values);
  api_->call("dynamodb", region_, "DeleteItem", input);
}

Json DynamoDb::update(const std::string& table, const Json& key, const std::string& expression,
                      const std::string& condition, const Json& names, const Json& values) {
  Json input{{"TableName", table},
             {"Key", to_item(key)},
             {"UpdateExpression", expression},
             {"ReturnValues", "ALL_NEW"}};
  add_condition(input, condition, names, values);
  return from_item(member_or_null(api_->call("dynamodb", region_, "UpdateItem", input), "Attributes"));
}

std::vector<Json> DynamoDb::query(const std::string& table, const std::string& key_name,
                                  const std::string& key_value) {
  return pages("Query",
               {{"TableName", table},
                {"KeyConditionExpression", "#k = :k"},
                {"ExpressionAttributeNames", {{"#k", key_name}}},
                {"ExpressionAttributeValues", to_item({{":k", key_value}})},
                {"ConsistentRead", true}},
               SIZE_MAX);
}

std::vector<Json> DynamoDb::scan(const std::string& table, const std::string& filter, const Json& names,
                                 const Json& values, std::size_t items_max) {
  Json input{{"TableName", table}};
  if (!filter.empty()) {
    input["FilterExpression"] = filter;
    if (!names.empty()) input["ExpressionAttributeNames"] = names;
    if (!values.empty()) input["ExpressionAttributeValues"] = to_item(values);
  }
  return pages("Scan", std::move(input), items_max);
}

std::vector<Json> DynamoDb::pages(const std::string& operation, Json input, std::size_t items_max) {
  std::vector<Json> items;
  for (;;) {
    const Json answer = api_->call("dynamodb", region_, operation, input);
    for (const Json& item : member_or_null(answer, "Items")) {
      if (items.size() == items_max) return items;
      items.push_back(from_item(item));
    }
    const Json& last = member_or_null(answer, "LastEvaluatedKey");
    if (!last.is_object() || last.empty()) return items;
    input["ExclusiveStartKey"] = last;
  }
}

}  // namespace aurora::aws
