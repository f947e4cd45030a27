// What the operations on items have in common: finding the table, checking a request's members, and writes.
#pragma once
#include <initializer_list>
#include <optional>

#include "local/dynamodb/operations.h"
#include "local/dynamodb/parser.h"

namespace aurora::local::dynamodb {

// The table that `input` names; throws ResourceNotFoundException.
Table require_table(Context& context, std::string_view region, const Json& input);

// Refuses the members of the time before expressions (KeyConditions, AttributeUpdates …), and names or
// values without any of `expressions`.
void check_expression_members(const Json& input, std::initializer_list<const char*> expressions);

// The member as an expression, or nothing.
std::optional<Condition> condition_of(const Json& input, const char* member, Placeholders& placeholders);
std::optional<Projection> projection_of(const Json& input, Placeholders& placeholders);

// One change of one item, checked as far as the request alone allows.
struct Write {
  enum class Kind { kPut, kUpdate, kDelete, kCheck };
  Kind kind = Kind::kPut;
  Table table;
  Position position;
  Json subject;  // the whole item for kPut, the key otherwise
  Update update;
  std::optional<Condition> condition;
  bool return_item_on_failure = false;
};

// Reads a PutItem, UpdateItem, DeleteItem or ConditionCheck; throws ValidationException.
Write make_write(Write::Kind kind, Table table, const Json& input);

// The item before and after.
struct Change {
  std::optional<Json> before;
  std::optional<Json> after;
};
// Checks the condition against the stored item and computes the item after the write. Throws
// ConditionalCheckFailedException, or ValidationException when the update does not fit the item.
Change evaluate_write(Store& store, const Write& write);
void apply_write(Store& store, const Write& write, const Change& change);

// What ReturnItemCollectionMetrics asks for; null when it does not, or where no local index makes the items
// of one hash key share a partition.
Json collection_metrics(const Json& input, const Write& write);

}  // namespace aurora::local::dynamodb
