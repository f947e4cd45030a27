#include "cli/local_endpoint.h"

#include <fmt/format.h>

#include "base/dates.h"
#include "base/text.h"
#include "cli/style.h"
#include "cli/world.h"

namespace aurora::cli {
namespace {

constexpr char kExecutable[] = "aurora-local";
constexpr auto kStartWithin = std::chrono::seconds(60);
constexpr auto kStopWithin = std::chrono::seconds(60);
constexpr auto kLookEvery = std::chrono::milliseconds(20);

std::filesystem::path data_directory(const Context& context) {
  if (!context.globals.data.empty()) return std::filesystem::absolute(context.globals.data);
  if (const auto data = context.variable("AURORA_LOCAL_DATA"); data && !data->empty())
    return std::filesystem::absolute(*data);
  if (context.host.is_root()) return "/var/lib/aurora-restore";
  if (const auto home = context.variable("XDG_DATA_HOME"); home && !home->empty())
    return std::filesystem::path(*home) / "aurora-restore";
  return std::filesystem::path(context.variable("HOME").value_or("/")) / ".local/share/aurora-restore";
}

std::string loopback_url(unsigned short port) {
  return fmt::format("http://127.0.0.1:{}", port);
}

// endpoint.json of the data directory, when the endpoint that wrote it still runs.
std::optional<Json> running_endpoint(const Context& context, const std::filesystem::path& data) {
  const auto text = context.host.read_file(data / "endpoint.json");
  if (!text) return std::nullopt;
  Json entry = parse_json(*text, (data / "endpoint.json").string());
  const auto pid = static_cast<pid_t>(int_or(entry, "pid", 0));
  if (pid <= 0 || !context.host.is_alive(pid)) return std::nullopt;
  // After a crash the pid may have gone to another program.
  if (const auto name = context.host.executable_name(pid); name && *name != kExecutable) return std::nullopt;
  return entry;
}

restore::PipelineNames names_of_environment(const Context& context) {
  restore::PipelineNames names;
  if (const auto region = context.variable("REGION"); region && !region->empty()) names.region = *region;
  return restore::pipeline_names(context.variable, std::move(names));
}

// What the endpoint wrote down when it began; one of an earlier version wrote nothing.
void take_names(restore::PipelineNames& names, const Json& written) {
  names.region = string_or(written, "region", names.region);
  names.given_state_table = string_or(written, "state_table", names.given_state_table);
  names.given_audit_table = string_or(written, "audit_table", names.given_audit_table);
  names.given_state_machine = string_or(written, "state_machine", names.given_state_machine);
  names.function_pattern = string_or(written, "function_pattern", names.function_pattern);
}

void take_url(LocalEndpoint& endpoint, const std::string& url) {
  endpoint.url = url;
  endpoint.port = http::Url::parse(url).port;
}

std::string last_lines(const Context& context, const std::filesystem::path& log, std::size_t count) {
  const auto text = context.host.read_file(log);
  if (!text) return "";
  std::vector<std::string> lines = split(trim(*text), '\n');
  if (lines.size() > count) lines.erase(lines.begin(), lines.end() - static_cast<std::ptrdiff_t>(count));
  return join(lines, "\n");
}

[[noreturn]] void throw_not_started(const Context& context, const LocalEndpoint& endpoint,
                                    std::string_view how, std::size_t log_before) {
  const std::filesystem::path log = endpoint.data / "endpoint.log";
  std::string said = context.host.read_file(log).value_or("");
  said = said.size() > log_before ? said.substr(log_before) : "";
  const std::string tail =
      said.empty() ? last_lines(context, log, 5) : said.substr(said.size() > 2000 ? said.size() - 2000 : 0);
  throw Error("EndpointNotStarted", fmt::format("the local endpoint {}; it said:\n{}", how, trim(tail)),
              fmt::format("Nothing runs. Its whole log is {}; `{}` looks at what it needs.", log.string(),
                          command_line(context, "doctor")));
}

void refuse_taken_port(Context& context, const LocalEndpoint& endpoint) {
  switch (context.host.port_state(endpoint.port)) {
    case LocalHost::PortState::kFree:
      return;
    case LocalHost::PortState::kEndpoint:
      throw Error(
          "AlreadyRunning",
          fmt::format("another local endpoint, with another data directory than {}, serves on port {}",
                      endpoint.data.string(), endpoint.port),
          fmt::format("Use it as it is, stop it (`{}`), or choose another port with --port.",
                      command_line(context, "local stop")));
    case LocalHost::PortState::kOther:
      throw Error(
          "PortInUse", fmt::format("port {} is in use by another program", endpoint.port),
          fmt::format("Nothing was started. Choose another one: {}",
                      command_line(context, fmt::format("local start --port {}", endpoint.port + 100))));
  }
}

void wait_until_serving(Context& context, LocalEndpoint& endpoint, std::size_t log_before) {
  const TimePoint deadline = context.clock.now() + kStartWithin;
  while (context.clock.now() < deadline) {
    if (!context.host.is_alive(endpoint.pid))
      throw_not_started(context, endpoint, "ended at once", log_before);
    const auto entry = running_endpoint(context, endpoint.data);
    if (entry && int_or(*entry, "pid", 0) == endpoint.pid && context.host.health(endpoint.url)) return;
    if (!context.clock.sleep_for(kLookEvery, context.interrupted))
      throw Cancelled("interrupted while the local endpoint was starting; it goes on");
  }
  throw_not_started(context, endpoint,
                    fmt::format("did not serve within {} s", std::chrono::seconds(kStartWithin).count()),
                    log_before);
}

}  // namespace

restore::PipelineNames local_names(const Context& context) {
  return locate_endpoint(context).names;
}

LocalEndpoint locate_endpoint(const Context& context) {
  LocalEndpoint endpoint;
  endpoint.data = data_directory(context);
  const auto running = running_endpoint(context, endpoint.data);
  const auto from_environment = context.variable("AWS_ENDPOINT_URL");
  if (!context.globals.endpoint_url.empty()) {
    take_url(endpoint, context.globals.endpoint_url);
  } else if (context.globals.port != 0) {
    take_url(endpoint, loopback_url(static_cast<unsigned short>(context.globals.port)));
  } else if (running && !context.globals.data.empty()) {
    take_url(endpoint, string_or(*running, "url", loopback_url(kDefaultPort)));
  } else if (from_environment && !from_environment->empty() && context.globals.data.empty()) {
    take_url(endpoint, *from_environment);
  } else if (running) {
    take_url(endpoint, string_or(*running, "url", loopback_url(kDefaultPort)));
  } else {
    take_url(endpoint, loopback_url(kDefaultPort));
  }
  endpoint.names = names_of_environment(context);
  if (running && int_or(*running, "port", 0) == endpoint.port) {
    endpoint.pid = static_cast<pid_t>(int_or(*running, "pid", 0));
    take_names(endpoint.names, member_or_null(*running, "pipeline"));
  }
  return endpoint;
}

std::vector<std::string> endpoint_command(Context& context, const StartOptions& options,
                                          const LocalEndpoint& endpoint) {
  std::vector<std::string> command{context.host.endpoint_executable().string(), "--port",
                                   std::to_string(endpoint.port), "--data", endpoint.data.string()};
  if (!options.pace.empty()) command.insert(command.end(), {"--pace", options.pace});
  if (!options.lambda_endpoint.empty())
    command.insert(command.end(), {"--lambda-endpoint", options.lambda_endpoint});
  return command;
}

void prepare_start(Context& context, const LocalEndpoint& endpoint) {
  refuse_taken_port(context, endpoint);
  context.host.prepare_directory(endpoint.data);
}

Started start_endpoint(Context& context, const StartOptions& options, LocalEndpoint& endpoint) {
  if (const auto running = running_endpoint(context, endpoint.data)) {
    const std::string url = string_or(*running, "url", "");
    if (int_or(*running, "port", 0) != endpoint.port)
      throw Error("AlreadyRunning",
                  fmt::format("the endpoint of {} runs already, on {}", endpoint.data.string(), url),
                  fmt::format("It was left as it is. Stop it (`{}`), or give another --data directory.",
                              command_line(context, "local stop")));
    return Started::kWasRunning;
  }
  prepare_start(context, endpoint);
  const std::vector<std::string> command = endpoint_command(context, options, endpoint);
  const std::filesystem::path log = endpoint.data / "endpoint.log";
  const std::size_t log_before = context.host.read_file(log).value_or("").size();
  endpoint.pid = context.host.spawn_detached(command, log);
  wait_until_serving(context, endpoint, log_before);
  return Started::kNow;
}

void ensure_endpoint(Context& context) {
  LocalEndpoint endpoint = locate_endpoint(context);
  if (context.host.health(endpoint.url)) return;
  const std::string host = http::Url::parse(endpoint.url).host;
  if (host != "127.0.0.1" && host != "localhost")
    throw Error("EndpointNotRunning", fmt::format("nobody answers at {}", endpoint.url),
                "Nothing was started. Start an endpoint there, or leave --endpoint-url and AWS_ENDPOINT_URL "
                "away: then "
                "`aurora-restore run` starts one by itself.");
  const Duration before = context.clock.monotonic();
  start_endpoint(context, {}, endpoint);
  const Style style(context.terminal.err_traits());
  context.terminal.err(
      style.dim(fmt::format("Started the local endpoint at {} in {} (data in {}).", endpoint.url,
                            human_duration(context.clock.monotonic() - before), endpoint.data.string())) +
      "\n");
}

bool stop_endpoint(Context& context, const LocalEndpoint& endpoint) {
  const auto entry = running_endpoint(context, endpoint.data);
  if (!entry) return false;
  const auto pid = static_cast<pid_t>(int_or(*entry, "pid", 0));
  if (context.host.executable_name(pid) != kExecutable)
    throw Error("NotOurs", fmt::format("process {} does not show that it is {}", pid, kExecutable),
                "It belongs to another user; stop it as that user.");
  context.host.terminate(pid);
  const TimePoint deadline = context.clock.now() + kStopWithin;
  while (context.host.is_alive(pid)) {
    if (context.clock.now() >= deadline)
      throw Error("EndpointNotStopped",
                  fmt::format("process {} was asked to end and still runs after {} s", pid,
                              std::chrono::seconds(kStopWithin).count()),
                  fmt::format("It goes on. See what it does: tail {}; then `{}` again.",
                              shell_quote((endpoint.data / "endpoint.log").string()),
                              command_line(context, "local stop")));
    if (!context.clock.sleep_for(kLookEvery, context.interrupted))
      throw Cancelled("interrupted while the local endpoint was stopping; it goes on stopping");
  }
  return true;
}

}  // namespace aurora::cli
