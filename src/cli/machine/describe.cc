#include "cli/machine/describe.h"

#include <fmt/format.h>

#include "asl/choice.h"
#include "asl/resource.h"
#include "base/text.h"

namespace aurora::cli {
namespace {

using Operator = asl::ChoiceOperator;

std::string without_root(const std::string& path) {
  return path.starts_with("$.") ? path.substr(2) : path;
}

std::string value_text(const Json& value) {
  return value.is_string() ? value.get<std::string>() : dump_json(value);
}

// The text inside of "{% … %}".
std::string expression(const std::string& text) {
  if (!text.starts_with("{%") || !text.ends_with("%}") || text.size() < 4) return text;
  return std::string(trim(std::string_view(text).substr(2, text.size() - 4)));
}

std::string_view sign(Operator::Order order) {
  switch (order) {
    case Operator::Order::kEquals:
      return "=";
    case Operator::Order::kLess:
      return "<";
    case Operator::Order::kLessEquals:
      return "<=";
    case Operator::Order::kGreater:
      return ">";
    case Operator::Order::kGreaterEquals:
      return ">=";
  }
  return "";
}

std::string quality(Operator::Type type, bool holds) {
  const std::string_view is = holds ? "is" : "is not";
  switch (type) {
    case Operator::Type::kIsNull:
      return fmt::format("{} null", is);
    case Operator::Type::kIsPresent:
      return holds ? "is present" : "is absent";
    case Operator::Type::kIsNumeric:
      return fmt::format("{} a number", is);
    case Operator::Type::kIsString:
      return fmt::format("{} a string", is);
    case Operator::Type::kIsBoolean:
      return fmt::format("{} a boolean", is);
    case Operator::Type::kIsTimestamp:
      return fmt::format("{} a timestamp", is);
    default:
      return "";
  }
}

std::string comparison_text(const std::string& variable, const Operator& op, const Json& operand) {
  if (const std::string text = quality(op.type, operand == true); !text.empty()) return variable + " " + text;
  const std::string right = op.takes_path ? without_root(value_text(operand)) : dump_json(operand);
  return fmt::format("{} {} {}", variable, op.type == Operator::Type::kMatches ? "matches" : sign(op.order),
                     right);
}

std::string joined(const Json& rules, std::string_view word) {
  std::vector<std::string> parts;
  for (const Json& rule : rules) {
    const bool compound = rule.is_object() && (rule.contains("And") || rule.contains("Or"));
    parts.push_back(compound ? fmt::format("({})", rule_text(rule)) : rule_text(rule));
  }
  return join(parts, fmt::format(" {} ", word));
}

std::string seconds_text(double seconds) {
  return fmt::format("{:g} s", seconds);
}

double number_or(const Json& object, std::string_view key, double fallback) {
  const Json& value = member_or_null(object, key);
  return value.is_number() ? value.get<double>() : fallback;
}

std::string wait_text(const Json& state) {
  const Json& seconds = member_or_null(state, "Seconds");
  if (seconds.is_number()) return seconds_text(seconds.get<double>());
  if (seconds.is_string()) return expression(seconds.get<std::string>()) + " seconds";
  if (state.contains("SecondsPath")) return without_root(string_or(state, "SecondsPath", "")) + " seconds";
  if (state.contains("TimestampPath")) return "until " + without_root(string_or(state, "TimestampPath", ""));
  return "until " + expression(string_or(state, "Timestamp", ""));
}

// A function is named by the last part of its ARN, without a version.
std::string function_name(const std::string& name) {
  const std::size_t at = name.find(":function:");
  const std::string last = at == std::string::npos ? name : name.substr(at + 10);
  return last.substr(0, last.find(':'));
}

std::string task_text(const Json& state) {
  const asl::Resource resource = asl::parse_resource(string_or(state, "Resource", ""));
  if (resource.kind == asl::Resource::Kind::kLambdaFunction) return "function " + function_name(resource.arn);
  const Json& arguments =
      state.contains("Arguments") ? state["Arguments"] : member_or_null(state, "Parameters");
  const std::string function = string_or(arguments, "FunctionName", "");
  if (resource.service == "lambda" && !function.empty())
    return fmt::format(
        "function {}{}", function_name(function),
        resource.pattern == asl::Resource::Pattern::kWaitForTaskToken ? ", waits for its token" : "");
  if (resource.service.empty()) return resource.arn;
  return fmt::format("{} {}", resource.service, resource.name);
}

std::string map_text(const Json& state) {
  std::string items = without_root(string_or(state, "ItemsPath", ""));
  if (items.empty() || items == "$") items = expression(string_or(state, "Items", "the input"));
  const Json& limit = member_or_null(state, "MaxConcurrency");
  return fmt::format("for each of {}{}", items,
                     limit.is_number() && limit > 0 ? fmt::format(", {} at a time", dump_json(limit)) : "");
}

}  // namespace

std::string rule_text(const Json& rule) {
  if (!rule.is_object()) return dump_json(rule);
  if (rule.contains("And")) return joined(rule["And"], "and");
  if (rule.contains("Or")) return joined(rule["Or"], "or");
  if (rule.contains("Not")) return fmt::format("not ({})", rule_text(rule["Not"]));
  if (rule.contains("Condition")) return expression(value_text(rule["Condition"]));
  const std::string variable = without_root(string_or(rule, "Variable", "?"));
  for (const auto& [key, operand] : rule.items())
    if (const auto op = asl::parse_choice_operator(key)) return comparison_text(variable, *op, operand);
  return variable;
}

std::string errors_text(const Json& error_equals) {
  std::vector<std::string> names;
  if (error_equals.is_array())
    for (const Json& name : error_equals) names.push_back(value_text(name));
  if (names.size() == 1 && names.front() == "States.ALL") return "any error";
  constexpr std::size_t kNamed = 2;
  if (names.size() <= kNamed) return join(names, ", ");
  const std::size_t others = names.size() - 1;
  return fmt::format("{} and {} others", names.front(), others);
}

std::string retry_text(const Json& retrier) {
  const double times = number_or(retrier, "MaxAttempts", 3);
  if (times <= 0) return errors_text(member_or_null(retrier, "ErrorEquals")) + ": never";
  std::string text = fmt::format("{}: {} after {}", errors_text(member_or_null(retrier, "ErrorEquals")),
                                 times == 1 ? "once" : fmt::format("{:g} times", times),
                                 seconds_text(number_or(retrier, "IntervalSeconds", 1)));
  const double rate = number_or(retrier, "BackoffRate", 2);
  if (times > 1 && rate != 1) text += fmt::format(", then {:g} times as long", rate);
  if (retrier.contains("MaxDelaySeconds"))
    text += fmt::format(", {} at most", seconds_text(number_or(retrier, "MaxDelaySeconds", 0)));
  if (string_or(retrier, "JitterStrategy", "NONE") == "FULL") text += ", with jitter";
  return text;
}

std::string state_text(const Json& state) {
  const std::string type = string_or(state, "Type", "");
  if (type == "Task") return task_text(state);
  if (type == "Wait") return wait_text(state);
  if (type == "Map") return map_text(state);
  if (type == "Fail") return string_or(state, "Error", without_root(string_or(state, "ErrorPath", "")));
  if (type == "Parallel") {
    const Json& branches = member_or_null(state, "Branches");
    return fmt::format("{} branches", branches.is_array() ? branches.size() : 0);
  }
  return "";
}

}  // namespace aurora::cli
