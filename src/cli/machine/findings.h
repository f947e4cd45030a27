// What is wrong with a definition, for people and for machines.
#pragma once
#include <string>
#include <vector>

#include "asl/validate.h"
#include "cli/machine/document.h"
#include "cli/machine/source_position.h"
#include "cli/style.h"

namespace aurora::cli {

struct Finding {
  asl::Diagnostic diagnostic;
  SourcePosition position;
};

// What ValidateStateMachineDefinition says about the text, with positions in it.
std::vector<Finding> findings_of(const Document& document);
bool has_errors(const std::vector<Finding>& findings);

// A block for each finding, with the line in doubt and a mark below it on a terminal; without one, a line for
// each, as compilers write them: "file:line:column: error CODE: message at /location".
std::string findings_text(const Document& document, const std::vector<Finding>& findings, const Style& style);

// {"file", "result": "OK" or "FAIL", "diagnostics"}, with the names of ValidateStateMachineDefinition's
// answer.
Json findings_json(const Document& document, const std::vector<Finding>& findings);

// Reads and validates. Throws Error "InvalidDefinition" with the findings in its message when it is not
// valid, or when it uses what is not run here and `to_run` asks for that.
Json valid_definition(const Document& document, bool to_run);

}  // namespace aurora::cli
