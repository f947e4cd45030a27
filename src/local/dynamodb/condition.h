// Whether an item meets a condition.
#pragma once
#include "local/dynamodb/expression.h"

namespace aurora::local::dynamodb {

// `item` is empty where there is none. Comparing what is missing or of different types is not an error: the
// comparison is false, and <> is true.
bool matches(const Condition& condition, const Json& item);

}  // namespace aurora::local::dynamodb
