#include "asl/validate_fields.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "asl/intrinsic.h"
#include "asl/timestamp.h"

namespace aurora::asl {
namespace {

constexpr std::string_view kAll = "Pass Task Choice Wait Succeed Fail Parallel Map";
constexpr std::string_view kFlowing = "Pass Task Wait Parallel Map";
constexpr std::string_view kWorking = "Task Parallel Map";
constexpr double kNumberMax = 99'999'999;
constexpr double kDelayMax = 31'622'399;

constexpr FieldRule kRules[] = {
    {"Type", FieldKind::kText, kAll},
    {"Comment", FieldKind::kText, kAll},
    {"QueryLanguage", FieldKind::kQueryLanguage, kAll},
    {"InputPath", FieldKind::kPathOrNull, "Pass Task Choice Wait Succeed Parallel Map"},
    {"OutputPath", FieldKind::kPathOrNull, "Pass Task Choice Wait Succeed Parallel Map"},
    {"ResultPath", FieldKind::kResultPath, "Pass Task Parallel Map"},
    {"Parameters", FieldKind::kTemplate, "Pass Task Parallel Map"},
    {"ResultSelector", FieldKind::kTemplate, kWorking},
    {"Assign", FieldKind::kObject, "Pass Task Choice Wait Parallel Map"},
    {"Next", FieldKind::kStateName, kFlowing},
    {"End", FieldKind::kBoolean, kFlowing},
    {"Retry", FieldKind::kNested, kWorking},
    {"Catch", FieldKind::kNested, kWorking},
    {"Result", FieldKind::kAnything, "Pass"},
    {"Resource", FieldKind::kText, "Task"},
    {"TimeoutSeconds", FieldKind::kPositiveInteger, "Task"},
    {"TimeoutSecondsPath", FieldKind::kReferencePath, "Task"},
    {"HeartbeatSeconds", FieldKind::kPositiveInteger, "Task"},
    {"HeartbeatSecondsPath", FieldKind::kReferencePath, "Task"},
    {"Credentials", FieldKind::kTemplate, "Task"},
    {"Choices", FieldKind::kNested, "Choice"},
    {"Default", FieldKind::kStateName, "Choice"},
    {"Seconds", FieldKind::kCount, "Wait"},
    {"SecondsPath", FieldKind::kReferencePath, "Wait"},
    {"Timestamp", FieldKind::kTimestamp, "Wait"},
    {"TimestampPath", FieldKind::kReferencePath, "Wait"},
    {"Error", FieldKind::kText, "Fail"},
    {"ErrorPath", FieldKind::kPathOrCall, "Fail"},
    {"Cause", FieldKind::kText, "Fail"},
    {"CausePath", FieldKind::kPathOrCall, "Fail"},
    {"Branches", FieldKind::kNested, "Parallel"},
    {"ItemProcessor", FieldKind::kNested, "Map"},
    {"Iterator", FieldKind::kNested, "Map"},
    {"ItemsPath", FieldKind::kPath, "Map"},
    {"ItemSelector", FieldKind::kTemplate, "Map"},
    {"MaxConcurrency", FieldKind::kCount, "Map"},
    {"MaxConcurrencyPath", FieldKind::kReferencePath, "Map"},
    {"ToleratedFailureCount", FieldKind::kCount, "Map"},
    {"ToleratedFailureCountPath", FieldKind::kReferencePath, "Map"},
    {"ToleratedFailurePercentage", FieldKind::kPercentage, "Map"},
    {"ToleratedFailurePercentagePath", FieldKind::kReferencePath, "Map"},
    {"Label", FieldKind::kNested, "Map"},
    {"ItemReader", FieldKind::kNested, "Map"},
    {"ItemBatcher", FieldKind::kNested, "Map"},
    {"ResultWriter", FieldKind::kNested, "Map"},
};

bool contains_word(std::string_view words, std::string_view word) {
  for (std::size_t at = words.find(word); at != std::string_view::npos; at = words.find(word, at + 1)) {
    const std::size_t end = at + word.size();
    if ((at == 0 || words[at - 1] == ' ') && (end == words.size() || words[end] == ' ')) return true;
  }
  return false;
}

std::optional<std::string> check_number(const Json& value, double least, double most) {
  const bool whole = value.is_number() && std::trunc(value.get<double>()) == value.get<double>();
  if (!whole) return "Expected value of type Integer";
  if (value.get<double>() < least || value.get<double>() > most)
    return fmt::format("Value must be between {:.0f} and {:.0f}", least, most);
  return std::nullopt;
}

// Members whose names end in ".$" must be paths or calls, at any depth.
std::optional<std::string> check_template(const Json& value) {
  if (value.is_array()) {
    for (const Json& element : value)
      if (auto problem = check_template(element)) return problem;
  }
  if (!value.is_object()) return std::nullopt;
  for (const auto& [name, member] : value.items()) {
    if (!name.ends_with(".$")) {
      if (auto problem = check_template(member)) return problem;
      continue;
    }
    const bool fits = member.is_string() && !check_path(member.get_ref<const std::string&>(), false);
    if (!fits)
      return fmt::format(
          "The value for the field '{}' must be a valid JSONPath or a valid intrinsic function call", name);
  }
  return std::nullopt;
}

std::optional<std::string> check_plain_path(const Json& value, bool reference, bool context_allowed) {
  if (!value.is_string()) return "Expected value of type String";
  const std::string& text = value.get_ref<const std::string&>();
  if (looks_like_intrinsic(text) || check_path(text, reference) ||
      (!context_allowed && text.starts_with("$$")))
    return reference ? "Value is not a Reference Path: " + text : "Value is not a valid JSONPath: " + text;
  return std::nullopt;
}

}  // namespace

std::span<const FieldRule> field_rules() {
  return kRules;
}

const FieldRule* find_field_rule(std::string_view type, std::string_view field) {
  for (const FieldRule& rule : kRules)
    if (rule.name == field && contains_word(rule.states, type)) return &rule;
  return nullptr;
}

bool is_state_type(std::string_view type) {
  return !type.empty() && contains_word(kAll, type);
}

std::optional<std::string> check_path(std::string_view text, bool reference) {
  try {
    if (!reference && looks_like_intrinsic(text)) {
      compile_intrinsic(text);
      return std::nullopt;
    }
    if (reference && !Path::compile(text).is_reference()) return "a path to a single value is needed";
    Path::compile(text);
    return std::nullopt;
  } catch (const Error& e) {
    return e.message();
  }
}

std::optional<std::string> check_field(FieldKind kind, std::string_view name, const Json& value) {
  switch (kind) {
    case FieldKind::kText:
    case FieldKind::kStateName:
      return value.is_string() ? std::nullopt : std::optional<std::string>("Expected value of type String");
    case FieldKind::kQueryLanguage:
      return value == "JSONPath" || value == "JSONata"
                 ? std::nullopt
                 : std::optional<std::string>("Value must be JSONPath or JSONata");
    case FieldKind::kBoolean:
      return value.is_boolean() ? std::nullopt : std::optional<std::string>("Expected value of type Boolean");
    case FieldKind::kObject:
      return value.is_object() ? std::nullopt : std::optional<std::string>("Expected value of type Object");
    case FieldKind::kPath:
      return check_plain_path(value, false, true);
    case FieldKind::kPathOrNull:
      return value.is_null() ? std::nullopt : check_plain_path(value, false, true);
    case FieldKind::kReferencePath:
      return check_plain_path(value, true, true);
    case FieldKind::kResultPath:
      return value.is_null() ? std::nullopt : check_plain_path(value, true, false);
    case FieldKind::kPathOrCall:
      if (!value.is_string()) return "Expected value of type String";
      return check_path(value.get_ref<const std::string&>(), false)
                 ? std::optional(fmt::format(
                       "The value for the field '{}' must be a valid JSONPath or a valid intrinsic "
                       "function call",
                       name))
                 : std::nullopt;
    case FieldKind::kTemplate:
      return check_template(value);
    case FieldKind::kPositiveInteger:
      return check_number(value, 1, kNumberMax);
    case FieldKind::kDelay:
      return check_number(value, 1, kDelayMax);
    case FieldKind::kCount:
      return check_number(value, 0, kNumberMax);
    case FieldKind::kPercentage:
      if (!value.is_number()) return "Expected value of type Number";
      return value.get<double>() < 0 || value.get<double>() > 100
                 ? std::optional<std::string>("Value must be between 0 and 100")
                 : std::nullopt;
    case FieldKind::kTimestamp:
      return value.is_string() && parse_timestamp(value.get_ref<const std::string&>())
                 ? std::nullopt
                 : std::optional<std::string>("String does not match RFC3339 timestamp");
    case FieldKind::kAnything:
    case FieldKind::kNested:
      break;
  }
  return std::nullopt;
}

}  // namespace aurora::asl
