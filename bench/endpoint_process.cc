#include "endpoint_process.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

#include "base/files.h"
#include "local/session_keys.h"

extern char** environ;

namespace aurora::bench {

using namespace std::chrono_literals;

EndpointProcess::EndpointProcess(std::filesystem::path executable, std::filesystem::path directory)
    : executable_(std::move(executable)), directory_(std::move(directory)) {
  start();
}

EndpointProcess::~EndpointProcess() {
  kill();
  std::error_code ignored;  // what is left of a temporary directory is the system's to remove
  std::filesystem::remove_all(directory_, ignored);
}

void EndpointProcess::start() {
  std::filesystem::create_directories(directory_);
  std::filesystem::remove(directory_ / "endpoint.json");
  std::vector<std::string> arguments{executable_.string(), "--port",      "0",    "--data",
                                     directory_.string(),  "--log-level", "ERROR"};
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  const int error = ::posix_spawn(&pid_, argv[0], nullptr, nullptr, argv.data(), environ);
  if (error != 0)
    throw Error("NoAnswer", fmt::format("cannot run {}", executable_.string()), "build it first");
  wait_until_it_serves();
}

void EndpointProcess::wait_until_it_serves() {
  const Duration limit = clock_.monotonic() + 30s;
  while (clock_.monotonic() < limit) {
    if (const auto entry = read_file_if_exists(directory_ / "endpoint.json")) {
      url_ = parse_json(*entry, "endpoint.json").at("url").get<std::string>();
      return;
    }
    clock_.sleep_for(1ms);
  }
  throw Error("NoAnswer", "the endpoint does not serve after 30 seconds");
}

void EndpointProcess::kill() {
  if (pid_ == 0) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
  pid_ = 0;
}

std::unique_ptr<EndpointProcess::Caller> EndpointProcess::caller() {
  auto caller = std::make_unique<Caller>();
  aws::ClientConfig config;
  config.endpoint_url = url_;
  aws::Credentials keys;
  keys.access_key_id = local::kLocalAccessKeyId;
  keys.secret_access_key = Secret(local::kLocalSecretAccessKey);
  auto credentials = std::make_shared<aws::StaticCredentials>(std::move(keys));
  caller->client = std::make_unique<aws::Client>(std::move(config), caller->network, clock_, Log::none(),
                                                 std::move(credentials));
  return caller;
}

long EndpointProcess::resident_kb() const {
  std::ifstream status(fmt::format("/proc/{}/status", pid_));
  for (std::string word; status >> word;) {
    long value = 0;
    if (word == "VmRSS:" && status >> value) return value;
  }
  return 0;
}

}  // namespace aurora::bench
