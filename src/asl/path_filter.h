// Filters of paths: [?(@.price < 10 && @.kind == 'x')].
#pragma once
#include "asl/path_select.h"
#include "asl/pattern.h"

namespace aurora::asl {

// One side of a comparison: a literal, or a path from the element ("@") or from the root ("$").
struct FilterOperand {
  std::optional<Json> literal;
  bool from_element = false;
  Path path;
  // The value, or null when the path points at nothing. What is not there as such, because the path has
  // several matches or a function, is made in `storage`.
  const Json* value(const Json& element, const Search& search, Json& storage) const;
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
  kNotIn,
  kSubsetOf,
  kAnyOf,
  kNoneOf,
  kContains,
  kSize,
  kEmpty,
  kMatches
};

struct PathFilter {
  enum class Kind { kTest, kAnd, kOr, kNot };
  Kind kind = Kind::kTest;
  std::vector<PathFilter> parts;  // of kAnd, kOr, kNot
  FilterOperator test = FilterOperator::kExists;
  FilterOperand left, right;
  std::shared_ptr<const Pattern> pattern;  // of kMatches

  bool keeps(const Json& element, const Search& search) const;
};

}  // namespace aurora::asl
