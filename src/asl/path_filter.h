// Filters of paths: [?(@.price < 10 && @.kind == 'x')].
#pragma once
#include "asl/path.h"

namespace aurora::asl {

// One side of a comparison: a literal, or a path from the element ("@") or from the root ("$").
struct FilterOperand {
  std::optional<Json> literal;
  bool from_element = false;
  Path path;
  // The value, or null when the path points at nothing.
  const Json* value(const Json& element, const Json& root) const;
};

enum class FilterOperator {
  kExists,
  kEqual,
  kUnequal,
  kLess,
  kLessEqual,
  kGreater,
  kGreaterEqual,
  kIn,
  kNotIn
};

struct PathFilter {
  enum class Kind { kTest, kAnd, kOr, kNot };
  Kind kind = Kind::kTest;
  std::vector<PathFilter> parts;  // of kAnd, kOr, kNot
  FilterOperator test = FilterOperator::kExists;
  FilterOperand left, right;

  bool keeps(const Json& element, const Json& root) const;
};

}  // namespace aurora::asl
