// Metric math: + - * / ^, parentheses, numbers, ids, and the functions ABS, AVG, CEIL, FILL, FLOOR, MAX,
// METRICS, MIN, PERIOD, SEARCH, SUM. Others are refused by name.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "base/clock.h"

namespace aurora::local::cloudwatch {

// Values by the time their periods begin.
struct Series {
  std::string label = {};
  std::chrono::seconds period{60};
  std::map<TimePoint, double> points = {};
};

// A number, a series, or an array of series.
using MathValue = std::variant<double, Series, std::vector<Series>>;

// What an expression asks for.
struct MathScope {
  // The value of another query; throws for an id that there is none of, or that depends on the asking one.
  std::function<MathValue(const std::string& id)> query;
  // All metrics of the request, whose ids contain the text.
  std::function<std::vector<Series>(const std::string& text)> metrics;
  std::function<std::vector<Series>(const std::string& text, const std::string& statistic,
                                    std::chrono::seconds period)>
      search;
  // Every period of the request's window, for FILL.
  std::function<std::vector<TimePoint>(std::chrono::seconds period)> periods;
};

class Expression {
 public:
  // Throws ServiceError "ValidationError" that names `id` and what is wrong.
  Expression(std::string id, const std::string& text);
  ~Expression();
  Expression(Expression&&) noexcept;

  // Throws ServiceError "ValidationError" where types do not fit, and what the scope throws.
  MathValue evaluate(const MathScope& scope) const;

  struct Node;

 private:
  std::string id_;
  std::unique_ptr<Node> root_;
};

}  // namespace aurora::local::cloudwatch
