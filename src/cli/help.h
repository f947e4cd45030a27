// The texts of --help, made from the commands' declarations.
#pragma once
#include <string>

#include "cli/command.h"
#include "cli/style.h"

namespace aurora::cli {

// Options that every command takes; also bound by the parser.
void bind_global_options(Binder& binder, struct GlobalOptions& globals);

std::string overview_help(const std::string& program, const Style& style);
std::string command_help(const std::string& program, const Command& command, const Style& style);
// Of a word that only begins paths of commands ("local").
std::string group_help(const std::string& program, const std::string& group, const Style& style);
bool is_group(const std::string& word);

}  // namespace aurora::cli
