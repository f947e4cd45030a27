#include <fmt/format.h>

#include "base/dates.h"
#include "cli/commands/commands.h"
#include "cli/local_endpoint.h"

namespace aurora::cli {
namespace {

struct StopOptions {};

void bind_stop(Binder& /*binder*/, StopOptions& /*options*/) {}

ExitCode run_stop(Context& context, const StopOptions& /*options*/) {
  const LocalEndpoint endpoint = locate_endpoint(context);
  const Duration before = context.clock.monotonic();
  if (!stop_endpoint(context, endpoint)) {
    context.terminal.err(fmt::format("No endpoint runs on {}.\n", endpoint.data.string()));
    return ExitCode::kDone;
  }
  context.terminal.err(fmt::format("Stopped in {}; the data stays in {}.\n",
                                   human_duration(context.clock.monotonic() - before),
                                   endpoint.data.string()));
  return ExitCode::kDone;
}

}  // namespace

Command local_stop_command() {
  return make_command<StopOptions>(
      {.path = "local stop",
       .summary = "Stop the endpoint on this machine",
       .description = "Ends it in order, its database servers included. Running executions go on when it is "
                      "started again.",
       .examples = {{"{} local stop", "the usual one"}, {"{} local stop --data ~/rehearsal", "another one"}}},
      bind_stop, run_stop);
}

}  // namespace aurora::cli
