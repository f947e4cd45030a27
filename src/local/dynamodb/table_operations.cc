// CreateTable, DescribeTable, ListTables, UpdateTable, DeleteTable, DescribeLimits.
#include <fmt/format.h>

#include <algorithm>

#include "base/dates.h"
#include "base/ids.h"
#include "local/dynamodb/errors.h"
#include "local/dynamodb/operations.h"
#include "local/dynamodb/table_rules.h"
#include "local/service_support.h"

namespace aurora::local::dynamodb {
namespace {

constexpr std::int64_t kListMax = 100;

aws::ServiceError table_not_found(std::string_view name) {
  return resource_not_found(fmt::format("Requested resource not found: Table: {} not found", name));
}

Table existing_table(Context& context, const Call& call) {
  const auto name = table_name_of(call.input);
  auto table = context.store.find_table(call.region, name);
  if (!table) throw table_not_found(name);
  return std::move(*table);
}

bool is_importing(const Table& table) {
  return bool_or(table.definition, "Importing", false);
}

Table changeable_table(Context& context, const Call& call) {
  Table table = existing_table(context, call);
  if (is_importing(table))
    throw aws::ServiceError(
        "ResourceInUseException",
        fmt::format("Attempt to change a resource which is still in use: Table is being created: {}",
                    table.name));
  return table;
}

Json describe_throughput(const Json& holder) {
  const auto& throughput = member_or_null(holder, "ProvisionedThroughput");
  return {{"NumberOfDecreasesToday", 0},
          {"ReadCapacityUnits", int_or(throughput, "ReadCapacityUnits", 0)},
          {"WriteCapacityUnits", int_or(throughput, "WriteCapacityUnits", 0)}};
}

Json describe_indexes(Context& context, const Table& table, bool global) {
  Json list = Json::array();
  const auto& stored =
      member_or_null(table.definition, global ? "GlobalSecondaryIndexes" : "LocalSecondaryIndexes");
  for (const auto& definition : stored) {
    const auto name = string_or(definition, "IndexName", "");
    const auto counts = context.store.count(table, &table.index(name));
    Json index = {
        {"IndexName", name},
        {"KeySchema", definition["KeySchema"]},
        {"Projection", definition["Projection"]},
        {"IndexSizeBytes", counts.bytes},
        {"ItemCount", counts.items},
        {"IndexArn", fmt::format("{}/index/{}", string_or(table.definition, "TableArn", ""), name)}};
    if (global) {
      index["IndexStatus"] = string_or(definition, "IndexStatus", "ACTIVE");
      if (definition.contains("IndexStatus")) index["Backfilling"] = true;
      index["ProvisionedThroughput"] = describe_throughput(definition);
    }
    list.push_back(std::move(index));
  }
  return list;
}

Json describe_encryption(const Json& specification) {
  Json description = {{"Status", "ENABLED"}, {"SSEType", string_or(specification, "SSEType", "KMS")}};
  const auto key = string_or(specification, "KMSMasterKeyId", "");
  if (!key.empty()) description["KMSMasterKeyArn"] = key;
  return description;
}

Json describe(Context& context, const Table& table, std::string_view status) {
  const Json& stored = table.definition;
  const auto counts = context.store.count(table);
  Json description = {{"AttributeDefinitions", stored["AttributeDefinitions"]},
                      {"TableName", table.name},
                      {"KeySchema", stored["KeySchema"]},
                      {"TableStatus", status},
                      {"CreationDateTime", stored["CreationDateTime"]},
                      {"ProvisionedThroughput", describe_throughput(stored)},
                      {"TableSizeBytes", counts.bytes},
                      {"ItemCount", counts.items},
                      {"TableArn", stored["TableArn"]},
                      {"TableId", stored["TableId"]},
                      {"DeletionProtectionEnabled", bool_or(stored, "DeletionProtectionEnabled", false)}};
  if (string_or(stored, "BillingMode", "PROVISIONED") == "PAY_PER_REQUEST") {
    description["BillingModeSummary"] = {
        {"BillingMode", "PAY_PER_REQUEST"},
        {"LastUpdateToPayPerRequestDateTime", stored["BillingModeChangedAt"]}};
  }
  for (const bool global : {false, true}) {
    Json indexes = describe_indexes(context, table, global);
    if (!indexes.empty()) {
      description[global ? "GlobalSecondaryIndexes" : "LocalSecondaryIndexes"] = std::move(indexes);
    }
  }
  const auto& encryption = member_or_null(stored, "SSESpecification");
  if (bool_or(encryption, "Enabled", false)) description["SSEDescription"] = describe_encryption(encryption);
  const auto table_class = string_or(stored, "TableClass", "");
  if (!table_class.empty()) description["TableClassSummary"] = {{"TableClass", table_class}};
  return description;
}

// The members of CreateTable that a table keeps.
constexpr const char* kKeptMembers[] = {"AttributeDefinitions",
                                        "KeySchema",
                                        "BillingMode",
                                        "ProvisionedThroughput",
                                        "LocalSecondaryIndexes",
                                        "GlobalSecondaryIndexes",
                                        "SSESpecification",
                                        "TableClass",
                                        "DeletionProtectionEnabled"};

void set_billing_mode(Context& context, Json& definition, const std::string& mode) {
  definition["BillingMode"] = mode;
  if (mode == "PAY_PER_REQUEST") {
    definition.erase("ProvisionedThroughput");
    if (definition.contains("GlobalSecondaryIndexes")) {
      for (auto& index : definition["GlobalSecondaryIndexes"]) index.erase("ProvisionedThroughput");
    }
    definition["BillingModeChangedAt"] = format_iso_millis(context.clock.now());
  }
}

void update_throughput(Context& context, const Json& input, Json& definition) {
  const auto current = string_or(definition, "BillingMode", "PROVISIONED");
  const auto mode = string_or(input, "BillingMode", current);
  const auto& requested = member_or_null(input, "ProvisionedThroughput");
  if (mode == current && requested.is_null()) return;
  if (mode == "PROVISIONED" && requested.is_null()) {
    throw invalid_parameter("ProvisionedThroughput must be specified when BillingMode is PROVISIONED");
  }
  check_throughput(input, mode);
  if (mode != current) set_billing_mode(context, definition, mode);
  if (requested.is_null()) return;
  if (mode == current && requested == member_or_null(definition, "ProvisionedThroughput")) {
    throw validation_error(
        "The provisioned throughput for the table will not change. The requested value equals the current "
        "value.");
  }
  definition["ProvisionedThroughput"] = requested;
}

// Definitions that UpdateTable brings along for a new index. What is defined already must be the same.
void merge_attribute_definitions(const Json& added, Json& definitions) {
  for (const auto& attribute : added) {
    const auto name = string_or(attribute, "AttributeName", "");
    const auto found = std::find_if(definitions.begin(), definitions.end(), [&](const Json& known) {
      return string_or(known, "AttributeName", "") == name;
    });
    if (found == definitions.end()) {
      definitions.push_back(attribute);
    } else if (*found != attribute) {
      throw invalid_parameter(fmt::format("Attribute {} is already defined with another type", name));
    }
  }
}

// Attributes that are no longer any key's are forgotten, as AWS does when an index goes.
void drop_unused_definitions(Json& definition) {
  const Table table = Table::from_definition(0, "", definition);
  Json kept = Json::array();
  for (const auto& attribute : definition["AttributeDefinitions"]) {
    const auto name = string_or(attribute, "AttributeName", "");
    const bool used = table.keys.contains(name) ||
                      std::any_of(table.indexes.begin(), table.indexes.end(),
                                  [&](const Index& index) { return index.keys.contains(name); });
    if (used) kept.push_back(attribute);
  }
  definition["AttributeDefinitions"] = std::move(kept);
}

aws::ServiceError one_at_a_time() {
  return {
      "LimitExceededException",
      "Subscriber limit exceeded: Only 1 online index can be created or deleted simultaneously per table"};
}

bool erase_index(Json& indexes, std::string_view name) {
  for (auto index = indexes.begin(); index != indexes.end(); ++index) {
    if (string_or(*index, "IndexName", "") != name) continue;
    indexes.erase(index);
    return true;
  }
  return false;
}

void create_index(const Json& create, Json& definition) {
  check_global_index(create, definition["AttributeDefinitions"],
                     string_or(definition, "BillingMode", "PROVISIONED"));
  const auto name = string_or(create, "IndexName", "");
  const Table table = Table::from_definition(0, "", definition);
  const bool taken = std::any_of(table.indexes.begin(), table.indexes.end(),
                                 [&](const Index& index) { return index.name == name; });
  if (taken)
    throw validation_error(fmt::format("Attempting to create an index which already exists: {}", name));
  if (table.backfilling_index() != nullptr) throw one_at_a_time();
  definition["GlobalSecondaryIndexes"].push_back(create);
  definition["GlobalSecondaryIndexes"].back()["IndexStatus"] = "CREATING";
}

void delete_index(const std::string& name, Json& definition) {
  if (!erase_index(definition["GlobalSecondaryIndexes"], name)) {
    throw resource_not_found("Requested resource not found");
  }
  if (definition["GlobalSecondaryIndexes"].empty()) definition.erase("GlobalSecondaryIndexes");
  drop_unused_definitions(definition);
}

void update_index(const Json& update, Json& definition) {
  for (auto& index : definition["GlobalSecondaryIndexes"]) {
    if (string_or(index, "IndexName", "") != string_or(update, "IndexName", "")) continue;
    index["ProvisionedThroughput"] = member_or_null(update, "ProvisionedThroughput");
    return;
  }
  throw resource_not_found("Requested resource not found");
}

// Changes `definition`, and drops the entries of an index that goes. Those of a new one are filled in by the
// service's background work.
void update_indexes(Context& context, const Json& updates, Table& table) {
  if (updates.is_null()) return;
  if (updates.size() > 1) throw one_at_a_time();
  for (const auto& update : updates) {
    const auto& create = member_or_null(update, "Create");
    const auto& erase = member_or_null(update, "Delete");
    const auto& change = member_or_null(update, "Update");
    if (create.is_null() && erase.is_null() && change.is_null()) {
      throw invalid_parameter(
          "One of GlobalSecondaryIndexUpdate.Update, GlobalSecondaryIndexUpdate.Create, "
          "GlobalSecondaryIndexUpdate.Delete must not be null");
    }
    if (!create.is_null()) create_index(create, table.definition);
    if (!erase.is_null()) delete_index(string_or(erase, "IndexName", ""), table.definition);
    if (!change.is_null()) update_index(change, table.definition);
    table = Table::from_definition(table.id, table.region, table.definition);
    if (!erase.is_null()) context.store.drop_index(table, string_or(erase, "IndexName", ""));
  }
}

void check_update_has_work(const Json& input) {
  for (const auto* member : {"ProvisionedThroughput", "BillingMode", "GlobalSecondaryIndexUpdates",
                             "SSESpecification", "DeletionProtectionEnabled", "TableClass"}) {
    if (!member_or_null(input, member).is_null()) return;
  }
  throw validation_error(
      "At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled, GlobalSecondaryIndexUpdates "
      "or "
      "SSESpecification or ReplicaUpdates is required");
}

}  // namespace

Table add_table(Context& context, const Call& call) {
  const auto name = table_name_of(call.input);
  check_create_table(call.input);
  if (context.store.find_table(call.region, name)) {
    throw aws::ServiceError("ResourceInUseException", fmt::format("Table already exists: {}", name));
  }
  Json definition = {{"TableName", name}};
  for (const auto* member : kKeptMembers) {
    const auto& value = member_or_null(call.input, member);
    if (!value.is_null()) definition[member] = value;
  }
  definition["TableArn"] = make_arn("dynamodb", call.region, "table/" + name);
  definition["TableId"] = new_uuid();
  definition["CreationDateTime"] = format_iso_millis(context.clock.now());
  set_billing_mode(context, definition, string_or(call.input, "BillingMode", "PROVISIONED"));
  definition["Tags"] = Json::object();
  add_tags(definition["Tags"], member_or_null(call.input, "Tags"));
  context.store.insert_table(call.region, definition);
  return *context.store.find_table(call.region, name);
}

Json create_table(Context& context, const Call& call) {
  WriteTransaction transaction(context.store.database());
  const Table table = add_table(context, call);
  Json answer = {{"TableDescription", describe(context, table, "CREATING")}};
  transaction.commit();
  return answer;
}

Json describe_table(Context& context, const Call& call) {
  const Table table = existing_table(context, call);
  return {{"Table", describe(context, table, is_importing(table) ? "CREATING" : "ACTIVE")}};
}

Json list_tables(Context& context, const Call& call) {
  const auto limit = int_or(call.input, "Limit", kListMax);
  if (limit < 1 || limit > kListMax) {
    throw constraint_error(std::to_string(limit), "limit", "Member must have value between 1 and 100");
  }
  const auto start = string_or(call.input, "ExclusiveStartTableName", "");
  auto names = context.store.table_names(call.region);
  names.erase(names.begin(), std::upper_bound(names.begin(), names.end(), start));
  const bool more = names.size() > static_cast<std::size_t>(limit);
  if (more) names.resize(static_cast<std::size_t>(limit));
  Json answer = {{"TableNames", names}};
  if (more) answer["LastEvaluatedTableName"] = names.back();
  return answer;
}

Json update_table(Context& context, const Call& call) {
  const Json& input = call.input;
  WriteTransaction transaction(context.store.database());
  Table table = changeable_table(context, call);
  check_update_has_work(input);
  update_throughput(context, input, table.definition);
  merge_attribute_definitions(member_or_null(input, "AttributeDefinitions"),
                              table.definition["AttributeDefinitions"]);
  update_indexes(context, member_or_null(input, "GlobalSecondaryIndexUpdates"), table);
  for (const auto* member : {"SSESpecification", "DeletionProtectionEnabled", "TableClass"}) {
    const auto& value = member_or_null(input, member);
    if (!value.is_null()) table.definition[member] = value;
  }
  context.store.update_table(table);
  Json answer = {{"TableDescription", describe(context, table, "UPDATING")}};
  transaction.commit();
  return answer;
}

Json delete_table(Context& context, const Call& call) {
  WriteTransaction transaction(context.store.database());
  const Table table = changeable_table(context, call);
  if (bool_or(table.definition, "DeletionProtectionEnabled", false)) {
    throw validation_error(
        "Resource cannot be deleted as it is currently protected against deletion. Disable deletion "
        "protection "
        "first.");
  }
  Json answer = {{"TableDescription", describe(context, table, "DELETING")}};
  context.store.erase_table(table);
  transaction.commit();
  return answer;
}

Json describe_limits(Context&, const Call&) {
  return {{"AccountMaxReadCapacityUnits", 80000},
          {"AccountMaxWriteCapacityUnits", 80000},
          {"TableMaxReadCapacityUnits", 40000},
          {"TableMaxWriteCapacityUnits", 40000}};
}

}  // namespace aurora::local::dynamodb
