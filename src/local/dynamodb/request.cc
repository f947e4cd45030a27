#include "local/dynamodb/request.h"

#include <fmt/format.h>

#include <algorithm>

#include "local/dynamodb/condition.h"
#include "local/dynamodb/errors.h"
#include "local/dynamodb/table_rules.h"
#include "local/dynamodb/update.h"
#include "local/dynamodb/value.h"

namespace aurora::local::dynamodb {
namespace {

const Json& required_member(const Json& input, const char* member) {
  const auto& found = member_or_null(input, member);
  if (!found.is_null()) return found;
  throw validation_error(
      fmt::format("The parameter '{}' is required but was not present in the request", member));
}

void check_update_paths(const Table& table, const Update& update) {
  for (const auto& action : update) {
    const auto& attribute = attribute_of(action.path);
    if (table.keys.contains(attribute)) {
      throw invalid_parameter(
          fmt::format("Cannot update attribute {}. This attribute is part of the key", attribute));
    }
  }
}

bool wants_item_on_failure(const Json& input) {
  const auto wanted = string_or(input, "ReturnValuesOnConditionCheckFailure", "NONE");
  if (wanted == "ALL_OLD" || wanted == "NONE") return wanted == "ALL_OLD";
  throw constraint_error(wanted, "returnValuesOnConditionCheckFailure",
                         "Member must satisfy enum value set: [ALL_OLD, NONE]");
}

aws::ServiceError condition_failed(const Write& write, const std::optional<Json>& item) {
  aws::ServiceError::Details details;
  details.code = "ConditionalCheckFailedException";
  details.message = "The conditional request failed";
  if (write.return_item_on_failure && item) details.members["Item"] = *item;
  return aws::ServiceError(std::move(details));
}

Json updated_item(const Write& write, const std::optional<Json>& before) {
  Json after = apply_update(write.update, before ? *before : write.subject);
  normalize_item(after);
  if (item_size(after) > kItemBytesMax) {
    throw validation_error("Item size to update has exceeded the maximum allowed size");
  }
  write.table.item_position(after);
  return after;
}

}  // namespace

std::int64_t Context::now_seconds() const {
  return std::chrono::duration_cast<std::chrono::seconds>(clock.now().time_since_epoch()).count();
}

Table require_table(Context& context, std::string_view region, const Json& input) {
  auto table = context.store.find_table(region, table_name_of(input));
  // What an import fills is there for nobody until it is complete.
  if (!table || bool_or(table->definition, "Importing", false)) throw resource_not_found();
  return std::move(*table);
}

void check_expression_members(const Json& input, std::initializer_list<const char*> expressions) {
  for (const auto* member : {"AttributesToGet", "AttributeUpdates", "ConditionalOperator", "Expected",
                             "KeyConditions", "QueryFilter", "ScanFilter"}) {
    if (member_or_null(input, member).is_null()) continue;
    throw validation_error(
        fmt::format("{} is a legacy parameter that this endpoint does not carry; use expressions", member));
  }
  const auto present = [&input](const char* member) { return !member_or_null(input, member).is_null(); };
  if (std::any_of(expressions.begin(), expressions.end(), present)) return;
  if (present("ExpressionAttributeNames")) {
    throw validation_error("ExpressionAttributeNames can only be specified when using expressions");
  }
  if (present("ExpressionAttributeValues")) {
    throw validation_error("ExpressionAttributeValues can only be specified when using expressions");
  }
}

std::optional<Condition> condition_of(const Json& input, const char* member, Placeholders& placeholders) {
  const auto& text = member_or_null(input, member);
  if (text.is_null()) return std::nullopt;
  return parse_condition(text.get<std::string>(), member, placeholders);
}

std::optional<Projection> projection_of(const Json& input, Placeholders& placeholders) {
  const auto& text = member_or_null(input, "ProjectionExpression");
  if (text.is_null()) return std::nullopt;
  return parse_projection(text.get<std::string>(), placeholders);
}

Write make_write(Write::Kind kind, Table table, const Json& input) {
  check_expression_members(input, {"ConditionExpression", "UpdateExpression"});
  Write write{.kind = kind,
              .table = std::move(table),
              .position = {},
              .subject = required_member(input, kind == Write::Kind::kPut ? "Item" : "Key"),
              .update = {},
              .condition = {},
              .return_item_on_failure = wants_item_on_failure(input)};
  Placeholders placeholders(input);
  const auto& update = member_or_null(input, "UpdateExpression");
  if (!update.is_null()) write.update = parse_update(update.get<std::string>(), placeholders);
  write.condition = condition_of(input, "ConditionExpression", placeholders);
  placeholders.check_all_used();
  check_update_paths(write.table, write.update);
  if (kind != Write::Kind::kPut) {
    write.position = write.table.key_position(write.subject);
    return write;
  }
  normalize_item(write.subject);
  if (item_size(write.subject) > kItemBytesMax) {
    throw validation_error("Item size has exceeded the maximum allowed size");
  }
  write.position = write.table.item_position(write.subject);
  return write;
}

Change evaluate_write(Store& store, const Write& write) {
  Change change{.before = store.get(write.table, write.position), .after = std::nullopt};
  if (write.condition && !matches(*write.condition, change.before ? *change.before : Json::object())) {
    throw condition_failed(write, change.before);
  }
  switch (write.kind) {
    case Write::Kind::kPut:
      change.after = write.subject;
      break;
    case Write::Kind::kUpdate:
      change.after = updated_item(write, change.before);
      break;
    case Write::Kind::kCheck:
      change.after = change.before;
      break;
    case Write::Kind::kDelete:
      break;
  }
  return change;
}

void apply_write(Store& store, const Write& write, const Change& change) {
  if (write.kind == Write::Kind::kCheck) return;
  if (write.kind == Write::Kind::kDelete) {
    store.erase(write.table, write.position);
  } else {
    store.put(write.table, write.position, *change.after);
  }
}

Json collection_metrics(const Json& input, const Write& write) {
  if (string_or(input, "ReturnItemCollectionMetrics", "NONE") != "SIZE") return nullptr;
  const auto& indexes = write.table.indexes;
  const bool none =
      std::all_of(indexes.begin(), indexes.end(), [](const Index& index) { return index.global; });
  if (none || write.kind == Write::Kind::kCheck) return nullptr;
  const auto& hash = write.table.keys.hash;
  return {{"ItemCollectionKey", {{hash, write.subject[hash]}}}, {"SizeEstimateRangeGB", {0.0, 1.0}}};
}

}  // namespace aurora::local::dynamodb
