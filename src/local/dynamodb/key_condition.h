// From a KeyConditionExpression to a range of keys.
#pragma once
#include "local/dynamodb/expression.h"
#include "local/dynamodb/store.h"

namespace aurora::local::dynamodb {

struct KeyRange {
  std::string hash;
  std::optional<Bound> lower;
  std::optional<Bound> upper;

  bool contains(const Position& position) const;
};

// `keys` are those of the table or of the index that is queried. Throws ValidationException for conditions
// that no key lookup can answer.
KeyRange key_range(const Condition& condition, const Table& table, const KeyAttributes& keys);

}  // namespace aurora::local::dynamodb
