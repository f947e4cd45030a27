#include "cli/completion.h"

#include "cli/commands/commands.h"
#include "cli/context.h"

namespace aurora::cli {
namespace {

struct CompletionOptions {
  std::string shell;
};

void bind_completion(Binder& binder, CompletionOptions& options) {
  binder.argument("SHELL", options.shell, "The shell", true, {"bash", "zsh", "fish"});
}

ExitCode run_completion(Context& context, const CompletionOptions& options) {
  context.terminal.out(options.shell == "bash"  ? bash_completion()
                       : options.shell == "zsh" ? zsh_completion()
                                                : fish_completion());
  return ExitCode::kDone;
}

}  // namespace

Command completion_command() {
  return make_command<CompletionOptions>(
      {.path = "completion",
       .summary = "Print a completion script for bash, zsh or fish",
       .description = "",
       .examples = {{"source <({} completion bash)", "for this shell"},
                    {"{} completion fish > ~/.config/fish/completions/aurora-restore.fish",
                     "for every fish"}}},
      bind_completion, run_completion);
}

}  // namespace aurora::cli
