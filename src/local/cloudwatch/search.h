// The texts of SEARCH: '{AWS/Lambda,FunctionName} MetricName="Errors" FunctionName="aurora"'.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/search-expression-syntax.html
#pragma once
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "local/cloudwatch/metric.h"

namespace aurora::local::cloudwatch {

// A schema (namespace and exactly these dimensions) and terms that all must hold: a quoted value is matched
// whole, another where it occurs. OR, NOT and groups of values are refused.
class MetricSearch {
 public:
  // Throws Error "ExpressionError".
  explicit MetricSearch(const std::string& text);

  const std::string& space() const { return space_; }  // empty: any
  bool matches(const MetricId& metric) const;

 private:
  struct Term {
    std::string property;  // "MetricName", "Namespace" or a dimension; empty: any of them
    std::string value;
    bool whole = false;
  };
  void read_schema(const std::string& schema);
  void read_term(const std::string& term);
  static bool holds(const Term& term, const MetricId& metric);

  std::string space_;
  std::optional<std::set<std::string>> dimensions_;
  std::vector<Term> terms_;
};

}  // namespace aurora::local::cloudwatch
