#include <fmt/format.h>

#include "base/files.h"
#include "cli/commands/commands.h"
#include "cli/pipeline_config.h"
#include "cli/request_template.h"
#include "cli/style.h"

namespace aurora::cli {
namespace {

struct InitOptions {
  std::string file = "restore.yaml";
  bool force = false;
};

void bind_init(Binder& binder, InitOptions& options) {
  binder.argument("FILE", options.file, "Where to write it, or - for standard output (default restore.yaml)",
                  false);
  binder.flag("--force", options.force, "Replace a file that is there");
}

// Empty, with a note, where it cannot be read: a file to begin with is of use all the same.
Json configuration_if_reachable(Context& context) {
  try {
    World world = open_world(context);
    Json configuration = read_pipeline_config(world);
    if (configuration.empty())
      context.terminal.err(fmt::format("{} is not there; its values are left open in the file.\n",
                                       world.names.config_parameter()));
    return configuration;
  } catch (const Error& error) {
    context.terminal.err(fmt::format(
        "The environment's configuration could not be read ({}: {}); its values are left open in the file.\n",
        error.name(), error.message()));
    return Json::object();
  }
}

ExitCode run_init(Context& context, const InitOptions& options) {
  const bool to_file = options.file != "-";
  if (to_file && !options.force && context.host.exists(options.file))
    throw Error("FileExists", fmt::format("{} is there already and was left as it is", options.file),
                fmt::format("Replace it: {}; or name another file.",
                            command_line(context, "init --force " + shell_quote(options.file))));
  const std::string text =
      request_template(configuration_if_reachable(context), chosen_environment(context), context.program);
  if (!to_file) {
    context.terminal.out(text);
    return ExitCode::kDone;
  }
  write_file(options.file, text);
  context.terminal.err(fmt::format("Wrote {}. Edit it, then see what it would do: {}\n", options.file,
                                   command_line(context, "plan -f " + shell_quote(options.file))));
  return ExitCode::kDone;
}

}  // namespace

Command init_command() {
  return make_command<InitOptions>(
      {.path = "init",
       .summary = "Write a commented file to describe a restore in",
       .description =
           "Every setting with its meaning and default, in YAML for `run -f`. Those that nearly every "
           "restore "
           "names come first, with the values that the environment's configuration has, where it can be "
           "reached. A file that is there is left as it is.",
       .examples = {{"{} init", "restore.yaml in this folder"},
                    {"{} init --env prod nightly.yaml && {} plan --env prod -f nightly.yaml",
                     "for an environment on AWS"},
                    {"{} init - | less", "only look at it"}}},
      bind_init, run_init);
}

}  // namespace aurora::cli
