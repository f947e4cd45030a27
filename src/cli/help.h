// The texts of --help, made from the commands' declarations.
#pragma once
#include <string>

#include "cli/command.h"
#include "cli/style.h"

namespace aurora::cli {

// Options that every command takes; also bound by the parser. Commands that manage the local endpoint
// take its port too; for the others --port is the database's.
void bind_global_options(Binder& binder, struct GlobalOptions& globals, bool of_endpoint);
bool manages_endpoint(const std::string& path);

// "watch [OPERATION] [options]"
std::string usage_of(const Command& command);
// The name in examples: without the directory, because a path would drown them.
std::string short_name(const std::string& program);
std::string overview_help(const std::string& program, const Style& style);
std::string command_help(const std::string& program, const Command& command, const Style& style);
// Of a word that only begins paths of commands ("local").
std::string group_help(const std::string& program, const std::string& group, const Style& style);
bool is_group(const std::string& word);
// What the commands of a group are about.
std::string group_summary(const std::string& group);

}  // namespace aurora::cli
