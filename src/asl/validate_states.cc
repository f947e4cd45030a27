// What each type of state must and may have.
#include <fmt/format.h>

#include <algorithm>

#include "asl/choice.h"
#include "asl/validator.h"

namespace aurora::asl {

void Validator::check_fields(const std::string& type, const Json& state) {
  for (const auto& [name, value] : state.items()) {
    const FieldRule* rule = find_field_rule(type, name);
    if (!rule) {
      schema(fmt::format("Field '{}' is not supported", name));
      continue;
    }
    const At at(*this, name);
    if (const auto problem = check_field(rule->kind, name, value)) schema(*problem);
  }
  for (const FieldRule& rule : field_rules()) {
    const std::string name(rule.name);
    const std::string path = name + "Path";
    // ResultPath is no path to a Result.
    if (state.contains(name) && find_field_rule(type, path) && name != "Result")
      exclusive(state, name.c_str(), path.c_str());
  }
}

void Validator::check_flow(const std::string& type, const Json& state) {
  if (type == "Choice" || type == "Succeed" || type == "Fail") return;
  if (state.contains("Next") && bool_or(state, "End", false))
    return schema("Only one of these fields is allowed: [Next, End]");
  if (!state.contains("Next") && !bool_or(state, "End", false))
    schema("Either 'Next' or '\"End\": true' is required");
  if (type == "Pass" || type == "Wait") return;
  check_retriers(state);
  check_catchers(state);
}

void Validator::check_task(const Json& state) {
  if (!require(state, {"Resource"})) return;
  const std::string resource = string_or(state, "Resource", "");
  const std::size_t open = resource.rfind("${");
  const bool unclosed = open != std::string::npos && resource.find('}', open) == std::string::npos;
  if (unclosed || (resource.find(':') == std::string::npos && open == std::string::npos)) {
    const At at(*this, "Resource");
    schema("Value is not a valid resource ARN");
  }
  if (state.contains("Credentials") && !state["Credentials"].is_object()) {
    const At at(*this, "Credentials");
    schema("Expected value of type Object");
  }
  const Json& timeout = member_or_null(state, "TimeoutSeconds");
  const Json& heartbeat = member_or_null(state, "HeartbeatSeconds");
  if (timeout.is_number() && heartbeat.is_number() && heartbeat.get<double>() >= timeout.get<double>()) {
    const At at(*this, "HeartbeatSeconds");
    schema("HeartbeatSeconds must be smaller than TimeoutSeconds");
  }
}

// ---- Choice

void Validator::check_choice(const Json& state) {
  if (!require(state, {"Choices"})) return;
  const At at(*this, "Choices");
  const Json& rules = state["Choices"];
  if (!rules.is_array() || rules.empty()) return schema("Expected a list with at least one rule");
  for (std::size_t i = 0; i < rules.size(); ++i) {
    const At within(*this, fmt::format("[{}]", i));
    check_rule(rules[i], /*is_top=*/true, 0);
  }
}

void Validator::check_rule(const Json& rule, bool is_top, int depth) {
  if (depth > kNestingMax) return schema("Rules are nested too deeply");
  if (!rule.is_object()) return schema("Expected value of type Object");
  if (is_top && require(rule, {"Next"})) check(rule, "Next", FieldKind::kText);
  check(rule, "Comment", FieldKind::kText);
  int tests = 0;
  bool compares = false;
  for (const auto& [name, value] : rule.items()) {
    const At at(*this, name);
    if (name == "And" || name == "Or") {
      ++tests;
      if (!value.is_array() || value.empty()) {
        schema("Expected a list with at least one rule");
        continue;
      }
      for (std::size_t i = 0; i < value.size(); ++i) {
        const At within(*this, fmt::format("[{}]", i));
        check_rule(value[i], false, depth + 1);
      }
    } else if (name == "Not") {
      ++tests;
      check_rule(value, false, depth + 1);
    } else if (parse_choice_operator(name)) {
      ++tests;
      compares = true;
      check_comparison(name, value);
    } else if (name == "Variable") {
      if (const auto problem = check_field(FieldKind::kPath, name, value)) schema(*problem);
    } else if (name == "Next" ? !is_top : name != "Comment" && name != "Assign") {
      schema(fmt::format("Field '{}' is not supported", name));
    }
  }
  if (tests != 1) schema("A rule needs exactly one comparison, And, Or or Not");
  if (compares) require(rule, {"Variable"});
}

void Validator::check_comparison(const std::string& name, const Json& operand) {
  const ChoiceOperator op = *parse_choice_operator(name);
  if (op.takes_path) {
    if (const auto problem = check_field(FieldKind::kPath, name, operand)) schema(*problem);
  } else if (op.type == ChoiceOperator::Type::kTimestamp && !operand_fits(op, operand)) {
    schema("String does not match RFC3339 timestamp");
  } else if (!operand_fits(op, operand)) {
    schema(fmt::format("Value does not fit the comparison {}", name));
  }
}

// ---- Wait

void Validator::check_wait(const Json& state) {
  int given = 0;
  for (const char* field : {"Seconds", "SecondsPath", "Timestamp", "TimestampPath"})
    given += state.contains(field) ? 1 : 0;
  if (given != 1)
    schema("Exactly one of these fields is required: [Seconds, SecondsPath, Timestamp, TimestampPath]");
}

// ---- Parallel and Map

void Validator::check_parallel(const Json& state) {
  if (!require(state, {"Branches"})) return;
  const At at(*this, "Branches");
  const Json& branches = state["Branches"];
  if (!branches.is_array()) return schema("Expected value of type Array");
  if (branches.empty()) return schema("Value cannot be empty");
  for (std::size_t i = 0; i < branches.size(); ++i) {
    const At within(*this, fmt::format("[{}]", i));
    if (branches[i].is_object()) check_known(branches[i], {"StartAt", "States", "Comment", "QueryLanguage"});
    check_list(branches[i]);
  }
}

void Validator::check_map(const Json& state) {
  exclusive(state, "ItemProcessor", "Iterator");
  exclusive(state, "ItemSelector", "Parameters");
  const char* name = state.contains("Iterator") ? "Iterator" : "ItemProcessor";
  if (!require(state, {name})) return;
  if (state.contains("Label")) check_label(state["Label"]);
  if (state.contains("ItemBatcher")) check_item_batcher(state["ItemBatcher"]);
  const Json& reader = member_or_null(member_or_null(state, "ItemReader"), "ReaderConfig");
  if (reader.is_object()) {
    const At at(*this, "ItemReader/ReaderConfig");
    exclusive(reader, "MaxItems", "MaxItemsPath");
  }
  const At at(*this, name);
  const Json& processor = state[name];
  if (processor.is_object()) {
    check_known(processor, {"StartAt", "States", "Comment", "ProcessorConfig", "QueryLanguage"});
    const Json& mode = member_or_null(member_or_null(processor, "ProcessorConfig"), "Mode");
    if (!mode.is_null() && mode != "INLINE" && mode != "DISTRIBUTED") {
      const At within(*this, "ProcessorConfig/Mode");
      schema("Value must be INLINE or DISTRIBUTED");
    }
  }
  check_list(processor);
}

namespace {

// Characters that an ARN or a path of a bucket could not carry.
bool label_allows(unsigned char c) {
  return c > 0x20 && c != 0x7F &&
         std::string_view("?*<>{}[]:;,\\|^~$#%&`\"/").find(static_cast<char>(c)) == std::string_view::npos;
}

}  // namespace

void Validator::check_label(const Json& label) {
  constexpr std::size_t kLabelCharactersMax = 40;
  const At at(*this, "Label");
  if (!label.is_string()) return schema("Expected value of type String");
  const std::string& text = label.get_ref<const std::string&>();
  if (text.empty()) schema("Label cannot be empty");
  if (text.size() > kLabelCharactersMax)
    schema(fmt::format("Label cannot exceed {} characters", kLabelCharactersMax));
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    // U+0080 to U+009F are control characters too.
    const bool control = c == 0xC2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xA0;
    if (control || !label_allows(c)) return schema("Label contains invalid character");
  }
}

void Validator::check_item_batcher(const Json& batcher) {
  const At at(*this, "ItemBatcher");
  if (!batcher.is_object()) return schema("Expected value of type Object");
  exclusive(batcher, "MaxItemsPerBatch", "MaxItemsPerBatchPath");
  exclusive(batcher, "MaxInputBytesPerBatch", "MaxInputBytesPerBatchPath");
}

// ---- Retry and Catch

void Validator::check_errors(const Json& handler, bool is_last) {
  if (!require(handler, {"ErrorEquals"})) return;
  const At at(*this, "ErrorEquals");
  const Json& names = handler["ErrorEquals"];
  if (!names.is_array() || names.empty()) return schema("Expected a list with at least one name of an error");
  bool wildcard = false;
  for (const Json& name : names) {
    if (!name.is_string()) return schema("Expected value of type String");
    wildcard = wildcard || name == "States.ALL";
  }
  if (wildcard && (names.size() > 1 || !is_last))
    schema("States.ALL must appear alone, and in the last element of the list");
}

void Validator::check_retriers(const Json& state) {
  if (!state.contains("Retry")) return;
  const At at(*this, "Retry");
  const Json& retriers = state["Retry"];
  if (!retriers.is_array()) return schema("Expected value of type Array");
  for (std::size_t i = 0; i < retriers.size(); ++i) {
    const At within(*this, fmt::format("[{}]", i));
    const Json& retrier = retriers[i];
    if (!retrier.is_object()) {
      schema("Expected value of type Object");
      continue;
    }
    check_known(retrier, {"ErrorEquals", "IntervalSeconds", "MaxAttempts", "BackoffRate", "MaxDelaySeconds",
                          "JitterStrategy", "Comment"});
    check_errors(retrier, i + 1 == retriers.size());
    check(retrier, "Comment", FieldKind::kText);
    check(retrier, "IntervalSeconds", FieldKind::kPositiveInteger);
    check(retrier, "MaxAttempts", FieldKind::kCount);
    check(retrier, "MaxDelaySeconds", FieldKind::kDelay);
    const Json& rate = member_or_null(retrier, "BackoffRate");
    if (retrier.contains("BackoffRate") && (!rate.is_number() || rate.get<double>() < 1)) {
      const At field(*this, "BackoffRate");
      schema("Value must be a number of at least 1.0");
    }
    const Json& jitter = member_or_null(retrier, "JitterStrategy");
    if (retrier.contains("JitterStrategy") && jitter != "FULL" && jitter != "NONE") {
      const At field(*this, "JitterStrategy");
      schema("Value must be FULL or NONE");
    }
  }
}

void Validator::check_catchers(const Json& state) {
  if (!state.contains("Catch")) return;
  const At at(*this, "Catch");
  const Json& catchers = state["Catch"];
  if (!catchers.is_array()) return schema("Expected value of type Array");
  for (std::size_t i = 0; i < catchers.size(); ++i) {
    const At within(*this, fmt::format("[{}]", i));
    const Json& catcher = catchers[i];
    if (!catcher.is_object()) {
      schema("Expected value of type Object");
      continue;
    }
    check_known(catcher, {"ErrorEquals", "Next", "ResultPath", "Comment", "Assign", "Output"});
    check_errors(catcher, i + 1 == catchers.size());
    require(catcher, {"Next"});
    check(catcher, "Comment", FieldKind::kText);
    check(catcher, "Next", FieldKind::kText);
    check(catcher, "ResultPath", FieldKind::kResultPath);
  }
}

}  // namespace aurora::asl
