#include <fmt/format.h>

#include "cli/commands/commands.h"
#include "cli/local_endpoint.h"
#include "cli/style.h"

namespace aurora::cli {
namespace {

struct EnvOptions {
  std::string format = "sh";
};

void bind_env(Binder& binder, EnvOptions& options) {
  binder.option("--format", "FORMAT", options.format, "For which reader; default sh", {"sh", "fish", "json"});
}

std::vector<std::pair<std::string, std::string>> variables(const Context& context) {
  const std::string region = context.globals.region.empty() ? local_names().region : context.globals.region;
  return {{"AWS_ENDPOINT_URL", locate_endpoint(context).url},
          {"AWS_ACCESS_KEY_ID", kLocalAccessKey},
          {"AWS_SECRET_ACCESS_KEY", kLocalSecretKey},
          {"AWS_DEFAULT_REGION", region},
          {"AWS_REGION", region},
          {"AWS_PAGER", ""}};
}

// A profile or session token of another account would win over, or spoil, the local credentials.
constexpr const char* kUnset[] = {"AWS_SESSION_TOKEN", "AWS_PROFILE", "AWS_DEFAULT_PROFILE"};

ExitCode run_env(Context& context, const EnvOptions& options) {
  std::string text;
  if (options.format == "json") {
    Json object = Json::object();
    for (const auto& [name, value] : variables(context)) object[name] = value;
    text = dump_json_pretty(object) + "\n";
  } else if (options.format == "fish") {
    for (const auto& [name, value] : variables(context))
      text += fmt::format("set -gx {} {};\n", name, value.empty() ? "''" : shell_quote(value));
    for (const char* name : kUnset) text += fmt::format("set -e {};\n", name);
  } else {
    for (const auto& [name, value] : variables(context))
      text += fmt::format("export {}={}\n", name, shell_quote(value));
    for (const char* name : kUnset) text += fmt::format("unset {}\n", name);
  }
  context.terminal.out(text);
  return ExitCode::kDone;
}

}  // namespace

Command local_env_command() {
  return make_command<EnvOptions>({.path = "local env",
                                   .summary = "Print what points an AWS client at the endpoint",
                                   .description = "Endpoint, credentials and Region as lines for a shell. "
                                                  "Nothing is printed that opens anything but "
                                                  "the endpoint on this machine.",
                                   .examples = {{"eval \"$({} local env)\"", "for sh, bash and zsh"},
                                                {"{} local env --format fish | source", "for fish"}}},
                                  bind_env, run_env);
}

}  // namespace aurora::cli
