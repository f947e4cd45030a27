#include "local/engines/server_tools.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/error.h"
#include "base/files.h"
#include "base/text.h"
#include "local/engines/file_tree.h"

namespace aurora::local::engines {
namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t kLogMax = 10 << 20;
constexpr Duration kLookEvery = std::chrono::milliseconds(5);
constexpr Duration kUrgedPatience = std::chrono::seconds(30);
constexpr std::size_t kSocketPathMax = 107;  // of a Unix socket, see unix(7)

std::string last_lines(const std::string& text) {
  const std::string tail = text.substr(text.size() > 1500 ? text.size() - 1500 : 0);
  return replace_all(std::string(trim(tail)), "\n", "; ");
}

}  // namespace

SystemUser server_user(const std::string& name, std::string_view engine, std::string_view package) {
  if (::geteuid() != 0) return current_user();
  const std::optional<SystemUser> user = find_user(name);
  if (!user)
    throw Error("EngineFailed", fmt::format("there is no system user {} to run {} as", name, engine),
                fmt::format("{} does not run as root: install the package {}, which makes that user.", engine,
                            package));
  return *user;
}

Command command_as(const SystemUser& user, std::vector<std::string> arguments, std::string input) {
  Command command{.arguments = std::move(arguments), .input = std::move(input)};
  if (::geteuid() == 0) command.user = user;
  return command;
}

void tool_failed(const std::string& program, const Outcome& outcome) {
  const std::string what = fs::path(program).filename();
  if (outcome.errors.find("No space left on device") != std::string::npos)
    throw Error(
        "DiskFull", fmt::format("{} found no room on the disk", what),
        "Free space on the file system of the data directory and try again; nothing was left half-made.");
  throw Error("EngineFailed",
              fmt::format("{} ended with {}: {}", what, outcome.exit_code,
                          last_lines(outcome.errors.empty() ? outcome.output : outcome.errors)));
}

Outcome run_tool(const Command& command, std::stop_token stop,
                 const std::function<void(std::string_view)>& on_errors) {
  Outcome outcome = run(command, std::move(stop), on_errors);
  if (outcome.exit_code != 0) tool_failed(command.arguments[0], outcome);
  return outcome;
}

std::string tail_of(const fs::path& log) {
  return last_lines(read_file_if_exists(log).value_or(""));
}

bool can_listen(const std::string& address, unsigned short port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return false;
  const int yes = 1;  // as the server does: connections that are closing do not matter
  ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  sockaddr_in name{};
  name.sin_family = AF_INET;
  name.sin_port = htons(port);
  const bool free = ::inet_pton(AF_INET, address.c_str(), &name.sin_addr) == 1 &&
                    ::bind(fd, reinterpret_cast<const sockaddr*>(&name), sizeof name) == 0 &&
                    ::listen(fd, 1) == 0;
  ::close(fd);
  return free;
}

void check_reachable(const fs::path& directory, const fs::path& socket, const SystemUser& user,
                     std::string_view engine) {
  if (const std::size_t length = socket.string().size(); length > kSocketPathMax)
    throw Error("EngineFailed",
                fmt::format("the data directory's path is {} characters too long for {}'s sockets",
                            length - kSocketPathMax, engine),
                "Choose a data directory with a shorter path.");
  const fs::path closed = unreachable_parent(directory, user);
  if (!closed.empty())
    throw Error(
        "EngineFailed",
        fmt::format("the system user {} that {} runs as cannot enter {}", user.name, engine, closed.string()),
        fmt::format("Choose another data directory, or allow it to be entered: chmod o+x {}",
                    closed.string()));
}

void write_owned(const fs::path& path, const std::string& content, const SystemUser& owner) {
  write_file(path, content, 0600);
  give_to(path, owner);
}

void end_process(pid_t pid, int signal, Duration patience, int urge, Clock& clock, std::string_view engine) {
  ::kill(pid, signal);
  Duration deadline = clock.monotonic() + patience;
  bool urged = false;
  while (is_alive(pid)) {
    if (clock.monotonic() > deadline) {
      if (urged) throw Error("EngineFailed", fmt::format("the {} server {} does not end", engine, pid));
      ::kill(pid, urge);
      urged = true;
      deadline += kUrgedPatience;
    }
    clock.sleep_for(kLookEvery);
  }
}

void rotate_log(const fs::path& log) {
  std::error_code none;
  if (fs::file_size(log, none) > kLogMax && !none) fs::rename(log, log.string() + ".1");
}

}  // namespace aurora::local::engines
