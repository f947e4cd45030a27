// BatchGetItem and BatchWriteItem.
#include <fmt/format.h>

#include <set>

#include "local/dynamodb/capacity.h"
#include "local/dynamodb/document.h"
#include "local/dynamodb/errors.h"
#include "local/dynamodb/request.h"
#include "local/dynamodb/value.h"

namespace aurora::local::dynamodb {
namespace {

constexpr std::size_t kGetItemsMax = 100;
constexpr std::size_t kWriteItemsMax = 25;
constexpr std::size_t kAnswerBytesMax = 16 * 1024 * 1024;

const Json& request_items(const Json& input) {
  const auto& items = member_or_null(input, "RequestItems");
  if (items.is_object() && !items.empty()) return items;
  throw constraint_error(items.is_null() ? "null" : "{}", "requestItems",
                         "Member must have length greater than or equal to 1");
}

Table named_table(Context& context, const Call& call, const std::string& name) {
  return require_table(context, call.region, {{"TableName", name}});
}

void add_capacity(Json& answer, const Call& call, const Table& table, const Capacity& capacity) {
  Json consumed = consumed_capacity(call.input, table, capacity);
  if (!consumed.is_null()) answer["ConsumedCapacity"].push_back(std::move(consumed));
}

void refuse_duplicate(std::set<Position>& seen, const Position& position) {
  if (!seen.insert(position).second) {
    throw validation_error("Provided list of item keys contains duplicates");
  }
}

std::size_t count_entries(const Json& items, const char* member) {
  std::size_t count = 0;
  for (const auto& entry : items)
    count += member == nullptr ? entry.size() : member_or_null(entry, member).size();
  return count;
}

// Reads the keys of one table. Those beyond the answer's size are left to a further call.
struct TableReader {
  Context& context;
  Table table;
  std::size_t& bytes;  // of the whole answer
  Json found = Json::array();
  Json left_over = Json::array();
  Capacity capacity = {};

  void read(const Json& key, const Position& position, const std::optional<Projection>& projection,
            bool consistent) {
    if (!left_over.empty()) {
      left_over.push_back(key);
      return;
    }
    const auto item = context.store.get(table, position);
    const auto size = item ? item_size(*item) : 0;
    if (bytes + size > kAnswerBytesMax) {
      left_over.push_back(key);
      return;
    }
    bytes += size;
    capacity.table += read_units(size, consistent);
    if (item) found.push_back(projection ? project(*item, *projection) : *item);
  }
};

// One PutRequest or DeleteRequest.
Write batch_write(const Table& table, const Json& request) {
  const auto& put = member_or_null(request, "PutRequest");
  const auto& erase = member_or_null(request, "DeleteRequest");
  if (put.is_null() == erase.is_null()) {
    throw validation_error(
        "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported "
        "datatypes");
  }
  return put.is_null() ? make_write(Write::Kind::kDelete, table, erase)
                       : make_write(Write::Kind::kPut, table, put);
}

}  // namespace

Json batch_get_item(Context& context, const Call& call) {
  const Json& items = request_items(call.input);
  if (count_entries(items, "Keys") > kGetItemsMax) {
    throw validation_error("Too many items requested for the BatchGetItem call");
  }
  Json answer = {{"Responses", Json::object()}, {"UnprocessedKeys", Json::object()}};
  std::size_t bytes = 0;
  for (const auto& [name, request] : items.items()) {
    check_expression_members(request, {"ProjectionExpression"});
    TableReader reader{.context = context, .table = named_table(context, call, name), .bytes = bytes};
    Placeholders placeholders(request);
    const auto projection = projection_of(request, placeholders);
    placeholders.check_all_used();
    std::set<Position> seen;
    for (Json key : member_or_null(request, "Keys")) {
      const Position position = reader.table.key_position(key);
      refuse_duplicate(seen, position);
      reader.read(key, position, projection, bool_or(request, "ConsistentRead", false));
    }
    answer["Responses"][name] = std::move(reader.found);
    if (!reader.left_over.empty()) {
      answer["UnprocessedKeys"][name] = request;
      answer["UnprocessedKeys"][name]["Keys"] = std::move(reader.left_over);
    }
    add_capacity(answer, call, reader.table, reader.capacity);
  }
  return answer;
}

Json batch_write_item(Context& context, const Call& call) {
  const Json& items = request_items(call.input);
  if (count_entries(items, nullptr) > kWriteItemsMax) {
    throw validation_error("Too many items requested for the BatchWriteItem call");
  }
  Json answer = {{"UnprocessedItems", Json::object()}};
  // Everything is checked before anything is written, and one commit serves all.
  WriteTransaction transaction(context.store.database());
  for (const auto& [name, requests] : items.items()) {
    const Table table = named_table(context, call, name);
    std::set<Position> seen;
    Capacity capacity;
    for (const auto& request : requests) {
      const Write write = batch_write(table, request);
      refuse_duplicate(seen, write.position);
      const Change change = evaluate_write(context.store, write);
      apply_write(context.store, write, change);
      capacity += write_capacity(table, change.before, change.after);
      Json metrics = collection_metrics(call.input, write);
      if (!metrics.is_null()) answer["ItemCollectionMetrics"][name].push_back(std::move(metrics));
    }
    add_capacity(answer, call, table, capacity);
  }
  transaction.commit();
  return answer;
}

}  // namespace aurora::local::dynamodb
