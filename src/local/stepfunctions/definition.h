// Definitions as CreateStateMachine, UpdateStateMachine, TestState and ValidateStateMachineDefinition see
// them.
#pragma once
#include "asl/validate.h"

namespace aurora::local::stepfunctions {

using KnowsResource = std::function<bool(const asl::Resource&)>;

// Refuses what AWS refuses, in its words, and what this endpoint does not run (UNSUPPORTED_FEATURE). Throws
// ServiceError "InvalidDefinition".
void check_definition(const std::string& definition, const KnowsResource& knows);

// What stands in a machine of the given type ("EXPRESS") and cannot.
std::vector<asl::Diagnostic> type_problems(const Json& definition, const std::string& type);

struct ValidationQuestion {
  std::string type = "STANDARD";
  bool warnings = false;
  std::size_t results_max = 100;
};
// The answer of ValidateStateMachineDefinition. What AWS runs and this endpoint does not is a warning here.
Json validation_answer(const std::string& definition, const ValidationQuestion& question,
                       const KnowsResource& knows);

}  // namespace aurora::local::stepfunctions
