// The aggregations of the command stats.
#pragma once
#include <memory>
#include <string_view>

#include "local/insights/expression.h"

namespace aurora::local::insights {

class Budget;

// One value of a group: count(*), pct(@duration, 99).
class Aggregate {
 public:
  virtual ~Aggregate() = default;
  // `value` is the argument's in one record; `record` the record itself, for what depends on its time.
  virtual void add(const Value& value, const Scope& record) = 0;
  virtual Value result() const = 0;
};

struct AggregateFunction {
  std::string_view name;  // lower case
  std::size_t arguments_min;
  std::size_t arguments_max;
  // What an aggregate keeps is taken from the budget, which outlives it.
  std::unique_ptr<Aggregate> (*make)(double parameter, Budget& budget);
};

// As written in a query, in any case; null when there is none.
const AggregateFunction* find_aggregate(std::string_view name);

struct AggregateSpec {
  const AggregateFunction* function = nullptr;
  ExpressionPtr argument;  // null: count(*)
  double parameter = 0;    // pct's percentage
};

}  // namespace aurora::local::insights
