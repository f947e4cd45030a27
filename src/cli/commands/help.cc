#include "cli/help.h"

#include <fmt/format.h>

#include "base/error.h"
#include "base/text.h"
#include "cli/commands/commands.h"
#include "cli/output.h"

namespace aurora::cli {
namespace {

struct HelpOptions {
  std::string command;
  std::string subcommand;
  OutputOptions output;
};

void bind_help(Binder& binder, HelpOptions& options) {
  binder.argument("COMMAND", options.command, "The command", false);
  binder.argument("SUBCOMMAND", options.subcommand, "Its second word, as in `help local start`", false);
  bind_output(binder, options.output, "Commands with what they do, one a line");
}

Json declared_json(const DeclaredOption& option) {
  Json json{{"names", option.names}, {"help", option.help}, {"argument", option.argument}};
  if (!option.value_name.empty()) json["value"] = option.value_name;
  if (!option.choices.empty()) json["choices"] = option.choices;
  return json;
}

void print_list(Context& context, const HelpOptions& options, const std::string& path) {
  std::vector<Json> rows;
  for (const Command& command : commands()) {
    const std::string& name = command.text.path;
    if (!path.empty() && name != path && !name.starts_with(path + " ")) continue;
    Json row{{"command", name}, {"summary", command.text.summary}, {"lists", command.text.lists}};
    // A command that is asked for is told with all that it takes.
    if (name == path)
      for (const DeclaredOption& option : declared_options(command))
        row["options"].push_back(declared_json(option));
    rows.push_back(std::move(row));
  }
  print_rows(context, options.output, rows);
}

ExitCode run_help(Context& context, const HelpOptions& options) {
  const Style style(context.terminal.out_traits());
  if (options.command.empty() && !options.output.is_table()) {
    print_list(context, options, "");
    return ExitCode::kDone;
  }
  if (options.command.empty()) {
    context.terminal.out(overview_help(short_name(context.program), style));
    return ExitCode::kDone;
  }
  const std::string path =
      options.subcommand.empty() ? options.command : options.command + " " + options.subcommand;
  const bool known = find_command(path) != nullptr || is_group(path);
  if (known && !options.output.is_table()) {
    print_list(context, options, path);
    return ExitCode::kDone;
  }
  if (const Command* command = find_command(path)) {
    context.terminal.out(command_help(short_name(context.program), *command, style));
    return ExitCode::kDone;
  }
  if (is_group(path)) {
    context.terminal.out(group_help(short_name(context.program), path, style));
    return ExitCode::kDone;
  }
  std::vector<std::string> paths;
  for (const Command& command : commands()) paths.push_back(command.text.path);
  const auto near = nearest(path, paths);
  throw Error("UsageError", fmt::format("there is no command \"{}\"", path),
              near ? fmt::format("Did you mean {}?", *near)
                   : fmt::format("`{} help` lists the commands.", context.program));
}

}  // namespace

Command help_command() {
  return make_command<HelpOptions>({.path = "help",
                                    .summary = "Explain a command",
                                    .description = "",
                                    .examples = {{"{} help run", "everything about run"},
                                                 {"{} help local start", "a command of two words"},
                                                 {"{} help --json | jq -r .command", "all commands"}},
                                    .lists = true},
                                   bind_help, run_help);
}

}  // namespace aurora::cli
