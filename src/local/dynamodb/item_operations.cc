// GetItem, PutItem, UpdateItem, DeleteItem.
#include <fmt/format.h>

#include <algorithm>

#include "local/dynamodb/capacity.h"
#include "local/dynamodb/document.h"
#include "local/dynamodb/errors.h"
#include "local/dynamodb/request.h"
#include "local/dynamodb/update.h"
#include "local/dynamodb/value.h"

namespace aurora::local::dynamodb {
namespace {

void check_return_values(const Json& input, Write::Kind kind) {
  const auto wanted = string_or(input, "ReturnValues", "NONE");
  const bool known = wanted == "NONE" || wanted == "ALL_OLD" || wanted == "UPDATED_OLD" ||
                     wanted == "ALL_NEW" || wanted == "UPDATED_NEW";
  if (!known) {
    throw constraint_error(
        wanted, "returnValues",
        "Member must satisfy enum value set: [ALL_NEW, UPDATED_OLD, ALL_OLD, NONE, UPDATED_NEW]");
  }
  if (kind != Write::Kind::kUpdate && wanted != "NONE" && wanted != "ALL_OLD") {
    throw validation_error("ReturnValues can only be ALL_OLD or NONE");
  }
}

// What ReturnValues asks for; null when there is nothing.
Json returned_attributes(const Json& input, const Write& write, const Change& change) {
  const auto wanted = string_or(input, "ReturnValues", "NONE");
  if (wanted == "NONE") return nullptr;
  const auto& item = wanted.ends_with("_OLD") ? change.before : change.after;
  if (!item) return nullptr;
  if (wanted.starts_with("ALL_")) return *item;
  Json updated = project(*item, touched_paths(write.update));
  return updated.empty() ? Json(nullptr) : updated;
}

void add_if_present(Json& answer, const char* member, Json value) {
  if (!value.is_null()) answer[member] = std::move(value);
}

Json write_item(Context& context, const Call& call, Write::Kind kind) {
  check_return_values(call.input, kind);
  WriteTransaction transaction(context.store.database());
  const Write write = make_write(kind, require_table(context, call.region, call.input), call.input);
  const Change change = evaluate_write(context.store, write);
  apply_write(context.store, write, change);
  Json answer = Json::object();
  add_if_present(answer, "Attributes", returned_attributes(call.input, write, change));
  add_if_present(
      answer, "ConsumedCapacity",
      consumed_capacity(call.input, write.table, write_capacity(write.table, change.before, change.after)));
  add_if_present(answer, "ItemCollectionMetrics", collection_metrics(call.input, write));
  transaction.commit();
  return answer;
}

}  // namespace

Json get_item(Context& context, const Call& call) {
  check_expression_members(call.input, {"ProjectionExpression"});
  const Table table = require_table(context, call.region, call.input);
  Placeholders placeholders(call.input);
  const auto projection = projection_of(call.input, placeholders);
  placeholders.check_all_used();
  Json key = member_or_null(call.input, "Key");
  const auto item = context.store.get(table, table.key_position(key));
  Json answer = Json::object();
  if (item) answer["Item"] = projection ? project(*item, *projection) : *item;
  const bool consistent = bool_or(call.input, "ConsistentRead", false);
  Capacity capacity;
  capacity.table = read_units(item ? item_size(*item) : 0, consistent);
  add_if_present(answer, "ConsumedCapacity", consumed_capacity(call.input, table, capacity));
  return answer;
}

Json put_item(Context& context, const Call& call) {
  return write_item(context, call, Write::Kind::kPut);
}
Json update_item(Context& context, const Call& call) {
  return write_item(context, call, Write::Kind::kUpdate);
}
Json delete_item(Context& context, const Call& call) {
  return write_item(context, call, Write::Kind::kDelete);
}

}  // namespace aurora::local::dynamodb
