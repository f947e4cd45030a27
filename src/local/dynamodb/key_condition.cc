#include "local/dynamodb/key_condition.h"

#include <fmt/format.h>

#include <map>

#include "local/dynamodb/errors.h"
#include "local/dynamodb/value.h"

namespace aurora::local::dynamodb {
namespace {

using Kind = Condition::Kind;

// One condition on one attribute: `kind` with the attribute on the left.
struct KeyTerm {
  Kind kind;
  std::vector<Json> values;
};
using KeyTerms = std::map<std::string, KeyTerm>;

std::string_view operator_name(Kind kind) {
  switch (kind) {
    case Kind::kOr:
      return "OR";
    case Kind::kNot:
      return "NOT";
    case Kind::kIn:
      return "IN";
    case Kind::kNotEqual:
      return "<>";
    case Kind::kAttributeExists:
      return "attribute_exists";
    case Kind::kAttributeNotExists:
      return "attribute_not_exists";
    case Kind::kAttributeType:
      return "attribute_type";
    case Kind::kContains:
      return "contains";
    case Kind::kBetween:
      return "BETWEEN";
    case Kind::kBeginsWith:
      return "begins_with";
    default:
      return "";
  }
}

bool is_key_operator(Kind kind) {
  return kind == Kind::kEqual || kind == Kind::kLess || kind == Kind::kLessOrEqual ||
         kind == Kind::kGreater || kind == Kind::kGreaterOrEqual || kind == Kind::kBetween ||
         kind == Kind::kBeginsWith;
}

Kind mirrored(Kind kind) {
  switch (kind) {
    case Kind::kLess:
      return Kind::kGreater;
    case Kind::kLessOrEqual:
      return Kind::kGreaterOrEqual;
    case Kind::kGreater:
      return Kind::kLess;
    case Kind::kGreaterOrEqual:
      return Kind::kLessOrEqual;
    default:
      return kind;
  }
}

// The place of the one operand that is a path.
std::size_t attribute_operand(const Condition& condition) {
  std::optional<std::size_t> found;
  for (std::size_t i = 0; i < condition.operands.size(); ++i) {
    const auto& operand = condition.operands[i];
    if (operand.size) throw validation_error("KeyConditionExpressions cannot contain nested operations");
    if (!operand.is_path()) continue;
    if (found) {
      throw validation_error(
          "Invalid condition in KeyConditionExpression: Multiple attribute names used in one condition");
    }
    if (operand.path().size() > 1) {
      throw validation_error("KeyConditionExpressions cannot have conditions on nested attributes");
    }
    found = i;
  }
  if (!found)
    throw validation_error("Invalid condition in KeyConditionExpression: No key attribute specified");
  return *found;
}

void collect(const Condition& condition, KeyTerms& terms) {
  if (condition.kind == Kind::kAnd) {
    for (const auto& child : condition.children) collect(child, terms);
    return;
  }
  if (!is_key_operator(condition.kind)) {
    throw validation_error(
        fmt::format("Invalid operator used in KeyConditionExpression: {}", operator_name(condition.kind)));
  }
  const auto place = attribute_operand(condition);
  const bool call = condition.kind == Kind::kBetween || condition.kind == Kind::kBeginsWith;
  if (call && place != 0) {
    throw validation_error(fmt::format(
        "Invalid condition in KeyConditionExpression: {} operator must have the key attribute as its "
        "first operand",
        operator_name(condition.kind)));
  }
  KeyTerm term{.kind = place == 0 ? condition.kind : mirrored(condition.kind), .values = {}};
  for (std::size_t i = 0; i < condition.operands.size(); ++i) {
    if (i != place) term.values.push_back(condition.operands[i].value());
  }
  if (!terms.emplace(attribute_of(condition.operands[place].path()), std::move(term)).second) {
    throw validation_error("KeyConditionExpressions must only contain one condition per key");
  }
}

const KeyTerm* find_term(const KeyTerms& terms, const std::string& attribute) {
  const auto found = terms.find(attribute);
  return found == terms.end() ? nullptr : &found->second;
}

void check_types(const Table& table, const std::string& attribute, const KeyTerm& term) {
  const auto& type = table.types.at(attribute);
  for (const auto& value : term.values) {
    if (!has_type(value, type))
      throw invalid_parameter("Condition parameter type does not match schema type");
  }
}

// The least bytes that are greater than everything that begins with `prefix`; nothing when there are none.
std::optional<std::string> successor(std::string prefix) {
  while (!prefix.empty() && prefix.back() == '\xFF') prefix.pop_back();
  if (prefix.empty()) return std::nullopt;
  ++prefix.back();
  return prefix;
}

void set_range(KeyRange& range, const KeyTerm& term) {
  const auto bytes = sort_key(term.values[0]);
  switch (term.kind) {
    case Kind::kEqual:
      range.lower = range.upper = Bound{bytes, true};
      break;
    case Kind::kLess:
      range.upper = Bound{bytes, false};
      break;
    case Kind::kLessOrEqual:
      range.upper = Bound{bytes, true};
      break;
    case Kind::kGreater:
      range.lower = Bound{bytes, false};
      break;
    case Kind::kGreaterOrEqual:
      range.lower = Bound{bytes, true};
      break;
    case Kind::kBetween:
      range.lower = Bound{bytes, true};
      range.upper = Bound{sort_key(term.values[1]), true};
      break;
    default:  // begins_with
      range.lower = Bound{bytes, true};
      if (const auto end = successor(bytes)) range.upper = Bound{*end, false};
      break;
  }
}

}  // namespace

bool KeyRange::contains(const Position& position) const {
  if (position.hash != hash) return false;
  if (lower && (position.range < lower->bytes || (!lower->inclusive && position.range == lower->bytes)))
    return false;
  return !upper || position.range < upper->bytes || (upper->inclusive && position.range == upper->bytes);
}

KeyRange key_range(const Condition& condition, const Table& table, const KeyAttributes& keys) {
  KeyTerms terms;
  collect(condition, terms);
  if (terms.size() > 2) throw validation_error("Conditions can be of length 1 or 2 only");
  const auto* hash = find_term(terms, keys.hash);
  if (hash == nullptr) {
    throw validation_error(fmt::format("Query condition missed key schema element: {}", keys.hash));
  }
  check_types(table, keys.hash, *hash);
  if (hash->kind != Kind::kEqual) throw validation_error("Query key condition not supported");
  KeyRange range{.hash = sort_key(hash->values[0]), .lower = {}, .upper = {}};
  if (terms.size() == 1) return range;
  if (keys.range.empty()) throw validation_error("Query key condition not supported");
  const auto* sort = find_term(terms, keys.range);
  if (sort == nullptr) {
    throw validation_error(fmt::format("Query condition missed key schema element: {}", keys.range));
  }
  check_types(table, keys.range, *sort);
  if (sort->kind == Kind::kBeginsWith && has_type(sort->values[0], "N")) {
    throw validation_error("Query key condition not supported");
  }
  set_range(range, *sort);
  return range;
}

}  // namespace aurora::local::dynamodb
