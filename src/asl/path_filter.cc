#include "asl/path_filter.h"

#include <algorithm>

namespace aurora::asl {

const Json* FilterOperand::value(const Json& element, const Json& root) const {
  if (literal) return &*literal;
  const Scope scope{from_element ? element : root, {}};
  return path.find(scope);
}

namespace {

// Ordered comparison of two numbers or two strings; nothing for anything else.
std::optional<int> order(const Json& a, const Json& b) {
  const bool comparable = (a.is_number() && b.is_number()) || (a.is_string() && b.is_string());
  if (!comparable) return std::nullopt;
  return a < b ? -1 : b < a ? 1 : 0;
}

bool contains(const Json& list, const Json& value) {
  return list.is_array() &&
         std::any_of(list.begin(), list.end(), [&](const Json& each) { return equal_values(each, value); });
}

bool compares(FilterOperator test, const Json& a, const Json& b) {
  switch (test) {
    case FilterOperator::kExists:
      return true;
    case FilterOperator::kEqual:
      return equal_values(a, b);
    case FilterOperator::kUnequal:
      return !equal_values(a, b);
    case FilterOperator::kIn:
      return contains(b, a);
    case FilterOperator::kNotIn:
      return !contains(b, a);
    default:
      break;
  }
  const std::optional<int> sign = order(a, b);
  if (!sign) return false;
  switch (test) {
    case FilterOperator::kLess:
      return *sign < 0;
    case FilterOperator::kLessEqual:
      return *sign <= 0;
    case FilterOperator::kGreater:
      return *sign > 0;
    default:
      return *sign >= 0;
  }
}

bool test_holds(const PathFilter& filter, const Json& element, const Json& root) {
  const Json* left = filter.left.value(element, root);
  if (filter.test == FilterOperator::kExists) return left != nullptr;
  const Json* right = filter.right.value(element, root);
  if (!left || !right) return filter.test == FilterOperator::kUnequal && left != right;
  return compares(filter.test, *left, *right);
}

}  // namespace

bool PathFilter::keeps(const Json& element, const Json& root) const {
  const auto part_keeps = [&](const PathFilter& part) { return part.keeps(element, root); };
  switch (kind) {
    case Kind::kAnd:
      return std::all_of(parts.begin(), parts.end(), part_keeps);
    case Kind::kOr:
      return std::any_of(parts.begin(), parts.end(), part_keeps);
    case Kind::kNot:
      return !part_keeps(parts.front());
    case Kind::kTest:
      break;
  }
  return test_holds(*this, element, root);
}

}  // namespace aurora::asl
