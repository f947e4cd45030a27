#include "cli/local_host.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>

#include "base/dates.h"
#include "base/files.h"

namespace aurora::cli {
namespace {

std::vector<char*> argument_vector(const std::vector<std::string>& command) {
  std::vector<char*> arguments;
  for (const std::string& argument : command) arguments.push_back(const_cast<char*>(argument.c_str()));
  arguments.push_back(nullptr);
  return arguments;
}

// Between fork and exec only async-signal-safe calls are allowed, so everything is prepared before.
[[noreturn]] void become(char* const* arguments) {
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::execv(arguments[0], arguments);
  static constexpr char kMessage[] = "aurora-local: cannot be executed\n";
  [[maybe_unused]] const ssize_t ignored = ::write(STDERR_FILENO, kMessage, sizeof kMessage - 1);
  ::_exit(127);
}

// A process that ended keeps its id until its parent asks; in a container nobody may ever do so.
bool is_zombie(pid_t pid) {
  const auto stat = read_file_if_exists(fmt::format("/proc/{}/stat", pid));
  // The state follows the name, which stands in parentheses and may hold anything.
  const std::size_t name_end = stat ? stat->rfind(')') : std::string::npos;
  return name_end != std::string::npos && name_end + 2 < stat->size() && (*stat)[name_end + 2] == 'Z';
}

int wait_for(pid_t pid) {
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

http::Request get(const std::string& url, std::string_view path) {
  const http::Url parsed = http::Url::parse(url);
  http::Request request;
  request.scheme = parsed.scheme;
  request.host = parsed.host;
  request.port = parsed.port;
  request.path = path;
  request.headers.set("Host", parsed.authority());
  return request;
}

http::SendOptions quick() {
  return {.connect_timeout = std::chrono::milliseconds(1000),
          .timeout = std::chrono::milliseconds(3000),
          .stop = {}};
}

}  // namespace

std::filesystem::path SystemLocalHost::endpoint_executable() {
  const std::filesystem::path here = std::filesystem::read_symlink("/proc/self/exe").parent_path();
  const std::filesystem::path executable = here / "aurora-local";
  if (::access(executable.c_str(), X_OK) != 0)
    throw Error("EndpointNotStarted", fmt::format("{} is not there", executable.string()),
                "Build everything (scripts/demo does), or keep aurora-local beside aurora-restore.");
  return executable;
}

pid_t SystemLocalHost::spawn_detached(const std::vector<std::string>& command,
                                      const std::filesystem::path& log) {
  const std::vector<char*> arguments = argument_vector(command);
  const int output = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
  if (output < 0) throw_file_error(log, "write", errno);
  const int input = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  const pid_t pid = ::fork();
  if (pid == 0) {
    ::setsid();
    ::dup2(input, STDIN_FILENO);
    ::dup2(output, STDOUT_FILENO);
    ::dup2(output, STDERR_FILENO);
    become(arguments.data());
  }
  const int error_number = errno;
  ::close(output);
  ::close(input);
  if (pid < 0)
    throw Error("EndpointNotStarted", fmt::format("no new process: {}", std::strerror(error_number)));
  return pid;
}

int SystemLocalHost::run_foreground(const std::vector<std::string>& command) {
  const std::vector<char*> arguments = argument_vector(command);
  const pid_t pid = ::fork();
  if (pid == 0) become(arguments.data());
  if (pid < 0) throw Error("EndpointNotStarted", fmt::format("no new process: {}", std::strerror(errno)));
  return wait_for(pid);
}

bool SystemLocalHost::is_alive(pid_t pid) {
  // A child of ours that ended stays visible until it is waited for.
  if (::waitpid(pid, nullptr, WNOHANG) == pid) return false;
  if (::kill(pid, 0) != 0 && errno != EPERM) return false;
  return !is_zombie(pid);
}

void SystemLocalHost::terminate(pid_t pid) {
  if (::kill(pid, SIGTERM) != 0 && errno != ESRCH)
    throw Error("NotOurs", fmt::format("process {} cannot be ended: {}", pid, std::strerror(errno)),
                "It belongs to another user; stop it as that user.");
}

std::optional<std::string> SystemLocalHost::executable_name(pid_t pid) {
  // Not the link /proc/PID/exe: it changes when a newer build replaces the file of a running process. The
  // line reads "PID (NAME) STATE ...", and a process that ended but was not waited for yet is in state Z.
  const auto line = read_file_if_exists(fmt::format("/proc/{}/stat", pid));
  if (!line) return std::nullopt;
  const std::size_t open = line->find('(');
  const std::size_t close = line->rfind(')');
  if (open == std::string::npos || close == std::string::npos || close + 2 >= line->size())
    return std::nullopt;
  const char state = (*line)[close + 2];
  if (state == 'Z' || state == 'X') return std::nullopt;
  return line->substr(open + 1, close - open - 1);
}

bool SystemLocalHost::is_root() {
  return ::geteuid() == 0;
}

std::optional<Json> SystemLocalHost::health(const std::string& url) {
  try {
    const http::Response answer = transport_.send(get(url, "/_aurora/health"), quick());
    if (answer.status != 200) return std::nullopt;
    Json health = parse_json(answer.body, "health answer");
    return health.is_object() ? std::optional(std::move(health)) : std::nullopt;
  } catch (const Error&) {
    // Whoever does not answer, or not in JSON, is no local endpoint: that is the answer to the question.
    return std::nullopt;
  }
}

Json SystemLocalHost::ask_endpoint(const std::string& url, const std::string& method, const std::string& path,
                                   const Json& body) {
  if (!health(url))
    throw Error("EndpointNotRunning", fmt::format("no local endpoint answers at {}", url),
                "`aurora-restore local start` starts it; --port and --data say which one is meant.");
  http::Request request = get(url, path);
  request.method = method;
  if (!body.empty()) {
    request.headers.set("Content-Type", "application/json");
    request.body = dump_json(body);
  }
  const http::Response answer = transport_.send(request, quick());
  Json told = parse_json(answer.body, "the endpoint's answer");
  if (answer.status == 200) return told;
  throw Error(string_or(told, "error", "InternalError"), string_or(told, "message", answer.body),
              string_or(told, "hint", ""));
}

std::optional<TimePoint> SystemLocalHost::server_time(const std::string& url) {
  try {
    return parse_http_date(transport_.send(get(url, "/"), quick()).headers.get_or("Date", ""));
  } catch (const Error&) {
    // Whoever does not answer has no time: that is the answer to the question.
    return std::nullopt;
  }
}

LocalHost::PortState SystemLocalHost::port_state(unsigned short port) {
  const std::string url = fmt::format("http://127.0.0.1:{}", port);
  if (health(url)) return PortState::kEndpoint;
  try {
    transport_.send(get(url, "/"), quick());
  } catch (const http::TransportError& error) {
    if (error.not_sent()) return PortState::kFree;
  }
  return PortState::kOther;
}

void SystemLocalHost::prepare_directory(const std::filesystem::path& directory) {
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  if (error && !std::filesystem::is_directory(directory))
    throw_file_error(directory, "create", error.value());
  const std::filesystem::path probe = directory / ".writable";
  // As large as a page of every common file system, so that a full disk shows here.
  write_file(probe, std::string(65536, ' '), 0600);
  std::filesystem::remove(probe, error);
}

std::optional<std::string> SystemLocalHost::read_file(const std::filesystem::path& path) {
  // What lies below a file is not there either; who wants to write there is told so.
  if (!exists(path)) return std::nullopt;
  return read_file_if_exists(path);
}

void SystemLocalHost::remove_directory(const std::filesystem::path& directory) {
  std::error_code error;
  std::filesystem::remove_all(directory, error);
  if (error) throw_file_error(directory, "remove", error.value());
}

bool SystemLocalHost::exists(const std::filesystem::path& path) {
  std::error_code error;
  return std::filesystem::exists(path, error);
}

}  // namespace aurora::cli
