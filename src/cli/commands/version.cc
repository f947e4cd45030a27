#include <fmt/format.h>

#include "cli/commands/commands.h"
#include "cli/context.h"

namespace aurora::cli {
namespace {

struct VersionOptions {};

void bind_version(Binder& /*binder*/, VersionOptions& /*options*/) {}

ExitCode run_version(Context& context, const VersionOptions& /*options*/) {
  context.terminal.out(fmt::format("aurora-restore {}\n", context.version));
  return ExitCode::kDone;
}

}  // namespace

Command version_command() {
  return make_command<VersionOptions>(
      {.path = "version", .summary = "Print the version", .description = "", .examples = {}}, bind_version,
      run_version);
}

}  // namespace aurora::cli
