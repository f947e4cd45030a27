#include <fmt/format.h>

#include "base/dates.h"
#include "cli/commands/commands.h"
#include "cli/local_endpoint.h"
#include "cli/style.h"
#include "cli/world.h"

namespace aurora::cli {
namespace {

void bind_start(Binder& binder, StartOptions& options) {
  binder.option("--pace", "PACE", options.pace,
                "How long RDS's work takes at least, to rehearse the real thing; see `aurora-local --help`");
  binder.option(
      "--lambda-endpoint", "URL", options.lambda_endpoint,
      "Another Lambda, which the Lambda tasks of state machines go to instead of the functions here");
  binder.flag("--foreground", options.foreground, "Stay in this terminal, with the log on it; Ctrl-C stops");
}

std::vector<std::string> foreground_command(Context& context, const StartOptions& options,
                                            const LocalEndpoint& endpoint) {
  std::vector<std::string> command = endpoint_command(context, options, endpoint);
  context.terminal.err(
      fmt::format("Serving at {} until Ctrl-C; data in {}.\n", endpoint.url, endpoint.data.string()));
  return command;
}

ExitCode run_start(Context& context, const StartOptions& options) {
  LocalEndpoint endpoint = locate_endpoint(context);
  const Style style(context.terminal.err_traits());
  const Duration before = context.clock.monotonic();
  if (options.foreground) {
    prepare_start(context, endpoint);
    return context.host.run_foreground(foreground_command(context, options, endpoint)) == 0
               ? ExitCode::kDone
               : ExitCode::kFailed;
  }
  const Started started = start_endpoint(context, options, endpoint);
  context.terminal.out(endpoint.url + "\n");
  if (started == Started::kWasRunning) {
    context.terminal.err(fmt::format("It was running already (process {}).\n", endpoint.pid));
    return ExitCode::kDone;
  }
  context.terminal.err(fmt::format("{} Started in {}: process {}, data in {}.\n", style.ok(),
                                   human_duration(context.clock.monotonic() - before), endpoint.pid,
                                   endpoint.data.string()));
  return ExitCode::kDone;
}

}  // namespace

Command local_start_command() {
  return make_command<StartOptions>(
      {.path = "local start",
       .summary = "Start the endpoint on this machine",
       .description =
           "Starts aurora-local in the background and returns when it serves. Its address is printed on "
           "standard output. It listens on loopback only; everything it holds survives a restart.",
       .examples = {{"{} local start", "on port 4566, with the usual data directory"},
                    {"{} local start --port 4777 --data ~/rehearsal", "a second one beside it"}}},
      bind_start, run_start);
}

}  // namespace aurora::cli
