#include "asl/choice.h"

#include <fmt/format.h>

#include <algorithm>

namespace aurora::asl {
namespace {

using Type = ChoiceOperator::Type;
using Order = ChoiceOperator::Order;

constexpr std::pair<std::string_view, Type> kUnary[] = {
    {"IsNull", Type::kIsNull},        {"IsPresent", Type::kIsPresent}, {"IsNumeric", Type::kIsNumeric},
    {"IsString", Type::kIsString},    {"IsBoolean", Type::kIsBoolean}, {"IsTimestamp", Type::kIsTimestamp},
    {"StringMatches", Type::kMatches}};

constexpr std::pair<std::string_view, Type> kTypes[] = {
    {"String", Type::kString}, {"Numeric", Type::kNumeric}, {"Timestamp", Type::kTimestamp}};

constexpr std::pair<std::string_view, Order> kOrders[] = {{"Equals", Order::kEquals},
                                                          {"LessThan", Order::kLess},
                                                          {"LessThanEquals", Order::kLessEquals},
                                                          {"GreaterThan", Order::kGreater},
                                                          {"GreaterThanEquals", Order::kGreaterEquals}};

bool in_order(Order order, std::partial_ordering sign) {
  switch (order) {
    case Order::kEquals:
      return sign == 0;
    case Order::kLess:
      return sign < 0;
    case Order::kLessEquals:
      return sign <= 0;
    case Order::kGreater:
      return sign > 0;
    case Order::kGreaterEquals:
      return sign >= 0;
  }
  return false;
}

std::optional<Timestamp> timestamp_in(const Json& value) {
  return value.is_string() ? parse_timestamp(value.get_ref<const std::string&>()) : std::nullopt;
}

// A value of another type than the operator's makes the comparison false.
bool compare_values(const ChoiceOperator& op, const Json& value, const Json& operand) {
  switch (op.type) {
    case Type::kBoolean:
      return value.is_boolean() && operand.is_boolean() && value == operand;
    case Type::kNumeric:
      return value.is_number() && operand.is_number() && in_order(op.order, order_of_numbers(value, operand));
    case Type::kString:
      return value.is_string() && operand.is_string() &&
             in_order(op.order,
                      value.get_ref<const std::string&>() <=> operand.get_ref<const std::string&>());
    case Type::kMatches:
      return value.is_string() && operand.is_string() &&
             string_matches(value.get_ref<const std::string&>(), operand.get_ref<const std::string&>());
    case Type::kTimestamp: {
      const auto a = timestamp_in(value), b = timestamp_in(operand);
      return a && b && in_order(op.order, *a <=> *b);
    }
    default:
      return false;
  }
}

bool is_of_type(Type type, const Json& value) {
  switch (type) {
    case Type::kIsNull:
      return value.is_null();
    case Type::kIsNumeric:
      return value.is_number();
    case Type::kIsString:
      return value.is_string();
    case Type::kIsBoolean:
      return value.is_boolean();
    case Type::kIsTimestamp:
      return timestamp_in(value).has_value();
    default:
      return true;  // IsPresent
  }
}

bool is_unary_test(Type type) {
  return type == Type::kIsNull || type == Type::kIsPresent || type == Type::kIsNumeric ||
         type == Type::kIsString || type == Type::kIsBoolean || type == Type::kIsTimestamp;
}

// Null when the path points at nothing. What is not there as such, as the list of several matches, is made
// in `storage`.
const Json* value_at(const Path& path, const Scope& scope, Json& storage) {
  if (path.is_reference()) return path.find(scope);
  try {
    storage = path.evaluate(scope);
  } catch (const PathMiss&) {
    return nullptr;
  }
  return &storage;
}

const Json& required_value(const Path& path, const Scope& scope, Json& storage) {
  if (const Json* value = value_at(path, scope, storage)) return *value;
  throw Error("States.Runtime",
              fmt::format("Invalid path '{}': The choice state's condition path references an invalid value.",
                          path.text()));
}

std::optional<Path> compile_path(const Json& source) {
  if (!source.is_string()) return std::nullopt;
  try {
    return Path::compile(source.get_ref<const std::string&>());
  } catch (const Error&) {
    return std::nullopt;
  }
}

}  // namespace

std::optional<ChoiceOperator> parse_choice_operator(std::string_view name) {
  ChoiceOperator op;
  for (const auto& [text, type] : kUnary)
    if (name == text) return ChoiceOperator{type, Order::kEquals, false};
  if (name.ends_with("Path")) {
    op.takes_path = true;
    name.remove_suffix(4);
  }
  if (name == "BooleanEquals") {
    op.type = Type::kBoolean;
    return op;
  }
  for (const auto& [prefix, type] : kTypes) {
    if (!name.starts_with(prefix)) continue;
    op.type = type;
    for (const auto& [text, order] : kOrders) {
      if (name.substr(prefix.size()) != text) continue;
      op.order = order;
      return op;
    }
  }
  return std::nullopt;
}

bool operand_fits(const ChoiceOperator& op, const Json& operand) {
  if (op.takes_path) return operand.is_string();
  if (is_unary_test(op.type)) return operand.is_boolean();
  switch (op.type) {
    case Type::kBoolean:
      return operand.is_boolean();
    case Type::kNumeric:
      return operand.is_number();
    case Type::kTimestamp:
      return timestamp_in(operand).has_value();
    default:
      return operand.is_string();
  }
}

ChoiceRule ChoiceRule::compile(const Json& source) {
  ChoiceRule rule;
  if (!source.is_object()) return rule;
  rule.next_ = string_or(source, "Next", "");
  for (const auto& [name, value] : source.items()) {
    const Kind kind = name == "And"   ? Kind::kAnd
                      : name == "Or"  ? Kind::kOr
                      : name == "Not" ? Kind::kNot
                                      : Kind::kNever;
    if (kind != Kind::kNever) {
      rule.kind_ = kind;
      if (kind == Kind::kNot) rule.parts_.push_back(compile(value));
      if (kind != Kind::kNot && value.is_array())
        for (const Json& part : value) rule.parts_.push_back(compile(part));
    } else if (const auto op = parse_choice_operator(name)) {
      rule.kind_ = Kind::kComparison;
      rule.operator_ = *op;
      rule.operand_ = value;
      if (op->takes_path) rule.operand_path_ = compile_path(value);
    } else if (name == "Variable") {
      rule.variable_ = compile_path(value);
    }
  }
  return rule;
}

bool ChoiceRule::holds(const Scope& scope) const {
  const auto part_holds = [&](const ChoiceRule& part) { return part.holds(scope); };
  switch (kind_) {
    case Kind::kAnd:
      return std::all_of(parts_.begin(), parts_.end(), part_holds);
    case Kind::kOr:
      return std::any_of(parts_.begin(), parts_.end(), part_holds);
    case Kind::kNot:
      return !part_holds(parts_.front());
    case Kind::kComparison:
      return compares(scope);
    case Kind::kNever:
      break;
  }
  return false;
}

bool ChoiceRule::compares(const Scope& scope) const {
  if (!variable_ || (operator_.takes_path && !operand_path_))
    throw Error("States.Runtime", "A choice rule compares with a path that is not a valid path.");
  Json storage, operand_storage;
  if (operator_.type == Type::kIsPresent)
    return (value_at(*variable_, scope, storage) != nullptr) == (operand_ != Json(false));
  const Json& value = required_value(*variable_, scope, storage);
  if (is_unary_test(operator_.type)) return is_of_type(operator_.type, value) == (operand_ != Json(false));
  const Json& operand =
      operator_.takes_path ? required_value(*operand_path_, scope, operand_storage) : operand_;
  // Comparing long texts is work too.
  if (value.is_string()) scope.meter.visit(value.get_ref<const std::string&>().size() / 64);
  return compare_values(operator_, value, operand);
}

}  // namespace aurora::asl
