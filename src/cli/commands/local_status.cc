#include <fmt/format.h>

#include "cli/commands/commands.h"
#include "cli/local_endpoint.h"
#include "cli/operations.h"
#include "cli/output.h"

namespace aurora::cli {
namespace {

struct LocalStatusOptions {
  OutputOptions output;
};

void bind_status(Binder& binder, LocalStatusOptions& options) {
  bind_output(binder, options.output, "As a JSON object");
}

ExitCode run_status(Context& context, const LocalStatusOptions& options) {
  const LocalEndpoint endpoint = locate_endpoint(context);
  const auto health = context.host.health(endpoint.url);
  const ExitCode code = health ? ExitCode::kDone : ExitCode::kUnreachable;
  const Json entry =
      parse_json(context.host.read_file(endpoint.data / "endpoint.json").value_or("{}"), "endpoint.json");
  const Json known = endpoint.pid != 0 ? entry : Json::object();
  if (!options.output.is_table()) {
    Json answer{{"running", health.has_value()}, {"url", endpoint.url}, {"data", endpoint.data.string()}};
    for (const std::string key : {"pid", "version", "started_at"})
      if (known.contains(key)) answer[key] = known[key];
    print_one(context, options.output, answer);
    return code;
  }
  const Style style(context.terminal.out_traits());
  std::vector<std::pair<std::string, std::string>> lines{
      {"Endpoint", health ? style.green("serves") + " at " + endpoint.url
                          : style.yellow("does not run") + fmt::format(" at {}", endpoint.url)}};
  if (endpoint.pid != 0) lines.emplace_back("Process", std::to_string(endpoint.pid));
  if (const std::string version = string_or(known, "version", ""); !version.empty())
    lines.emplace_back("Version", version);
  if (const auto started = time_at(known, "started_at"))
    lines.emplace_back("Started", fmt::format("{} ({})", shown_time(context, *started),
                                              age_text(*started, context.clock.now())));
  lines.emplace_back("Data",
                     endpoint.data.string() + (context.host.exists(endpoint.data) ? "" : " (not there yet)"));
  lines.emplace_back("Log", (endpoint.data / "endpoint.log").string());
  context.terminal.out(label_lines(lines, style));
  return code;
}

}  // namespace

Command local_status_command() {
  return make_command<LocalStatusOptions>(
      {.path = "local status",
       .summary = "Say whether and where the endpoint runs",
       .description = "Exits with 0 when it serves and with 3 when it does not.",
       .examples = {{"{} local status", "for people"},
                    {"{} local status --json | jq -r .url", "its address"}},
       .lists = true},
      bind_status, run_status);
}

}  // namespace aurora::cli
