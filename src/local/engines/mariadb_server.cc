#include <fmt/format.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <charconv>
#include <cstring>

#include "base/files.h"
#include "base/text.h"
#include "local/engines/file_tree.h"
#include "local/engines/mariadb_engine.h"
#include "local/engines/mariadb_parameters.h"
#include "local/engines/mariadb_programs.h"
#include "local/engines/server_tools.h"

namespace aurora::local::engines {
namespace {

namespace fs = std::filesystem;

constexpr Duration kLookEvery = std::chrono::milliseconds(5);
constexpr Duration kStartTimeout = std::chrono::minutes(10);  // recovery after a crash may take long
constexpr Duration kStopTimeout = std::chrono::seconds(60);
constexpr suseconds_t kGreetingPatienceUs = 100'000;

// The value of an argument such as " --port=", up to the next blank.
std::string_view argument_of(std::string_view line, std::string_view name) {
  const std::size_t at = line.find(name);
  if (at == std::string_view::npos) return {};
  const std::string_view rest = line.substr(at + name.size());
  return rest.substr(0, rest.find(' '));
}

template <typename Number>
Number number_of(std::string_view text) {
  text = trim(text);
  Number number{};
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

// A server that takes connections speaks first. One that is starting may hold the socket already, silently.
bool greets(const fs::path& socket) {
  sockaddr_un name{};
  name.sun_family = AF_UNIX;
  const std::string path = socket.string();
  if (path.size() >= sizeof name.sun_path) return false;
  std::memcpy(name.sun_path, path.c_str(), path.size());
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return false;
  const timeval patience{0, kGreetingPatienceUs};
  ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  char greeting[64];
  const bool spoke = ::connect(fd, reinterpret_cast<const sockaddr*>(&name), sizeof name) == 0 &&
                     ::recv(fd, greeting, sizeof greeting, 0) > 0;
  ::close(fd);
  return spoke;
}

}  // namespace

// The pid file is written late in a start, and its number may be another process's by now; what counts is the
// command line, which names the option file.
std::optional<MariaDbEngine::Running> MariaDbEngine::look(const MariaDbLayout& layout) const {
  const std::string option_file = fmt::format(" --defaults-file={} ", layout.configuration().string());
  const auto pid = number_of<pid_t>(read_file_if_exists(layout.pid_file()).value_or(""));
  std::string line = pid > 0 ? command_line(pid) : "";
  Running running{.pid = pid, .address = {}, .port = 0};
  if (line.find(option_file) == std::string::npos) {
    const std::vector<pid_t> found = processes_titled(mariadb_program("mariadbd") + option_file);
    if (found.empty()) return std::nullopt;
    running.pid = found.front();
    line = command_line(running.pid);
  }
  running.address = argument_of(line, " --bind-address=");
  running.port = number_of<unsigned short>(argument_of(line, " --port="));
  return running;
}

bool MariaDbEngine::running(const fs::path& directory) const {
  return look(MariaDbLayout{directory}).has_value();
}

void MariaDbEngine::write_configuration(const MariaDbLayout& layout, const Server& server) const {
  write_owned(layout.configuration(), my_cnf(layout, server, options_.durable), user_);
  const std::vector<std::string> left_out = parameters_left_out(server.parameters);
  if (!left_out.empty())
    log_.debug("parameters that MariaDB does not have stay in their group",
               {{"cluster", layout.directory.filename().string()}, {"parameters", left_out}});
}

void MariaDbEngine::write_certificate(const MariaDbLayout& layout, const Server& server) const {
  const Certificate certificate = authority_.issue({server.address, "localhost"});
  write_owned(layout.certificate(), certificate.certificate, user_);
  write_owned(layout.key(), certificate.key, user_);
}

void MariaDbEngine::launch(const MariaDbLayout& layout, const Server& server,
                           std::vector<std::string> network, std::stop_token stop) const {
  check_reachable(layout.directory);
  std::error_code none;
  fs::remove(layout.pid_file(), none);  // of a server that was killed
  write_configuration(layout, server);
  write_certificate(layout, server);
  rotate_log(layout.log());
  std::vector<std::string> arguments = {mariadb_program("mariadbd"),
                                        "--defaults-file=" + layout.configuration().string(),
                                        "--datadir=" + layout.data().string()};
  for (std::string& argument : network) arguments.push_back(std::move(argument));
  wait_until_ready(layout, spawn_detached(command(std::move(arguments)), layout.log()), std::move(stop));
}

void MariaDbEngine::start(const fs::path& directory, const Server& server, std::stop_token stop) {
  const MariaDbLayout layout{directory};
  if (!fs::exists(layout.data()))
    throw Error("EngineFailed", fmt::format("there is no cluster in {}", directory.string()));
  if (const auto running = look(layout)) {
    if (running->address == server.address && running->port == server.port)
      return wait_until_ready(layout, running->pid, stop);
    MariaDbEngine::stop(directory);
  }
  launch(layout, server, {"--bind-address=" + server.address, fmt::format("--port={}", server.port)}, stop);
}

void MariaDbEngine::wait_until_ready(const MariaDbLayout& layout, pid_t pid, std::stop_token stop) const {
  const Duration deadline = clock_.monotonic() + kStartTimeout;
  while (!greets(layout.socket())) {
    if (!is_alive(pid))
      throw Error("EngineFailed",
                  fmt::format("the MariaDB server ended while it started: {}", tail_of(layout.log())));
    if (clock_.monotonic() > deadline)
      throw Error("EngineFailed",
                  fmt::format("the MariaDB server did not become ready within {} minutes",
                              std::chrono::duration_cast<std::chrono::minutes>(kStartTimeout).count()));
    if (!clock_.sleep_for(kLookEvery, stop)) throw Cancelled("the start of a MariaDB server was interrupted");
  }
}

void MariaDbEngine::with_private_server(const MariaDbLayout& layout, const Server& server,
                                        std::stop_token stop, const std::function<void()>& work) {
  launch(layout, server, {"--skip-networking"}, std::move(stop));
  try {
    work();
  } catch (...) {
    halt(layout.directory);
    throw;
  }
  MariaDbEngine::stop(layout.directory);
}

void MariaDbEngine::reload(const fs::path& directory, const Server& server) {
  const MariaDbLayout layout{directory};
  if (!look(layout)) return;
  write_configuration(layout, server);
  run_sql(layout, mariadb_reload_sql(server));
}

void MariaDbEngine::stop(const fs::path& directory) {
  if (const auto running = look(MariaDbLayout{directory}))
    end_process(running->pid, SIGTERM, kStopTimeout, SIGKILL, clock_, "MariaDB");
}

void MariaDbEngine::halt(const fs::path& directory) {
  if (const auto running = look(MariaDbLayout{directory}))
    end_process(running->pid, SIGKILL, kStopTimeout, SIGKILL, clock_, "MariaDB");
}

}  // namespace aurora::local::engines
