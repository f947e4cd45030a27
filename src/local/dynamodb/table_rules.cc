#include "local/dynamodb/table_rules.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "base/text.h"
#include "local/dynamodb/errors.h"
#include "local/dynamodb/table.h"

namespace aurora::local::dynamodb {
namespace {

constexpr std::size_t kLocalIndexesMax = 5;
constexpr std::size_t kGlobalIndexesMax = 20;

std::vector<std::string> attribute_names(const Json& list) {
  std::vector<std::string> names;
  for (const auto& element : list) names.push_back(string_or(element, "AttributeName", ""));
  return names;
}

bool is_table_character(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '-' ||
         c == '.';
}

void check_name(const std::string& name, std::string_view member) {
  if (name.size() < 3 || name.size() > 255) {
    throw validation_error(
        fmt::format("{} must be at least 3 characters long and at most 255 characters long", member));
  }
  if (!std::all_of(name.begin(), name.end(), is_table_character)) {
    const std::string place = to_lower(member.substr(0, 1)) + std::string(member.substr(1));
    throw constraint_error(name, place, "Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+");
  }
}

void check_definitions(const Json& definitions) {
  if (!definitions.is_array() || definitions.empty()) {
    throw validation_error(
        "One or more parameter values were invalid: Some AttributeDefinitions are not valid. "
        "AttributeDefinitions "
        "must not be empty");
  }
  std::set<std::string> seen;
  for (const auto& definition : definitions) {
    const auto name = string_or(definition, "AttributeName", "");
    if (name.empty() || name.size() > 255) {
      throw constraint_error(name, "attributeDefinitions.1.member.attributeName",
                             "Member must have length greater than or equal to 1");
    }
    const auto type = string_or(definition, "AttributeType", "");
    if (type != "S" && type != "N" && type != "B") {
      throw constraint_error(type, "attributeDefinitions.1.member.attributeType",
                             "Member must satisfy enum value set: [B, N, S]");
    }
    if (!seen.insert(name).second) {
      throw invalid_parameter(fmt::format("Duplicate AttributeName in AttributeDefinitions: {}", name));
    }
  }
}

void check_key_schema(const Json& schema, const Json& definitions) {
  if (!schema.is_array() || schema.empty() || schema.size() > 2) {
    throw constraint_error(dump_json(schema), "keySchema", "Member must have length between 1 and 2");
  }
  const auto keys = attribute_names(schema);
  const auto defined = attribute_names(definitions);
  const bool all_defined = std::all_of(keys.begin(), keys.end(), [&](const auto& key) {
    return std::find(defined.begin(), defined.end(), key) != defined.end();
  });
  if (!all_defined) {
    throw invalid_parameter(
        fmt::format("Some index key attributes are not defined in AttributeDefinitions. Keys: [{}], "
                    "AttributeDefinitions: [{}]",
                    fmt::join(keys, ", "), fmt::join(defined, ", ")));
  }
  if (keys.size() == 2 && keys[0] == keys[1]) {
    throw validation_error("Both the Hash Key and the Range Key element in the KeySchema have the same name");
  }
  if (string_or(schema[0], "KeyType", "") != "HASH") {
    throw validation_error("Invalid KeySchema: The first KeySchemaElement is not a HASH key type");
  }
  if (schema.size() == 2 && string_or(schema[1], "KeyType", "") != "RANGE") {
    throw validation_error("Invalid KeySchema: The second KeySchemaElement is not a RANGE key type");
  }
}

void check_projection(const Json& projection) {
  const auto type = string_or(projection, "ProjectionType", "null");
  if (type != "ALL" && type != "KEYS_ONLY" && type != "INCLUDE") {
    throw invalid_parameter(fmt::format("Unknown ProjectionType: {}", type));
  }
  const auto& included = member_or_null(projection, "NonKeyAttributes");
  if (!included.is_null() && type != "INCLUDE") {
    throw invalid_parameter(fmt::format("ProjectionType is {}, but NonKeyAttributes is specified", type));
  }
  if (type == "INCLUDE" && included.empty()) {
    throw invalid_parameter("ProjectionType is INCLUDE, but NonKeyAttributes is not specified");
  }
}

void check_unused_definitions(const Json& input) {
  std::set<std::string> used;
  const auto use = [&used](const Json& holder) {
    for (auto& name : attribute_names(member_or_null(holder, "KeySchema"))) used.insert(std::move(name));
  };
  use(input);
  for (const auto& index : member_or_null(input, "GlobalSecondaryIndexes")) use(index);
  for (const auto& index : member_or_null(input, "LocalSecondaryIndexes")) use(index);
  const auto defined = attribute_names(input["AttributeDefinitions"]);
  if (used.size() == defined.size()) return;
  if (member_or_null(input, "GlobalSecondaryIndexes").is_null() &&
      member_or_null(input, "LocalSecondaryIndexes").is_null()) {
    throw invalid_parameter(
        "Number of attributes in KeySchema does not exactly match number of attributes defined in "
        "AttributeDefinitions");
  }
  throw invalid_parameter(
      fmt::format("Some AttributeDefinitions are not used. AttributeDefinitions: [{}], keys used: [{}]",
                  fmt::join(defined, ", "), fmt::join(used, ", ")));
}

void check_index_names(const Json& indexes, std::set<std::string>& seen) {
  for (const auto& index : indexes) {
    const auto name = string_or(index, "IndexName", "");
    if (!seen.insert(name).second) throw invalid_parameter(fmt::format("Duplicate index name: {}", name));
  }
}

void check_index(const Json& index, const Json& definitions) {
  check_name(string_or(index, "IndexName", ""), "IndexName");
  check_key_schema(member_or_null(index, "KeySchema"), definitions);
  check_projection(member_or_null(index, "Projection"));
}

void check_local_indexes(const Json& input) {
  const auto& indexes = member_or_null(input, "LocalSecondaryIndexes");
  if (indexes.is_null()) return;
  if (indexes.empty()) throw invalid_parameter("List of LocalSecondaryIndexes is empty");
  const auto table = key_attributes(input["KeySchema"]);
  if (table.range.empty()) {
    throw invalid_parameter(
        "Table KeySchema does not have a range key, which is required when specifying a LocalSecondaryIndex");
  }
  for (const auto& index : indexes) {
    check_index(index, input["AttributeDefinitions"]);
    const auto name = string_or(index, "IndexName", "");
    const auto keys = key_attributes(index["KeySchema"]);
    if (keys.range.empty()) {
      throw invalid_parameter(fmt::format("Index KeySchema does not have a range key for index: {}", name));
    }
    if (keys.hash != table.hash) {
      throw invalid_parameter(fmt::format(
          "Index KeySchema does not have the same leading hash key as table KeySchema for index: {}. "
          "index hash key: {}, table hash key: {}",
          name, keys.hash, table.hash));
    }
  }
  if (indexes.size() > kLocalIndexesMax) {
    throw invalid_parameter("Number of LocalSecondaryIndexes exceeds per-table limit of 5");
  }
}

void check_global_indexes(const Json& input, std::string_view billing_mode) {
  const auto& indexes = member_or_null(input, "GlobalSecondaryIndexes");
  if (indexes.is_null()) return;
  if (indexes.empty()) throw invalid_parameter("List of GlobalSecondaryIndexes is empty");
  for (const auto& index : indexes) check_global_index(index, input["AttributeDefinitions"], billing_mode);
  if (indexes.size() > kGlobalIndexesMax) {
    throw invalid_parameter("GlobalSecondaryIndex count exceeds the per-table limit of 20");
  }
}

}  // namespace

std::string table_name_of(const Json& input, std::string_view member) {
  auto name = string_or(input, member, "");
  if (name.empty()) {
    throw validation_error(
        fmt::format("The parameter '{}' is required but was not present in the request", member));
  }
  if (name.starts_with("arn:")) {
    const auto begin = name.find(":table/");
    if (begin == std::string::npos) throw validation_error("Invalid table ARN: " + name);
    name = split(name.substr(begin + 7), '/').front();
  }
  check_name(name, member);
  return name;
}

void check_global_index(const Json& index, const Json& definitions, std::string_view billing_mode) {
  check_index(index, definitions);
  const bool has_throughput = !member_or_null(index, "ProvisionedThroughput").is_null();
  const auto name = string_or(index, "IndexName", "");
  if (billing_mode == "PAY_PER_REQUEST" && has_throughput) {
    throw invalid_parameter(fmt::format(
        "ProvisionedThroughput should not be specified for index: {} when BillingMode is PAY_PER_REQUEST",
        name));
  }
  if (billing_mode == "PROVISIONED" && !has_throughput) {
    throw invalid_parameter(fmt::format("ProvisionedThroughput must be specified for index: {}", name));
  }
}

void check_throughput(const Json& input, std::string_view billing_mode) {
  const auto& throughput = member_or_null(input, "ProvisionedThroughput");
  if (billing_mode != "PROVISIONED" && billing_mode != "PAY_PER_REQUEST") {
    throw constraint_error(billing_mode, "billingMode",
                           "Member must satisfy enum value set: [PROVISIONED, PAY_PER_REQUEST]");
  }
  if (billing_mode == "PAY_PER_REQUEST") {
    if (throughput.is_null()) return;
    throw invalid_parameter(
        "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is "
        "PAY_PER_REQUEST");
  }
  for (const auto* member : {"ReadCapacityUnits", "WriteCapacityUnits"}) {
    if (member_or_null(throughput, member).is_null()) {
      throw invalid_parameter(
          "ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED");
    }
    const auto units = int_or(throughput, member, 0);
    if (units < 1) {
      throw constraint_error(std::to_string(units), fmt::format("provisionedThroughput.{}", member),
                             "Member must have value greater than or equal to 1");
    }
  }
}

void check_create_table(const Json& input) {
  const auto billing_mode = string_or(input, "BillingMode", "PROVISIONED");
  check_throughput(input, billing_mode);
  check_definitions(member_or_null(input, "AttributeDefinitions"));
  check_key_schema(member_or_null(input, "KeySchema"), input["AttributeDefinitions"]);
  check_local_indexes(input);
  check_global_indexes(input, billing_mode);
  std::set<std::string> names;
  check_index_names(member_or_null(input, "LocalSecondaryIndexes"), names);
  check_index_names(member_or_null(input, "GlobalSecondaryIndexes"), names);
  check_unused_definitions(input);
  if (bool_or(member_or_null(input, "StreamSpecification"), "StreamEnabled", false)) {
    throw validation_error(
        "DynamoDB Streams are not available on this endpoint; leave StreamSpecification out");
  }
}

}  // namespace aurora::local::dynamodb
