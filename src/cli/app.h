// The command line as a whole: parses, runs the command, and turns errors into messages and exit codes.
#pragma once
#include <string>
#include <vector>

#include "cli/context.h"
#include "cli/exit_codes.h"

namespace aurora::cli {

// `arguments` without the program's name. Never throws.
ExitCode run_command_line(Context& context, const std::vector<std::string>& arguments);

// Writes an error for a person: what happened, and what to do.
void print_error(Context& context, const Error& error);

}  // namespace aurora::cli
