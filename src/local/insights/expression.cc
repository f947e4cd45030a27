#include "local/insights/expression.h"

#include <re2/re2.h>

#include <algorithm>

namespace aurora::local::insights {

Value Expression::evaluate(const Scope& scope) const {
  const auto is_true = [&](const ExpressionPtr& part) { return part->evaluate(scope).is_true(); };
  switch (kind) {
    case Kind::kLiteral:
      return literal;
    case Kind::kField:
      return scope.field(name);
    case Kind::kAggregate:
      return scope.aggregate(aggregate);
    case Kind::kAll:
      return Value::of(std::all_of(parts.begin(), parts.end(), is_true));
    case Kind::kAny:
      return Value::of(std::any_of(parts.begin(), parts.end(), is_true));
    case Kind::kMatches: {
      const Value subject = parts.front()->evaluate(scope);
      return Value::of(!subject.is_null() && re2::RE2::PartialMatch(subject.text(), *pattern));
    }
    case Kind::kCall:
      break;
  }
  std::vector<Value> arguments;
  arguments.reserve(parts.size());
  for (const ExpressionPtr& part : parts) arguments.push_back(part->evaluate(scope));
  return function->apply(arguments);
}

}  // namespace aurora::local::insights
