// The operator's command line: builds what the commands in src/cli work with, and exits with their code.
#include <fmt/format.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <thread>

#include "aws/client.h"
#include "base/text.h"
#include "cli/app.h"
#include "cli/local_endpoint.h"
#include "http/beast_transport.h"
#include "process_environment.h"
#include "version.h"

namespace {

using namespace aurora;

// An Api whose questions end when Ctrl-C is pressed. What changes something is waited for: whether it
// happened has to be known.
class InterruptibleApi final : public aws::Api {
 public:
  InterruptibleApi(std::unique_ptr<aws::Client> client, std::stop_token stop)
      : client_(std::move(client)), stop_(std::move(stop)) {}

  Json call(std::string_view service, std::string_view region, std::string_view operation,
            const Json& input) override {
    return only_asks(operation) ? client_->call(service, region, operation, input, stop_)
                                : client_->call(service, region, operation, input);
  }

 private:
  static bool only_asks(std::string_view operation) {
    for (const std::string_view verb : {"Describe", "Get", "List", "Query", "Scan"})
      if (operation.starts_with(verb)) return true;
    return false;
  }

  std::unique_ptr<aws::Client> client_;
  std::stop_token stop_;
};

std::shared_ptr<aws::CredentialsProvider> local_credentials() {
  return std::make_shared<aws::StaticCredentials>(
      aws::Credentials{.access_key_id = cli::kLocalAccessKey,
                       .secret_access_key = Secret(cli::kLocalSecretKey),
                       .session_token = {},
                       .expires_at = {}});
}

std::string region_of(const aws::Client& client, const std::string& chosen) {
  if (!chosen.empty()) return chosen;
  try {
    return client.region();
  } catch (const Error& error) {
    // The commands say what to do about it, in their own terms.
    if (error.name() == "NoRegion") return "";
    throw;
  }
}

cli::ApiConnection connect_api(const cli::ApiSettings& settings, http::Transport& network, Clock& clock,
                               std::stop_token stop) {
  const Log log = settings.debug ? Log(clock, LogLevel::kDebug, Log::standard_error()) : Log::none();
  auto client = std::make_unique<aws::Client>(
      aws::ClientConfig{.environment = process_environment, .endpoint_url = settings.endpoint_url}, network,
      clock, log, settings.local ? local_credentials() : nullptr);
  std::string region = region_of(*client, settings.region);
  return {std::make_unique<InterruptibleApi>(std::move(client), std::move(stop)), std::move(region)};
}

bool is_set(const char* variable) {
  const auto value = process_environment(variable);
  return value && !value->empty();
}

// The encoding of the first locale variable that is set, in POSIX's order.
bool locale_is_utf8() {
  for (const char* variable : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    if (!is_set(variable)) continue;
    const std::string locale = to_lower(*process_environment(variable));
    return locale.find("utf-8") != std::string::npos || locale.find("utf8") != std::string::npos;
  }
  return false;
}

cli::TerminalSettings terminal_settings() {
  const auto force = process_environment("CLICOLOR_FORCE");
  return {.no_color = is_set("NO_COLOR"),
          .force_color = force && !force->empty() && *force != "0",
          .dumb = process_environment("TERM").value_or("dumb") == "dumb",
          .unicode = locale_is_utf8()};
}

// "aurora-restore" where a shell finds this very file under that name, else its whole path.
std::string program_name() {
  namespace fs = std::filesystem;
  const fs::path self = fs::read_symlink("/proc/self/exe");
  for (const std::string& directory : split(process_environment("PATH").value_or(""), ':')) {
    const fs::path candidate = fs::path(directory) / self.filename();
    if (directory.empty() || ::access(candidate.c_str(), X_OK) != 0) continue;
    std::error_code error;
    return fs::equivalent(candidate, self, error) ? self.filename().string() : self.string();
  }
  return self.string();
}

// The first Ctrl-C asks the command to end in order, the second ends it at once. Blocked in every thread
// and taken by one that lives as long as the process.
void watch_signals(std::stop_source interrupted) {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::thread([signals, interrupted]() mutable {
    int signal = 0;
    sigwait(&signals, &signal);
    interrupted.request_stop();
    sigwait(&signals, &signal);
    ::_exit(128 + signal);
  }).detach();
}

}  // namespace

int main(int argc, char** argv) {
  std::stop_source interrupted;
  watch_signals(interrupted);
  SystemClock clock;
  http::BeastTransport network;
  db::NativeConnector connector;
  cli::SystemTerminal terminal(terminal_settings());
  cli::SystemLocalHost host(network, process_environment("PATH").value_or(""));
  cli::Context context{
      .terminal = terminal,
      .clock = clock,
      .interrupted = interrupted.get_token(),
      .variable = process_environment,
      .connect_api =
          [&](const cli::ApiSettings& settings) {
            return connect_api(settings, network, clock, interrupted.get_token());
          },
      .connector = connector,
      .host = host,
      .program = program_name(),
      .version = kVersion,
  };
  return static_cast<int>(cli::run_command_line(context, {argv + 1, argv + argc}));
}
