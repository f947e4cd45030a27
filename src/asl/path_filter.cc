#include "asl/path_filter.h"

#include <algorithm>

#include "asl/string_match.h"

namespace aurora::asl {

const Json* FilterOperand::value(const Json& element, const Search& search, Json& storage) const {
  if (literal) return &*literal;
  const Scope scope{from_element ? element : search.root, {}};
  if (path.is_reference()) {
    const Json* at = &scope.data;
    for (const PathStep& step : path.steps())
      if (at = follow(step, *at, search.meter); !at) return nullptr;
    return at;
  }
  try {
    storage = path.evaluate_from(scope.data, search);
  } catch (const PathMiss&) {
    return nullptr;
  }
  return &storage;
}

namespace {

// Ordered comparison of two numbers or two strings; nothing for anything else.
std::optional<std::partial_ordering> order(const Json& a, const Json& b) {
  if (a.is_number() && b.is_number()) return order_of_numbers(a, b);
  if (a.is_string() && b.is_string())
    return a.get_ref<const std::string&>() <=> b.get_ref<const std::string&>();
  return std::nullopt;
}

// A number and a text are equal when the text is the number's.
bool equal(const Json& a, const Json& b) {
  if (a.is_number() && b.is_string()) return java_number(a) == b.get_ref<const std::string&>();
  if (a.is_string() && b.is_number()) return equal(b, a);
  return equal_values(a, b);
}

bool contains(const Json& list, const Json& value, Meter& meter) {
  if (!list.is_array()) return false;
  meter.visit(list.size());
  return std::any_of(list.begin(), list.end(), [&](const Json& each) { return equal(each, value); });
}

bool any_in(const Json& some, const Json& list, Meter& meter) {
  return some.is_array() &&
         std::any_of(some.begin(), some.end(), [&](const Json& each) { return contains(list, each, meter); });
}

bool all_in(const Json& some, const Json& list, Meter& meter) {
  return some.is_array() &&
         std::all_of(some.begin(), some.end(), [&](const Json& each) { return contains(list, each, meter); });
}

bool has_part(const Json& whole, const Json& part, Meter& meter) {
  if (whole.is_string() && part.is_string())
    return find_text(whole.get_ref<const std::string&>(), part.get_ref<const std::string&>()) !=
           std::string_view::npos;
  return contains(whole, part, meter);
}

bool is_sized(const Json& value) {
  return value.is_array() || value.is_object() || value.is_string();
}

std::size_t size_of(const Json& value) {
  return value.is_string() ? value.get_ref<const std::string&>().size() : value.size();
}

bool in_order(FilterOperator test, const Json& a, const Json& b) {
  const std::optional<std::partial_ordering> sign = order(a, b);
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

bool compares(const PathFilter& filter, const Json& a, const Json& b, Meter& meter) {
  switch (filter.test) {
    case FilterOperator::kExists:
      return true;
    case FilterOperator::kEqual:
      return equal(a, b);
    case FilterOperator::kUnequal:
      return !equal(a, b);
    case FilterOperator::kIn:
      return contains(b, a, meter);
    case FilterOperator::kNotIn:
      return !contains(b, a, meter);
    case FilterOperator::kSubsetOf:
      return all_in(a, b, meter);
    case FilterOperator::kAnyOf:
      return any_in(a, b, meter);
    case FilterOperator::kNoneOf:
      return !any_in(a, b, meter);
    case FilterOperator::kContains:
      return has_part(a, b, meter);
    case FilterOperator::kSize:
      return is_sized(a) && b.is_number() && order_of_numbers(Json(size_of(a)), b) == 0;
    case FilterOperator::kEmpty:
      return is_sized(a) && b.is_boolean() && (size_of(a) == 0) == b.get<bool>();
    case FilterOperator::kMatches:
      return a.is_string() && filter.pattern->matches(a.get_ref<const std::string&>(), meter);
    default:
      return in_order(filter.test, a, b);
  }
}

bool test_holds(const PathFilter& filter, const Json& element, const Search& search) {
  search.meter.visit();
  Json left_storage, right_storage;
  const Json* left = filter.left.value(element, search, left_storage);
  if (filter.test == FilterOperator::kExists) return left != nullptr;
  const Json* right = filter.right.value(element, search, right_storage);
  if (!left || !right) return filter.test == FilterOperator::kUnequal && left != right;
  // Comparing what is large is work too.
  if (left->is_structured() || left->is_string()) search.meter.visit(text_size(*left) / 16);
  return compares(filter, *left, *right, search.meter);
}

}  // namespace

bool PathFilter::keeps(const Json& element, const Search& search) const {
  const auto part_keeps = [&](const PathFilter& part) { return part.keeps(element, search); };
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
  return test_holds(*this, element, search);
}

}  // namespace aurora::asl
