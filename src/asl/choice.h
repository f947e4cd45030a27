// The rules of a Choice state.
#pragma once
#include "asl/path.h"
#include "asl/string_match.h"
#include "asl/timestamp.h"

namespace aurora::asl {

// A comparison operator's name taken apart: "NumericLessThanEqualsPath".
struct ChoiceOperator {
  enum class Type {
    kString,
    kNumeric,
    kBoolean,
    kTimestamp,
    kMatches,
    kIsNull,
    kIsPresent,
    kIsNumeric,
    kIsString,
    kIsBoolean,
    kIsTimestamp
  };
  enum class Order { kEquals, kLess, kLessEquals, kGreater, kGreaterEquals };
  Type type = Type::kString;
  Order order = Order::kEquals;
  bool takes_path = false;
};

// Nothing for a name that is no comparison operator.
std::optional<ChoiceOperator> parse_choice_operator(std::string_view name);
// Whether `operand` is of the type that the operator compares with.
bool operand_fits(const ChoiceOperator& op, const Json& operand);

class ChoiceRule {
 public:
  // Never throws: a rule that makes no sense is never true, or fails when it is evaluated.
  static ChoiceRule compile(const Json& source);

  // Throws Error "States.Runtime" when the variable or the path to compare with points at nothing.
  bool holds(const Scope& scope) const;
  const std::string& next() const { return next_; }

 private:
  enum class Kind { kComparison, kAnd, kOr, kNot, kNever };
  bool compares(const Scope& scope) const;

  Kind kind_ = Kind::kNever;
  std::vector<ChoiceRule> parts_;
  std::string next_;
  ChoiceOperator operator_;
  std::optional<Path> variable_;
  Json operand_;
  std::optional<Path> operand_path_;
};

}  // namespace aurora::asl
