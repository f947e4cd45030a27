// The filter patterns of CloudWatch Logs ("Filter pattern syntax" of its guide).
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "base/json.h"

namespace aurora::local {

// Terms and quoted phrases that must all be there, ?terms of which one must, -terms that must not; %regular
// expressions%; and for JSON events { $.field = "value" } with comparisons, wildcards, IS NULL, NOT EXISTS,
// && and || and parentheses.
class LogPattern {
 public:
  // Throws Error "InvalidPattern" that says where.
  explicit LogPattern(std::string_view text);
  ~LogPattern();
  LogPattern(LogPattern&&) noexcept;
  LogPattern& operator=(LogPattern&&) noexcept;

  bool matches(const std::string& message) const;

  struct Selector;

 private:
  struct Expression;
  struct Term {
    std::string text;
    std::shared_ptr<const Expression> expression;  // of %...%
  };
  static bool contains(const std::string& message, const Term& term);
  void parse_terms(std::string_view text);

  std::vector<Term> all_;
  std::vector<Term> any_;
  std::vector<Term> none_;
  std::unique_ptr<Selector> selector_;
};

}  // namespace aurora::local
