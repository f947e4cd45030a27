#include "asl/validate.h"

#include <fmt/format.h>

#include <algorithm>

#include "asl/utf8.h"
#include "asl/validator.h"
#include "asl/value.h"
#include "base/text.h"

namespace aurora::asl {
namespace {

struct Position {
  std::size_t line = 1, column = 1;
};

// Columns count characters.
Position position_of(const std::string& text, std::size_t byte) {
  Position position;
  for (std::size_t i = 0; i < std::min(byte, text.size()); ++i) {
    if (text[i] == '\n') {
      ++position.line;
      position.column = 1;
    } else if (!continues_character(text[i])) {
      ++position.column;
    }
  }
  return position;
}

Diagnostic schema(std::string message) {
  return {
      .is_error = true, .code = "SCHEMA_VALIDATION_FAILED", .message = std::move(message), .location = {}};
}

// What AWS's parser shows of a source.
std::string shown_source(const std::string& text) {
  const std::string_view shown = utf8_prefix(text, 500);
  if (shown.size() == text.size()) return fmt::format("\"{}\"", text);
  return fmt::format("\"{}\"[truncated {} chars]", shown, text.size() - shown.size());
}

std::string describe_token(const std::string& text, std::size_t begin, std::size_t end) {
  if (end > begin)
    return fmt::format(
        "Unrecognized token '{}': was expecting (JSON String, Number, Array, Object or token 'null', 'true' "
        "or "
        "'false')",
        text.substr(begin, std::min<std::size_t>(end - begin, 100)));
  if (begin >= text.size()) return "Unexpected end-of-input";
  return fmt::format("Unexpected character '{}'", character_at(text, begin));
}

// AWS's parser reports where the offending token ends.
Diagnostic invalid_json(const std::string& text, const JsonReading& reading) {
  if (reading.problem == JsonReading::Problem::kNumberTooLarge)
    return schema("Definition has a number that is too large");
  if (!is_valid_utf8(text)) return schema("Definition must be a valid JSON object in UTF-8");
  // Back to the start of the word that is no JSON, and forward to its end.
  const auto is_word = [&](std::size_t i) {
    return i < text.size() && (std::isalnum(static_cast<unsigned char>(text[i])) || text[i] == '_');
  };
  std::size_t begin = std::min(reading.at, text.size());
  while (begin > 0 && is_word(begin - 1)) --begin;
  std::size_t end = begin;
  while (is_word(end)) ++end;
  const Position position = position_of(text, std::max(end, reading.at));
  const std::string location = fmt::format("[Source: (String){}; line: {}, column: {}]", shown_source(text),
                                           position.line, position.column);
  return {.is_error = true,
          .code = "INVALID_JSON_DESCRIPTION",
          .message = fmt::format("{}\n at {}", describe_token(text, begin, end), location),
          .location = location};
}

// Calls `visit` for every state, with its location.
using Visit = std::function<void(const std::string& location, const Json& state, bool jsonata)>;

void visit_states(const Json& list, const std::string& location, bool jsonata, int nesting,
                  const Visit& visit) {
  constexpr int kNestingMax = 100;
  if (nesting > kNestingMax) return;
  const bool list_jsonata = string_or(list, "QueryLanguage", jsonata ? "JSONata" : "JSONPath") == "JSONata";
  const Json& states = member_or_null(list, "States");
  if (!states.is_object()) return;
  for (const auto& [name, state] : states.items()) {
    const std::string at = fmt::format("{}/States/{}", location, name);
    visit(at, state, string_or(state, "QueryLanguage", list_jsonata ? "JSONata" : "JSONPath") == "JSONata");
    const Json& branches = member_or_null(state, "Branches");
    if (branches.is_array())
      for (std::size_t i = 0; i < branches.size(); ++i)
        visit_states(branches[i], fmt::format("{}/Branches[{}]", at, i), list_jsonata, nesting + 1, visit);
    for (const char* processor : {"ItemProcessor", "Iterator"})
      visit_states(member_or_null(state, processor), fmt::format("{}/{}", at, processor), list_jsonata,
                   nesting + 1, visit);
  }
}

}  // namespace

std::string Diagnostic::text() const {
  return location.empty() ? fmt::format("{}: {}", code, message)
                          : fmt::format("{}: {} at {}", code, message, location);
}

bool Validation::valid() const {
  return std::none_of(diagnostics.begin(), diagnostics.end(),
                      [](const Diagnostic& each) { return each.is_error; });
}

Validation validate(const std::string& definition) {
  Validation validation;
  if (definition.size() > kDefinitionBytesMax) {
    validation.diagnostics.push_back(schema(fmt::format("Definition has {} bytes; at most {} are allowed",
                                                        definition.size(), kDefinitionBytesMax)));
    return validation;
  }
  if (!depth_is_bounded(definition)) {
    validation.diagnostics.push_back(
        schema(fmt::format("Definition is nested deeper than {} levels", kJsonDepthMax)));
    return validation;
  }
  JsonReading reading;
  if (!trim(definition).empty()) reading = read_json(definition);
  if (!reading.ok()) {
    validation.diagnostics.push_back(invalid_json(definition, reading));
    return validation;
  }
  if (!reading.value.is_object()) {
    validation.diagnostics.push_back(schema("Definition must be a valid JSON object"));
    return validation;
  }
  Validator(validation.diagnostics).check_machine(reading.value);
  validation.definition = std::move(reading.value);
  return validation;
}

void visit_states(const Json& definition,
                  const std::function<void(const std::string& location, const Json& state)>& visit) {
  visit_states(definition, "", false, 0,
               [&](const std::string& location, const Json& state, bool) { visit(location, state); });
}

std::string json_problem(const std::string& text) {
  const JsonReading reading = read_json(text);
  if (reading.problem == JsonReading::Problem::kNestedTooDeeply)
    return fmt::format("Nested deeper than {} levels", kJsonDepthMax);
  const std::string message = invalid_json(text, reading).message;
  return message.substr(0, message.find('\n'));
}

namespace {

using Add = std::function<void(const std::string& location, std::string message)>;

void add_fields_not_run(const std::string& at, const Json& state, const Add& add) {
  if (!state.is_object()) return;
  for (const char* field : {"Assign", "ItemReader", "ItemBatcher", "ResultWriter"})
    if (state.contains(field)) add(fmt::format("{}/{}", at, field), fmt::format("{} is not run here", field));
  for (const char* list : {"Choices", "Catch"}) {
    const Json& parts = member_or_null(state, list);
    for (std::size_t i = 0; parts.is_array() && i < parts.size(); ++i)
      if (parts[i].is_object() && parts[i].contains("Assign"))
        add(fmt::format("{}/{}[{}]/Assign", at, list, i), "Assign is not run here");
  }
  for (const char* processor : {"ItemProcessor", "Iterator"}) {
    const Json& config = member_or_null(member_or_null(state, processor), "ProcessorConfig");
    if (string_or(config, "Mode", "INLINE") != "INLINE")
      add(fmt::format("{}/{}/ProcessorConfig/Mode", at, processor),
          "Distributed maps are not run here; inline maps are");
  }
}

}  // namespace

std::vector<Diagnostic> unsupported_features(const Validation& validation,
                                             const std::function<bool(const Resource&)>& knows_resource) {
  std::vector<Diagnostic> found;
  const Add add = [&](const std::string& location, std::string message) {
    if (found.size() < kDiagnosticsMax)
      found.push_back({true, "UNSUPPORTED_FEATURE", std::move(message), location});
  };
  visit_states(validation.definition, "", false, 0,
               [&](const std::string& at, const Json& state, bool jsonata) {
                 if (jsonata) add(at, "The query language JSONata is not run here; JSONPath is");
                 add_fields_not_run(at, state, add);
                 const std::string arn = string_or(state, "Resource", "");
                 if (string_or(state, "Type", "") == "Task" && !knows_resource(parse_resource(arn)))
                   add(at + "/Resource", fmt::format("The resource '{}' is not run here", arn));
               });
  return found;
}

}  // namespace aurora::asl
