// Whether a definition is valid Amazon States Language, and where not, as ValidateStateMachineDefinition
// says it.
#pragma once
#include <functional>

#include "asl/resource.h"
#include "base/json.h"

namespace aurora::asl {

// The quota of Step Functions on a definition, in bytes.
inline constexpr std::size_t kDefinitionBytesMax = 1'048'576;
// Findings beyond these are left out: who made more has read enough. One more than AWS shows, so that it is
// known that there are more.
inline constexpr std::size_t kDiagnosticsMax = 101;

struct Diagnostic {
  bool is_error = true;
  std::string code;      // "SCHEMA_VALIDATION_FAILED"
  std::string message;   // "These fields are required: [StartAt]"
  std::string location;  // a JSON pointer, as AWS writes it: "/States/Wait/Seconds"; "/" for the whole
  // "CODE: message at location"
  std::string text() const;
};

struct Validation {
  std::vector<Diagnostic> diagnostics;
  Json definition;  // null when the text is no JSON object
  bool valid() const;
};

Validation validate(const std::string& definition);

// Calls `visit` for every state of a definition, also of branches and iterations, with its location.
void visit_states(const Json& definition,
                  const std::function<void(const std::string& location, const Json& state)>& visit);

// What is wrong with a text that is no JSON, in the words of AWS's parser.
std::string json_problem(const std::string& text);

// What is valid and not run here: JSONata, variables, distributed maps, activities, and resources that
// `knows_resource` does not know.
std::vector<Diagnostic> unsupported_features(const Validation& validation,
                                             const std::function<bool(const Resource&)>& knows_resource);

}  // namespace aurora::asl
