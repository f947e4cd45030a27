// The selectors of JSON events in CloudWatch Logs' filter patterns: { $.status = "failed" && $.n > 3 }.
#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/json.h"
#include "local/logs_pattern.h"

namespace aurora::local {

struct LogPattern::Selector {
  enum class Kind { kAll, kAny, kCompare, kIsNull, kExists, kNotExists, kIsTrue, kIsFalse };
  enum class Comparison { kEqual, kNotEqual, kLess, kLessOrEqual, kGreater, kGreaterOrEqual };

  Kind kind = Kind::kAll;
  std::vector<Selector> parts = {};    // of kAll and kAny
  std::vector<std::string> path = {};  // of the others: names, and "[n]" for elements
  Comparison comparison = Comparison::kEqual;
  std::string value = {};  // text may begin or end with the wildcard *
  bool is_number = false;

  bool matches(const Json& event) const;
};

// Throws Error "InvalidPattern".
std::unique_ptr<LogPattern::Selector> parse_log_selector(std::string_view text);

}  // namespace aurora::local
