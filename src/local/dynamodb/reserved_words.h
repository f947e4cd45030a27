// The words that an expression may name only through a placeholder (#name).
#pragma once
#include <string_view>

namespace aurora::local::dynamodb {

// Without regard to case, by the list in the Amazon DynamoDB Developer Guide ("Reserved words in DynamoDB").
bool is_reserved_word(std::string_view name);

}  // namespace aurora::local::dynamodb
