// The tree of a metric math expression.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "local/cloudwatch/expression.h"

namespace aurora::local::cloudwatch {

struct Expression::Node {
  enum class Kind { kNumber, kText, kId, kOperator, kCall, kArray };
  Kind kind;
  std::string text;  // the id, the function's name, the operator, the quoted text
  double number = 0;
  std::vector<Node> parts = {};
};

// Throws Error "ExpressionError" that says what is wrong.
Expression::Node parse_expression(const std::string& text);

}  // namespace aurora::local::cloudwatch
