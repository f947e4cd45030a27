#include "local/dynamodb/condition.h"

#include <algorithm>

#include "base/error.h"
#include "local/dynamodb/document.h"
#include "local/dynamodb/value.h"

namespace aurora::local::dynamodb {
namespace {

// What size() gives; nothing for types that have none.
std::optional<std::size_t> size_of(const Json& value) {
  const auto type = type_of(value);
  const auto& content = content_of(value);
  if (type == "S" || type == "B") return content.get_ref<const std::string&>().size();
  if (type == "L" || type == "M" || is_set_type(type)) return content.size();
  return std::nullopt;
}

// The operand's value in `item`, or null when it is not there. A size is kept in `size`.
const Json* resolve(const Operand& operand, const Json& item, Json& size) {
  const Json* value = operand.is_path() ? find_path(item, operand.path()) : &operand.value();
  if (value == nullptr || !operand.size) return value;
  const auto count = size_of(*value);
  if (!count) return nullptr;
  size = number_value(static_cast<std::int64_t>(*count));
  return &size;
}

bool compare(Condition::Kind kind, const Json* left, const Json* right) {
  const bool both = left != nullptr && right != nullptr;
  if (kind == Condition::Kind::kEqual) return both && equal_values(*left, *right);
  if (kind == Condition::Kind::kNotEqual) return !both || !equal_values(*left, *right);
  if (!both) return false;
  const auto order = compare_values(*left, *right);
  if (!order) return false;
  switch (kind) {
    case Condition::Kind::kLess:
      return *order < 0;
    case Condition::Kind::kLessOrEqual:
      return *order <= 0;
    case Condition::Kind::kGreater:
      return *order > 0;
    default:
      return *order >= 0;
  }
}

bool begins_with(const Json& value, const Json& prefix) {
  const auto type = type_of(value);
  if (type != type_of(prefix) || (type != "S" && type != "B")) return false;
  return content_of(value).get_ref<const std::string&>().starts_with(
      content_of(prefix).get_ref<const std::string&>());
}

bool contains(const Json& value, const Json& wanted) {
  const auto type = type_of(value);
  const auto wanted_type = type_of(wanted);
  const auto& content = content_of(value);
  if (type == "L") {
    return std::any_of(content.begin(), content.end(),
                       [&](const auto& e) { return equal_values(e, wanted); });
  }
  // A set holds values of the type that its name begins with.
  if (is_set_type(type)) {
    return wanted_type == type.substr(0, 1) &&
           std::find(content.begin(), content.end(), content_of(wanted)) != content.end();
  }
  if (type != wanted_type || (type != "S" && type != "B")) return false;
  return content.get_ref<const std::string&>().find(content_of(wanted).get_ref<const std::string&>()) !=
         std::string::npos;
}

bool matches_operands(const Condition& condition, const Json& item) {
  std::vector<Json> sizes(condition.operands.size());
  std::vector<const Json*> values;
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    values.push_back(resolve(condition.operands[i], item, sizes[i]));
  }
  const bool both = values.size() > 1 && values[0] != nullptr && values[1] != nullptr;
  using Kind = Condition::Kind;
  switch (condition.kind) {
    case Kind::kAttributeExists:
      return values[0] != nullptr;
    case Kind::kAttributeNotExists:
      return values[0] == nullptr;
    case Kind::kAttributeType:
      return both && content_of(*values[1]).get_ref<const std::string&>() == type_of(*values[0]);
    case Kind::kBeginsWith:
      return both && begins_with(*values[0], *values[1]);
    case Kind::kContains:
      return both && contains(*values[0], *values[1]);
    case Kind::kBetween:
      return compare(Kind::kGreaterOrEqual, values[0], values[1]) &&
             compare(Kind::kLessOrEqual, values[0], values[2]);
    case Kind::kIn:
      return std::any_of(values.begin() + 1, values.end(),
                         [&](const Json* value) { return compare(Kind::kEqual, values[0], value); });
    default:
      return compare(condition.kind, values[0], values[1]);
  }
}

}  // namespace

bool matches(const Condition& condition, const Json& item) {
  const auto& children = condition.children;
  const auto child_matches = [&item](const Condition& child) { return matches(child, item); };
  switch (condition.kind) {
    case Condition::Kind::kAnd:
      return std::all_of(children.begin(), children.end(), child_matches);
    case Condition::Kind::kOr:
      return std::any_of(children.begin(), children.end(), child_matches);
    case Condition::Kind::kNot:
      return !matches(children[0], item);
    default:
      return matches_operands(condition, item);
  }
}

}  // namespace aurora::local::dynamodb
