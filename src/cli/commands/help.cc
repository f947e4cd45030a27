#include "cli/help.h"

#include <fmt/format.h>

#include "base/error.h"
#include "base/text.h"
#include "cli/commands/commands.h"
#include "cli/context.h"

namespace aurora::cli {
namespace {

struct HelpOptions {
  std::string command;
  std::string subcommand;
};

void bind_help(Binder& binder, HelpOptions& options) {
  binder.argument("COMMAND", options.command, "The command", false);
  binder.argument("SUBCOMMAND", options.subcommand, "Its second word, as in `help local start`", false);
}

ExitCode run_help(Context& context, const HelpOptions& options) {
  const Style style(context.terminal.out_traits());
  if (options.command.empty()) {
    context.terminal.out(overview_help(short_name(context.program), style));
    return ExitCode::kDone;
  }
  const std::string path =
      options.subcommand.empty() ? options.command : options.command + " " + options.subcommand;
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
                                                 {"{} help local start", "a command of two words"}}},
                                   bind_help, run_help);
}

}  // namespace aurora::cli
