// Expressions of CloudWatch Logs Insights queries.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "local/insights/functions.h"
#include "local/insights/value.h"

namespace re2 {
class RE2;
}

namespace aurora::local::insights {

// Where an expression finds what its names stand for.
class Scope {
 public:
  virtual ~Scope() = default;
  virtual Value field(const std::string& name) const = 0;
  // Of a `stats` command, by the aggregate's number.
  virtual Value aggregate(std::size_t /*number*/) const { return {}; }
};

struct Expression;
using ExpressionPtr = std::unique_ptr<const Expression>;

struct Expression {
  enum class Kind { kLiteral, kField, kCall, kMatches, kAll, kAny, kAggregate };

  Kind kind = Kind::kLiteral;
  Value literal = {};                            // of kLiteral
  std::string name = {};                         // of kField
  const Function* function = nullptr;            // of kCall
  std::vector<ExpressionPtr> parts = {};         // of kCall, kMatches, kAll and kAny
  std::shared_ptr<const re2::RE2> pattern = {};  // of kMatches
  std::size_t aggregate = 0;                     // of kAggregate

  // The parser bounds how deep expressions nest, and with it the recursion of this.
  Value evaluate(const Scope& scope) const;
};

}  // namespace aurora::local::insights
