#include "cli/commands/commands.h"
#include "cli/context.h"
#include "cli/man_page.h"

namespace aurora::cli {
namespace {

struct ManOptions {};

void bind_man(Binder& /*binder*/, ManOptions& /*options*/) {}

ExitCode run_man(Context& context, const ManOptions& /*options*/) {
  context.terminal.out(man_page(context.version));
  return ExitCode::kDone;
}

}  // namespace

Command man_command() {
  return make_command<ManOptions>(
      {.path = "man",
       .summary = "Print the manual page, in roff",
       .description = "Installed with the program as aurora-restore(1); every command with its options and "
                      "examples.",
       .examples = {{"{} man | man -l -", "read it"},
                    {"{} man > /usr/local/share/man/man1/aurora-restore.1", "install it by hand"}}},
      bind_man, run_man);
}

}  // namespace aurora::cli
