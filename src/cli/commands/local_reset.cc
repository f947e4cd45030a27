#include <fmt/format.h>

#include "base/text.h"
#include "cli/commands/commands.h"
#include "cli/local_endpoint.h"

namespace aurora::cli {
namespace {

struct ResetOptions {
  bool yes = false;
};

void bind_reset(Binder& binder, ResetOptions& options) {
  binder.flag("-y,--yes", options.yes, "Do not ask");
}

// Only a directory that an endpoint used is deleted: a mistyped --data must not cost anything else.
bool belongs_to_endpoint(Context& context, const std::filesystem::path& data) {
  for (const char* name : {"endpoint.json", "endpoint.log"})
    if (context.host.exists(data / name)) return true;
  // One that ran in the foreground and ended in order leaves its lock and its stores.
  return context.host.exists(data / "lock") && context.host.exists(data / "rds.db");
}

void confirm(Context& context, const ResetOptions& options, const std::filesystem::path& data) {
  if (options.yes) return;
  const auto answer = context.terminal.ask(fmt::format(
      "This deletes every local cluster, snapshot, secret and operation in {}. Type yes to go on: ",
      data.string()));
  if (!answer || to_lower(trim(*answer)) != "yes")
    throw Error("NotConfirmed", "nothing was deleted", "Answer yes, or give --yes.");
}

ExitCode run_reset(Context& context, const ResetOptions& options) {
  const LocalEndpoint endpoint = locate_endpoint(context);
  if (!context.host.exists(endpoint.data)) {
    context.terminal.err(fmt::format("{} is not there; nothing to delete.\n", endpoint.data.string()));
    return ExitCode::kDone;
  }
  if (!belongs_to_endpoint(context, endpoint.data))
    throw Error("NotOurs",
                fmt::format("{} does not look like an endpoint's data directory", endpoint.data.string()),
                "Nothing was deleted. Is --data right?");
  confirm(context, options, endpoint.data);
  stop_endpoint(context, endpoint);
  context.host.remove_directory(endpoint.data);
  context.terminal.err(fmt::format("Deleted {}.\n", endpoint.data.string()));
  return ExitCode::kDone;
}

}  // namespace

Command local_reset_command() {
  return make_command<ResetOptions>(
      {.path = "local reset",
       .summary = "Stop the endpoint and delete everything it holds",
       .description = "",
       .examples = {{"{} local reset", "asks first"}, {"{} local reset --yes", "in a script"}}},
      bind_reset, run_reset);
}

}  // namespace aurora::cli
