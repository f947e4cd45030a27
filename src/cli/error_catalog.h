// Every error that has a name here, explained: docs/ERRORS.md, which is part of this program.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/exit_codes.h"

namespace aurora::cli {

struct ErrorEntry {
  std::string name;
  std::string meaning;
  std::string stands;      // what stands when it occurs
  std::string retried;     // "yes", "no" or "once": whether the state machine repeats the step by itself
  std::string what_to_do;  // commands begin with `aurora-restore
  ExitCode exit_code = ExitCode::kFailed;
};

// In the document's order. Each name stands once.
const std::vector<ErrorEntry>& error_catalog();

// By name as AWS or this program writes it: letters of any case, and with or without the ending Fault or
// Exception that half of AWS's codes have. Null when there is none.
const ErrorEntry* find_error(std::string_view name);

// The document's text, and its rows; for tests as well.
std::string_view errors_document();
std::vector<ErrorEntry> parse_errors_document(std::string_view text);

}  // namespace aurora::cli
