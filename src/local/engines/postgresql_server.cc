#include <fmt/format.h>
#include <signal.h>

#include <charconv>

#include "base/files.h"
#include "base/text.h"
#include "local/engines/file_tree.h"
#include "local/engines/postgresql_engine.h"
#include "local/engines/server_tools.h"

namespace aurora::local::engines {
namespace {

namespace fs = std::filesystem;

constexpr Duration kLookEvery = std::chrono::milliseconds(5);
constexpr Duration kStartTimeout = std::chrono::minutes(10);  // recovery after a crash may take long
constexpr Duration kStopTimeout = std::chrono::seconds(30);

template <typename Number>
Number number_of(std::string_view text) {
  text = trim(text);
  Number number{};
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

}  // namespace

// The lines of postmaster.pid: pid, data directory, start time, port, socket directory, address, shared
// memory, status.
std::optional<PostgreSqlEngine::Running> PostgreSqlEngine::look(const PostgreSqlLayout& layout) const {
  const std::optional<std::string> text = read_file_if_exists(layout.data() / "postmaster.pid");
  if (!text) return std::nullopt;
  const std::vector<std::string> lines = split(*text, '\n');
  const pid_t pid = number_of<pid_t>(lines[0]);
  // The number may be another process's by now. A server's own command line names its data directory.
  if (pid <= 0 || command_line(pid).find(fmt::format(" -D {} ", layout.data().string())) == std::string::npos)
    return std::nullopt;
  Running running{.pid = pid, .address = {}, .port = 0, .ready = false};
  if (lines.size() > 3) running.port = number_of<unsigned short>(lines[3]);
  if (lines.size() > 5) running.address = lines[5];
  if (lines.size() > 7) running.ready = trim(lines[7]) == "ready";
  return running;
}

bool PostgreSqlEngine::running(const fs::path& directory) const {
  return look(PostgreSqlLayout{directory}).has_value();
}

void PostgreSqlEngine::write_for_server(const fs::path& path, const std::string& content,
                                        unsigned mode) const {
  write_file(path, content, mode);
  give_to(path, user_);
}

void PostgreSqlEngine::write_configuration(const PostgreSqlLayout& layout, const Server& server) const {
  write_for_server(layout.configuration(), postgresql_conf(layout, server, options_.durable), 0600);
  write_for_server(layout.hba(), pg_hba_conf(server), 0600);
  write_for_server(layout.ident(), pg_ident_conf(user_.name), 0600);
}

void PostgreSqlEngine::write_certificate(const PostgreSqlLayout& layout, const Server& server) const {
  const Certificate certificate = authority_.issue({server.address, "localhost"});
  write_for_server(layout.certificate(), certificate.certificate, 0600);
  write_for_server(layout.key(), certificate.key, 0600);
}

// A server that was killed leaves its pid file, and for a moment its children. The file would keep a new
// server from starting when the number has become another process's; but as long as children write, there
// must be none.
void PostgreSqlEngine::clear_remains(const PostgreSqlLayout& layout) const {
  const std::string title = fmt::format("postgres: {}:", layout.title());
  const Duration deadline = clock_.monotonic() + kStopTimeout;
  for (;;) {
    const std::vector<pid_t> children = processes_titled(title);
    if (children.empty()) break;
    if (clock_.monotonic() > deadline)
      for (const pid_t child : children) ::kill(child, SIGQUIT);
    clock_.sleep_for(kLookEvery);
  }
  std::error_code failure;
  fs::remove(layout.data() / "postmaster.pid", failure);
  if (failure) throw Error("FileError", fmt::format("cannot remove postmaster.pid: {}", failure.message()));
}

void PostgreSqlEngine::start(const fs::path& directory, const Server& server, std::stop_token stop) {
  const PostgreSqlLayout layout{directory};
  if (!fs::exists(layout.data()))
    throw Error("EngineFailed", fmt::format("there is no cluster in {}", directory.string()));
  if (const auto running = look(layout)) {
    if (running->address == server.address && running->port == server.port)
      return wait_until_ready(layout, running->pid, stop);
    PostgreSqlEngine::stop(directory);
  }
  check_reachable(directory);
  clear_remains(layout);
  if (!fs::exists(layout.archive())) make_private_directory(layout.archive(), user_);
  write_configuration(layout, server);
  write_certificate(layout, server);
  rotate_log(layout.log());
  const pid_t pid = spawn_detached(command({tool(server.version, "postgres"), "-D", layout.data(), "-c",
                                            fmt::format("config_file={}", layout.configuration().string())}),
                                   layout.log());
  wait_until_ready(layout, pid, stop);
}

void PostgreSqlEngine::wait_until_ready(const PostgreSqlLayout& layout, pid_t pid,
                                        std::stop_token stop) const {
  const Duration deadline = clock_.monotonic() + kStartTimeout;
  for (;;) {
    const auto running = look(layout);
    if (running && running->ready) return;
    if (!is_alive(pid))
      throw Error("EngineFailed",
                  fmt::format("the PostgreSQL server ended while it started: {}", tail_of(layout.log())));
    if (clock_.monotonic() > deadline)
      throw Error("EngineFailed",
                  fmt::format("the PostgreSQL server did not become ready within {} minutes",
                              std::chrono::duration_cast<std::chrono::minutes>(kStartTimeout).count()));
    if (!clock_.sleep_for(kLookEvery, stop))
      throw Cancelled("the start of a PostgreSQL server was interrupted");
  }
}

void PostgreSqlEngine::reload(const fs::path& directory, const Server& server) {
  const PostgreSqlLayout layout{directory};
  const auto running = look(layout);
  if (!running) return;
  write_configuration(layout, server);
  ::kill(running->pid, SIGHUP);
}

void PostgreSqlEngine::end(const PostgreSqlLayout& layout, int signal, Duration patience) const {
  if (const auto running = look(layout))
    end_process(running->pid, signal, patience, SIGQUIT, clock_, "PostgreSQL");
}

void PostgreSqlEngine::stop(const fs::path& directory) {
  // Fast shutdown: sessions are ended, and everything is written.
  end(PostgreSqlLayout{directory}, SIGINT, kStopTimeout);
}

}  // namespace aurora::local::engines
