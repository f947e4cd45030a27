#include <fmt/format.h>

#include "cli/commands/commands.h"
#include "cli/output.h"

namespace aurora::cli {
namespace {

struct VersionOptions {
  OutputOptions output;
};

void bind_version(Binder& binder, VersionOptions& options) {
  bind_output(binder, options.output, "As a JSON object");
}

ExitCode run_version(Context& context, const VersionOptions& options) {
  if (!options.output.is_table()) {
    print_one(context, options.output, {{"version", context.version}});
    return ExitCode::kDone;
  }
  context.terminal.out(fmt::format("aurora-restore {}\n", context.version));
  return ExitCode::kDone;
}

}  // namespace

Command version_command() {
  return make_command<VersionOptions>(
      {.path = "version", .summary = "Print the version", .description = "", .examples = {}, .lists = true},
      bind_version, run_version);
}

}  // namespace aurora::cli
