#include "cli/world.h"

#include <fmt/format.h>

#include "cli/local_endpoint.h"
#include "cli/style.h"

namespace aurora::cli {
namespace {

World open_local(Context& context) {
  const LocalEndpoint endpoint = locate_endpoint(context);
  World world;
  world.local = true;
  world.endpoint_url = endpoint.url;
  world.ca_file = endpoint.data / "ca.crt";
  world.names = endpoint.names;
  if (!context.globals.region.empty()) world.names.region = context.globals.region;
  ApiConnection connection = context.connect_api({.endpoint_url = endpoint.url,
                                                  .region = world.names.region,
                                                  .local = true,
                                                  .debug = context.globals.debug});
  world.api = std::move(connection.api);
  return world;
}

World open_aws(Context& context, const std::string& environment) {
  ApiConnection connection = context.connect_api({.endpoint_url = context.globals.endpoint_url,
                                                  .region = context.globals.region,
                                                  .local = false,
                                                  .debug = context.globals.debug});
  // The functions' own variable, where AWS's chain names no Region.
  if (connection.region.empty()) connection.region = context.variable("REGION").value_or("");
  if (connection.region.empty())
    throw Error("RegionNotFound", fmt::format("environment {} needs a Region and none is set", environment),
                "Give --region (the Region the pipeline is deployed in), or set AWS_REGION.");
  World world;
  world.names =
      restore::pipeline_names(context.variable, {.environment = environment, .region = connection.region});
  world.api = std::move(connection.api);
  const Json identity = world.api->call("sts", world.names.region, "GetCallerIdentity", Json::object());
  world.names.account = string_or(identity, "Account", "");
  return world;
}

}  // namespace

std::string chosen_environment(const Context& context) {
  if (!context.globals.environment.empty()) return context.globals.environment;
  const auto variable = context.variable("ENVIRONMENT");
  return variable && !variable->empty() ? *variable : kLocalEnvironment;
}

World open_world(Context& context) {
  const std::string environment = chosen_environment(context);
  return environment == kLocalEnvironment ? open_local(context) : open_aws(context, environment);
}

World open_world_starting_endpoint(Context& context) {
  if (chosen_environment(context) == kLocalEnvironment) ensure_endpoint(context);
  return open_world(context);
}

std::string command_line(const Context& context, std::string_view arguments) {
  std::string line = shell_quote(context.program);
  const auto add = [&](std::string_view option, const std::string& value) {
    if (!value.empty()) line += fmt::format(" {} {}", option, shell_quote(value));
  };
  const GlobalOptions& globals = context.globals;
  add("--env", globals.environment);
  add("--region", globals.region);
  // Only commands that manage the endpoint take its port.
  const bool by_port = globals.endpoint_url.empty() && globals.port != 0;
  add("--endpoint-url", by_port ? fmt::format("http://127.0.0.1:{}", globals.port) : globals.endpoint_url);
  add("--data", globals.data);
  return fmt::format("{} {}", line, arguments);
}

std::string with_typed_commands(const Context& context, const std::string& text) {
  static constexpr std::string_view kPlain = "`aurora-restore ";
  const std::string typed = "`" + command_line(context, "");
  // A command alone, as a rollback names the next one.
  if (text.starts_with(kPlain.substr(1)) && text.size() > kPlain.size())
    return text[kPlain.size() - 1] == '-' ? text : typed.substr(1) + text.substr(kPlain.size() - 1);
  std::string result;
  std::size_t from = 0;
  for (std::size_t at = text.find(kPlain); at != std::string::npos; at = text.find(kPlain, at + 1)) {
    const std::size_t word = at + kPlain.size();
    // What begins with an option was typed for this environment already.
    if (word >= text.size() || text[word] < 'a' || text[word] > 'z') continue;
    result += text.substr(from, at - from) + typed;
    from = word;
  }
  return result + text.substr(from);
}

}  // namespace aurora::cli
