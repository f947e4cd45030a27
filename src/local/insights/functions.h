// The operators and functions of CloudWatch Logs Insights expressions, by name.
#pragma once
#include <cstddef>
#include <string_view>
#include <vector>

#include "local/insights/value.h"

namespace aurora::local::insights {

struct Function {
  std::string_view name;  // lower case; queries may write it in any case
  std::size_t arguments_min;
  std::size_t arguments_max;
  // Gets as many arguments as allowed; gives nothing when they are of no use, never throws for them.
  Value (*apply)(const std::vector<Value>& arguments);
};

inline constexpr std::size_t kArgumentsMax = 100;

// A function that queries call by that name, in any case; null when there is none.
const Function* find_function(std::string_view name);
// "=", "<=", "+", "not", "in", "like" and their kind; `symbol` must be one.
const Function& operator_of(std::string_view symbol);

// Functions of AWS that are not carried here, so that the refusal can say so.
bool is_function_not_carried(std::string_view name);

}  // namespace aurora::local::insights
