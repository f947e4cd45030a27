#include "cli/deploy/trial.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <mutex>
#include <optional>
#include <vector>

#include "base/error.h"
#include "base/files.h"
#include "base/ids.h"
#include "base/text.h"
#include "http/server.h"

namespace aurora::cli {
namespace {

constexpr std::chrono::seconds kDeadline{10};  // Lambda's own for the init phase
constexpr std::chrono::milliseconds kLookEvery{1};
constexpr std::size_t kOutputShown = 600;

// A folder that is there for as long as this is.
class Folder {
 public:
  Folder() : path_(std::filesystem::temp_directory_path() / ("aurora-restore-trial-" + random_hex(12))) {
    std::filesystem::create_directories(path_);
    std::filesystem::permissions(path_, std::filesystem::perms::owner_all);
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  std::filesystem::path operator/(const char* name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

// Answers no event ever; remembers that one was asked for, or that the function gave up.
class RuntimeApi {
 public:
  explicit RuntimeApi(Clock& clock)
      : clock_(clock), server_({}, [this](const http::Request& request, std::stop_token stop) {
          return answer(request, std::move(stop));
        }) {}

  std::string address() const { return fmt::format("127.0.0.1:{}", server_.port()); }
  std::optional<Duration> ready_at() {
    const std::lock_guard lock(mutex_);
    return ready_at_;
  }
  std::string refusal() {
    const std::lock_guard lock(mutex_);
    return refusal_;
  }

 private:
  http::Response answer(const http::Request& request, std::stop_token stop) {
    {
      const std::lock_guard lock(mutex_);
      if (request.path.ends_with("/init/error")) refusal_ = request.body;
      if (request.path.ends_with("/invocation/next")) ready_at_ = clock_.monotonic();
    }
    if (request.path.ends_with("/invocation/next")) clock_.sleep_for(kDeadline, std::move(stop));
    return {202, {}, ""};
  }

  Clock& clock_;
  std::mutex mutex_;
  std::optional<Duration> ready_at_;
  std::string refusal_;
  http::Server server_;  // last: its handlers use what stands above
};

// A process that is ended when this is.
class Process {
 public:
  Process(const std::filesystem::path& executable, std::vector<std::string> environment,
          const std::filesystem::path& output) {
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, output.c_str(), O_WRONLY | O_CREAT, 0600);
    posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
    std::string name = executable.string();
    std::array<char*, 2> arguments{name.data(), nullptr};
    std::vector<char*> variables;
    for (std::string& variable : environment) variables.push_back(variable.data());
    variables.push_back(nullptr);
    const int failed =
        posix_spawn(&pid_, name.c_str(), &actions, nullptr, arguments.data(), variables.data());
    posix_spawn_file_actions_destroy(&actions);
    if (failed != 0) {
      pid_ = -1;
      why_not_ = std::strerror(failed);
    }
  }
  ~Process() {
    if (pid_ <= 0) return;
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  // Why it does not run, when it does not.
  std::optional<std::string> end() {
    if (pid_ <= 0) return why_not_;
    int status = 0;
    if (waitpid(pid_, &status, WNOHANG) != pid_) return std::nullopt;
    pid_ = -1;
    why_not_ = WIFSIGNALED(status) ? fmt::format("it was ended by signal {}", WTERMSIG(status))
                                   : fmt::format("it ended with code {}", WEXITSTATUS(status));
    return why_not_;
  }

 private:
  pid_t pid_ = -1;
  std::string why_not_;
};

[[noreturn]] void does_not_start(const std::string& why, const std::filesystem::path& output) {
  const std::string said(trim(read_file_if_exists(output).value_or("")));
  throw Error("PackageDoesNotStart",
              fmt::format("the package's bootstrap does not start here: {}{}", why,
                          said.empty() ? "" : "; it wrote: " + said.substr(0, kOutputShown)),
              "Nothing was deployed. Build the package anew with scripts/build_lambda_packages.sh.");
}

}  // namespace

Duration try_start(Clock& clock, const std::string& executable, const std::string& handler) {
  const Folder folder;
  const std::filesystem::path bootstrap = folder / "bootstrap";
  const std::filesystem::path output = folder / "output";
  write_file(bootstrap, executable, 0700);
  RuntimeApi api(clock);
  const Duration began = clock.monotonic();
  Process process(bootstrap,
                  {"AWS_LAMBDA_RUNTIME_API=" + api.address(), "_HANDLER=" + handler, "AWS_REGION=us-east-1",
                   "LAMBDA_TASK_ROOT=" + bootstrap.parent_path().string(), "AWS_ACCESS_KEY_ID=trial",
                   "AWS_SECRET_ACCESS_KEY=trial", "ENVIRONMENT=trial"},
                  output);
  while (clock.monotonic() - began < kDeadline) {
    if (const std::string refusal = api.refusal(); !refusal.empty()) does_not_start(refusal, output);
    if (const auto ready = api.ready_at()) return *ready - began;
    if (const auto end = process.end()) does_not_start(*end, output);
    clock.sleep_for(kLookEvery);
  }
  does_not_start("it did not ask for an event within 10 seconds", output);
}

}  // namespace aurora::cli
