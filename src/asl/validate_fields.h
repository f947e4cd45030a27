// Which fields a state may have, and what each of them must be. Used by validate*.cc only.
#pragma once
#include <optional>
#include <span>
#include <string>

#include "base/json.h"

namespace aurora::asl {

enum class FieldKind {
  kText,
  kQueryLanguage,  // "JSONPath" or "JSONata"
  kBoolean,
  kObject,
  kAnything,
  kPath,             // a path
  kPathOrNull,       // InputPath, OutputPath
  kReferencePath,    // a path to one value
  kResultPath,       // a reference path into the data, or null
  kPathOrCall,       // ErrorPath, CausePath
  kTemplate,         // a payload template
  kPositiveInteger,  // 1 to 99,999,999
  kDelay,            // MaxDelaySeconds: 1 to 31,622,399
  kCount,            // 0 to 99,999,999
  kPercentage,       // 0 to 100
  kTimestamp,
  kStateName,  // Next, Default: checked with the other transitions
  kNested,     // looked into on its own
};

struct FieldRule {
  std::string_view name;
  FieldKind kind;
  std::string_view states;  // the types of states that have it: "Pass Task"
};

std::span<const FieldRule> field_rules();
// The rule for `field` in a state of `type`; null when it has no such field.
const FieldRule* find_field_rule(std::string_view type, std::string_view field);
bool is_state_type(std::string_view type);
// What is wrong with `value` for this kind, or nothing.
std::optional<std::string> check_field(FieldKind kind, std::string_view name, const Json& value);
// What is wrong with the text of a path or call, or nothing.
std::optional<std::string> check_path(std::string_view text, bool reference);

}  // namespace aurora::asl
