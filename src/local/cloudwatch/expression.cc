#include "local/cloudwatch/expression.h"

#include <fmt/format.h>

#include <cmath>
#include <numeric>

#include "aws/error.h"
#include "local/cloudwatch/expression_parser.h"

namespace aurora::local::cloudwatch {
namespace {

using Node = Expression::Node;
using Kind = Node::Kind;
using Array = std::vector<Series>;

[[noreturn]] void fail(const std::string& message) {
  throw Error("ExpressionError", message);
}

// What has no finite value has none at all: a division by zero leaves a gap.
void put(Series& series, TimePoint when, double value) {
  if (std::isfinite(value)) series.points[when] = value;
}

double calculate(char operation, double left, double right) {
  switch (operation) {
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    case '/':
      return left / right;
    default:
      return std::pow(left, right);
  }
}

template <typename F>
Series mapped(const Series& series, F value_of) {
  Series result{.label = series.label, .period = series.period};
  for (const auto& [when, value] : series.points) put(result, when, value_of(value));
  return result;
}

// Only where both have a value.
Series combined(const Series& left, const Series& right, char operation) {
  Series result{.label = left.label, .period = std::max(left.period, right.period)};
  for (const auto& [when, value] : left.points)
    if (const auto other = right.points.find(when); other != right.points.end())
      put(result, when, calculate(operation, value, other->second));
  return result;
}

MathValue operate(char operation, const MathValue& left, const MathValue& right);

template <typename F>
MathValue each_of(const Array& array, F apply) {
  Array result;
  for (const Series& series : array) result.push_back(std::get<Series>(apply(series)));
  return result;
}

MathValue operate(char operation, const MathValue& left, const MathValue& right) {
  if (const auto* many = std::get_if<Array>(&left)) {
    if (std::holds_alternative<Array>(right)) fail("Two arrays cannot be operands of one operator");
    return each_of(*many, [&](const Series& one) { return operate(operation, one, right); });
  }
  if (const auto* many = std::get_if<Array>(&right))
    return each_of(*many, [&](const Series& one) { return operate(operation, left, one); });
  const double* left_number = std::get_if<double>(&left);
  const double* right_number = std::get_if<double>(&right);
  if (left_number && right_number) return calculate(operation, *left_number, *right_number);
  if (left_number)
    return mapped(std::get<Series>(right),
                  [&](double each) { return calculate(operation, *left_number, each); });
  if (right_number)
    return mapped(std::get<Series>(left),
                  [&](double each) { return calculate(operation, each, *right_number); });
  return combined(std::get<Series>(left), std::get<Series>(right), operation);
}

double reduced(const std::string& function, const std::vector<double>& values) {
  const double sum = std::accumulate(values.begin(), values.end(), 0.0);
  if (function == "SUM") return sum;
  if (values.empty()) return std::nan("");
  if (function == "AVG") return sum / static_cast<double>(values.size());
  return function == "MIN" ? *std::min_element(values.begin(), values.end())
                           : *std::max_element(values.begin(), values.end());
}

// Of one series a number; of an array a series, at every time that any of them has a value.
MathValue aggregate(const std::string& function, const MathValue& argument) {
  if (std::holds_alternative<double>(argument)) return argument;
  if (const auto* series = std::get_if<Series>(&argument)) {
    std::vector<double> values;
    for (const auto& [when, value] : series->points) values.push_back(value);
    return reduced(function, values);
  }
  std::map<TimePoint, std::vector<double>> columns;
  Series result;
  for (const Series& series : std::get<Array>(argument)) {
    result.period = std::max(result.period, series.period);
    for (const auto& [when, value] : series.points) columns[when].push_back(value);
  }
  for (const auto& [when, values] : columns) put(result, when, reduced(function, values));
  return result;
}

Series filled(const Series& series, const Node& how, const MathScope& scope,
              const std::function<MathValue(const Node&)>& evaluate) {
  Series result = series;
  const bool repeats = how.kind == Kind::kId && how.text == "REPEAT";
  if (how.kind == Kind::kId && how.text == "LINEAR") fail("FILL with LINEAR is not carried by this endpoint");
  const MathValue value = repeats ? MathValue(0.0) : evaluate(how);
  const double* number = std::get_if<double>(&value);
  if (!number) fail("FILL takes a number or REPEAT");
  std::optional<double> last = repeats ? std::nullopt : std::optional(*number);
  for (const TimePoint when : scope.periods(series.period)) {
    const auto found = result.points.find(when);
    if (found == result.points.end() && last) result.points[when] = *last;
    if (found != result.points.end() && repeats) last = found->second;
  }
  return result;
}

class Evaluation {
 public:
  explicit Evaluation(const MathScope& scope) : scope_(scope) {}

  MathValue of(const Node& node) const {
    switch (node.kind) {
      case Kind::kNumber:
        return node.number;
      case Kind::kText:
        fail("A text is an argument of METRICS or SEARCH only");
      case Kind::kId:
        return scope_.query(node.text);
      case Kind::kOperator:
        return operate(node.text[0], of(node.parts[0]), of(node.parts[1]));
      case Kind::kArray:
        return array(node.parts);
      case Kind::kCall:
        return call(node);
    }
    return 0.0;
  }

 private:
  MathValue array(const std::vector<Node>& parts) const {
    Array result;
    for (const Node& part : parts) {
      const MathValue value = of(part);
      if (const auto* series = std::get_if<Series>(&value))
        result.push_back(*series);
      else if (const auto* many = std::get_if<Array>(&value))
        result.insert(result.end(), many->begin(), many->end());
      else
        fail("An array has series as its elements, no numbers");
    }
    return result;
  }

  const Node& argument(const Node& call, std::size_t index, std::size_t count) const {
    if (call.parts.size() != count)
      fail(fmt::format("{} takes {} argument{}", call.text, count, count == 1 ? "" : "s"));
    return call.parts[index];
  }

  std::string text(const Node& call, std::size_t index) const {
    if (call.parts[index].kind != Kind::kText) fail(fmt::format("{} takes a quoted text", call.text));
    return call.parts[index].text;
  }

  MathValue call(const Node& node) const {
    const std::string& name = node.text;
    for (const char* each : {"SUM", "AVG", "MIN", "MAX"})
      if (name == each) return aggregate(name, of(argument(node, 0, 1)));
    if (name == "ABS" || name == "CEIL" || name == "FLOOR") return rounded(name, of(argument(node, 0, 1)));
    if (name == "FILL") return fill(node);
    if (name == "METRICS") return scope_.metrics(node.parts.empty() ? "" : text(node, 0));
    if (name == "PERIOD") return period_of(of(argument(node, 0, 1)));
    if (name == "SEARCH") return search(node);
    fail(fmt::format("Unsupported function: {}", name));
  }

  static MathValue rounded(const std::string& name, const MathValue& value) {
    const auto apply = [&](double each) {
      return name == "ABS" ? std::fabs(each) : name == "CEIL" ? std::ceil(each) : std::floor(each);
    };
    if (const double* number = std::get_if<double>(&value)) return apply(*number);
    if (const auto* series = std::get_if<Series>(&value)) return mapped(*series, apply);
    return each_of(std::get<Array>(value), [&](const Series& one) { return MathValue(mapped(one, apply)); });
  }

  static MathValue period_of(const MathValue& value) {
    if (const auto* series = std::get_if<Series>(&value)) return static_cast<double>(series->period.count());
    fail("PERIOD takes a series");
  }

  MathValue fill(const Node& node) const {
    const MathValue value = of(argument(node, 0, 2));
    const auto evaluate = [this](const Node& each) { return of(each); };
    if (const auto* series = std::get_if<Series>(&value))
      return filled(*series, node.parts[1], scope_, evaluate);
    if (const auto* many = std::get_if<Array>(&value))
      return each_of(
          *many, [&](const Series& one) { return MathValue(filled(one, node.parts[1], scope_, evaluate)); });
    fail("FILL takes a series or an array of series");
  }

  MathValue search(const Node& node) const {
    if (node.parts.size() < 2 || node.parts.size() > 3) fail("SEARCH takes two or three arguments");
    std::chrono::seconds period{0};
    if (node.parts.size() == 3)
      period = std::chrono::seconds(static_cast<std::int64_t>(node.parts[2].number));
    return scope_.search(text(node, 0), text(node, 1), period);
  }

  const MathScope& scope_;
};

template <typename F>
auto in_words_of_cloudwatch(const std::string& id, F work) {
  try {
    return work();
  } catch (const aws::ServiceError&) {
    throw;
  } catch (const Error& error) {
    throw aws::ServiceError("ValidationError",
                            fmt::format("Error in expression '{}': {}", id, error.message()));
  }
}

}  // namespace

Expression::Expression(std::string id, const std::string& text)
    : id_(std::move(id)),
      root_(in_words_of_cloudwatch(id_, [&] { return std::make_unique<Node>(parse_expression(text)); })) {}

Expression::~Expression() = default;
Expression::Expression(Expression&&) noexcept = default;

MathValue Expression::evaluate(const MathScope& scope) const {
  return in_words_of_cloudwatch(id_, [&] { return Evaluation(scope).of(*root_); });
}

}  // namespace aurora::local::cloudwatch
