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
  const LocalEndpoint endpoint = locate_endpoint(context);
  const std::string region = context.globals.region.empty() ? endpoint.names.region : context.globals.region;
  return {{"AWS_ENDPOINT_URL", endpoint.url},
          {"AWS_ACCESS_KEY_ID", kLocalAccessKey},
          {"AWS_SECRET_ACCESS_KEY", kLocalSecretKey},
          {"AWS_DEFAULT_REGION", region},
          {"AWS_REGION", region},
          {"AWS_PAGER", ""},
          // TestState is asked at the host "sync-" before the endpoint's unless clients are told otherwise.
          {"AWS_DISABLE_HOST_PREFIX_INJECTION", "true"}};
}

// A profile or session token of another account would win over, or spoil, the local credentials.
constexpr const char* kUnset[] = {"AWS_SESSION_TOKEN", "AWS_PROFILE", "AWS_DEFAULT_PROFILE"};

// AWS CLIs that do not read AWS_ENDPOINT_URL (2.9, Debian 12's), or not for SQS and for RDS in us-east-1
// (1.x), are told by an option; version 2 also takes payloads as they stand, as version 1 does. Bash hands
// the function on to scripts.
// clang-format off
constexpr char kAwsFunction[] = R"~sh~(if command -v aws >/dev/null 2>&1; then
  case "$(aws --version 2>/dev/null)" in
    aws-cli/2.*) aws() { command aws ${AWS_ENDPOINT_URL:+--endpoint-url "$AWS_ENDPOINT_URL"} --cli-binary-format raw-in-base64-out "$@"; };;
    *) aws() { command aws ${AWS_ENDPOINT_URL:+--endpoint-url "$AWS_ENDPOINT_URL"} "$@"; };;
  esac;
  [ -z "${BASH_VERSION:-}" ] || export -f aws;
fi;
)~sh~";
// clang-format on

std::string for_sh(const Context& context) {
  std::string text;
  for (const auto& [name, value] : variables(context))
    text += fmt::format("export {}={};\n", name, shell_quote(value));
  for (const char* name : kUnset) text += fmt::format("unset {};\n", name);
  return text + kAwsFunction;
}

std::string for_fish(const Context& context) {
  std::string text;
  for (const auto& [name, value] : variables(context))
    text += fmt::format("set -gx {} {};\n", name, shell_quote(value));
  for (const char* name : kUnset) text += fmt::format("set -e {};\n", name);
  return text;
}

std::string as_json(const Context& context) {
  Json object = Json::object();
  for (const auto& [name, value] : variables(context)) object[name] = value;
  return dump_json_pretty(object) + "\n";
}

ExitCode run_env(Context& context, const EnvOptions& options) {
  context.terminal.out(options.format == "json"   ? as_json(context)
                       : options.format == "fish" ? for_fish(context)
                                                  : for_sh(context));
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
