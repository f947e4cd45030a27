// From the text of expressions to their parsed form: recursive descent over the tokens.
#pragma once
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "local/dynamodb/expression.h"

namespace aurora::local::dynamodb {

// ExpressionAttributeNames and ExpressionAttributeValues of a request. Remembers which were used, since
// AWS refuses a request that provides one in vain.
class Placeholders {
 public:
  // Takes the members from a request's input; checks and normalises the values. Throws ValidationException.
  explicit Placeholders(const Json& input);

  // Nothing when it is not defined.
  const std::string* name(std::string_view placeholder);
  const Json* value(std::string_view placeholder);
  // Throws ValidationException when something was never asked for; call it after the last expression.
  void check_all_used() const;

 private:
  Json names_;
  Json values_;
  std::set<std::string, std::less<>> unused_names_;
  std::set<std::string, std::less<>> unused_values_;
};

// All throw ValidationException in the words of AWS, prefixed with "Invalid <label>: " where `label` is the
// request's member ("FilterExpression"). Expressions have at most 4 KB and 300 levels.
Condition parse_condition(std::string_view text, std::string_view label, Placeholders& placeholders);
Update parse_update(std::string_view text, Placeholders& placeholders);
Projection parse_projection(std::string_view text, Placeholders& placeholders);

}  // namespace aurora::local::dynamodb
