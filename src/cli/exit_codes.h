// What the exit code of the command line means: one table that help, documentation and tests share.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace aurora::cli {

enum class ExitCode {
  kDone = 0,
  kFailed = 1,
  kBadInput = 2,
  kUnreachable = 3,
  kNotFound = 4,
  kDetached = 5,
  kRefused = 6,
};

struct ExitCodeRow {
  ExitCode code;
  std::string_view meaning;
};

const std::vector<ExitCodeRow>& exit_code_table();

// The code for an error by its name, whether this program, a step of the restore or AWS named it.
ExitCode exit_code_of_error(std::string_view error_name);

// Every name that has a code of its own; all others are kFailed.
std::vector<std::string_view> error_names_with_codes();

// The table as lines of text, for the help.
std::string exit_codes_text();

}  // namespace aurora::cli
