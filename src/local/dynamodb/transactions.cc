// TransactGetItems and TransactWriteItems.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "base/digest.h"
#include "local/dynamodb/capacity.h"
#include "local/dynamodb/document.h"
#include "local/dynamodb/errors.h"
#include "local/dynamodb/request.h"
#include "local/dynamodb/value.h"

namespace aurora::local::dynamodb {
namespace {

constexpr std::size_t kActionsMax = 100;
// How long a ClientRequestToken makes a repetition harmless.
constexpr std::int64_t kTokenSeconds = 600;

constexpr std::array<std::pair<const char*, Write::Kind>, 4> kActions = {{
    {"ConditionCheck", Write::Kind::kCheck},
    {"Put", Write::Kind::kPut},
    {"Delete", Write::Kind::kDelete},
    {"Update", Write::Kind::kUpdate},
}};

const Json& transact_items(const Json& input) {
  const auto& items = member_or_null(input, "TransactItems");
  if (!items.is_array() || items.empty() || items.size() > kActionsMax) {
    throw constraint_error(items.is_array() ? fmt::format("[{} items]", items.size()) : "null",
                           "transactItems", "Member must have length between 1 and 100");
  }
  return items;
}

// Tables by name, so that one of many actions is looked up once.
class Tables {
 public:
  Tables(Context& context, std::string_view region) : context_(context), region_(region) {}

  const Table& at(const Json& input) {
    const auto name = string_or(input, "TableName", "");
    const auto found = tables_.find(name);
    if (found != tables_.end()) return found->second;
    return tables_.emplace(name, require_table(context_, region_, input)).first->second;
  }

 private:
  Context& context_;
  std::string_view region_;
  std::map<std::string, Table> tables_;
};

void refuse_repeated_items(const Table& table, const Position& position,
                           std::set<std::pair<std::int64_t, Position>>& seen) {
  if (!seen.emplace(table.id, position).second) {
    throw validation_error("Transaction request cannot include multiple operations on one item");
  }
}

Write action_of(Tables& tables, const Json& item) {
  const auto action = std::find_if(kActions.begin(), kActions.end(), [&item](const auto& candidate) {
    return !member_or_null(item, candidate.first).is_null();
  });
  if (action == kActions.end() || item.size() != 1) {
    throw validation_error("TransactItems can only contain one of Check, Put, Update or Delete");
  }
  const Json& input = item[action->first];
  if (action->second == Write::Kind::kCheck && member_or_null(input, "ConditionExpression").is_null()) {
    throw validation_error("Invalid ConditionExpression: The expression can not be empty;");
  }
  return make_write(action->second, tables.at(input), input);
}

// Why an action did not go through, or that it would have.
Json cancellation_reason(const aws::ServiceError& error) {
  Json reason = {{"Code", error.is("ConditionalCheckFailed") ? "ConditionalCheckFailed" : "ValidationError"},
                 {"Message", error.message()}};
  const auto& item = member_or_null(error.details().members, "Item");
  if (!item.is_null()) reason["Item"] = item;
  return reason;
}

void cancel_if_any(const std::vector<Json>& reasons) {
  std::vector<std::string> codes;
  bool cancelled = false;
  for (const auto& reason : reasons) {
    codes.push_back(string_or(reason, "Code", ""));
    cancelled = cancelled || codes.back() != "None";
  }
  if (!cancelled) return;
  aws::ServiceError::Details details;
  details.code = "TransactionCanceledException";
  details.message =
      fmt::format("Transaction cancelled, please refer cancellation reasons for specific reasons [{}]",
                  fmt::join(codes, ", "));
  details.members["CancellationReasons"] = reasons;
  throw aws::ServiceError(std::move(details));
}

std::vector<Write> read_actions(Context& context, const Call& call) {
  Tables tables(context, call.region);
  std::vector<Write> writes;
  std::set<std::pair<std::int64_t, Position>> seen;
  for (const auto& item : transact_items(call.input)) {
    writes.push_back(action_of(tables, item));
    refuse_repeated_items(writes.back().table, writes.back().position, seen);
  }
  return writes;
}

std::vector<Change> evaluate_all(Store& store, const std::vector<Write>& writes) {
  std::vector<Change> changes;
  std::vector<Json> reasons;
  for (const auto& write : writes) {
    try {
      changes.push_back(evaluate_write(store, write));
      reasons.push_back({{"Code", "None"}});
    } catch (const aws::ServiceError& error) {
      reasons.push_back(cancellation_reason(error));
    }
  }
  cancel_if_any(reasons);
  return changes;
}

// True when this very request was carried out already. A token with another request is refused.
bool is_repetition(Context& context, const Call& call, const std::string& digest) {
  const auto token = string_or(call.input, "ClientRequestToken", "");
  if (token.empty()) return false;
  const auto known = context.store.find_token(call.region, token, context.now_seconds() - kTokenSeconds);
  if (known && *known != digest) {
    throw aws::ServiceError(
        "IdempotentParameterMismatchException",
        "The request uses the same client token as a previous, but non-identical request. Do "
        "not reuse a client token with different requests, unless the requests are identical");
  }
  if (!known) context.store.put_token(call.region, token, digest, context.now_seconds());
  return known.has_value();
}

struct Consumed {
  Table table;
  Capacity capacity;
};

void add_consumed(std::map<std::string, Consumed>& consumed, const Table& table, const Capacity& capacity) {
  auto& entry = consumed.try_emplace(table.name, Consumed{table, {}}).first->second;
  entry.capacity += capacity;
}

void answer_consumed(Json& answer, const Call& call, const std::map<std::string, Consumed>& consumed,
                     CapacityKind kind) {
  for (const auto& [name, entry] : consumed) {
    Json capacity = consumed_capacity(call.input, entry.table, entry.capacity, kind);
    if (!capacity.is_null()) answer["ConsumedCapacity"].push_back(std::move(capacity));
  }
}

}  // namespace

Json transact_write_items(Context& context, const Call& call) {
  WriteTransaction transaction(context.store.database());
  const auto writes = read_actions(context, call);
  Json answer = Json::object();
  if (is_repetition(context, call, sha256(encode_item(call.input)))) return answer;
  const auto changes = evaluate_all(context.store, writes);
  std::map<std::string, Consumed> consumed;
  for (std::size_t i = 0; i < writes.size(); ++i) {
    apply_write(context.store, writes[i], changes[i]);
    Json metrics = collection_metrics(call.input, writes[i]);
    if (!metrics.is_null())
      answer["ItemCollectionMetrics"][writes[i].table.name].push_back(std::move(metrics));
    add_consumed(consumed, writes[i].table,
                 write_capacity(writes[i].table, changes[i].before, changes[i].after));
  }
  answer_consumed(answer, call, consumed, CapacityKind::kTransactionalWrite);
  transaction.commit();
  return answer;
}

Json transact_get_items(Context& context, const Call& call) {
  Tables tables(context, call.region);
  std::set<std::pair<std::int64_t, Position>> seen;
  std::map<std::string, Consumed> consumed;
  Json answer = {{"Responses", Json::array()}};
  for (const auto& entry : transact_items(call.input)) {
    const auto& get = member_or_null(entry, "Get");
    if (get.is_null()) throw validation_error("TransactItems can only contain Get");
    check_expression_members(get, {"ProjectionExpression"});
    const Table& table = tables.at(get);
    Placeholders placeholders(get);
    const auto projection = projection_of(get, placeholders);
    placeholders.check_all_used();
    Json key = member_or_null(get, "Key");
    const Position position = table.key_position(key);
    refuse_repeated_items(table, position, seen);
    const auto item = context.store.get(table, position);
    Capacity capacity;
    capacity.table = read_units(item ? item_size(*item) : 0, true);
    add_consumed(consumed, table, capacity);
    Json response = Json::object();
    if (item) response["Item"] = projection ? project(*item, *projection) : *item;
    answer["Responses"].push_back(std::move(response));
  }
  answer_consumed(answer, call, consumed, CapacityKind::kTransactionalRead);
  return answer;
}

}  // namespace aurora::local::dynamodb
