#include "local/engines/process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <grp.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>

#include "base/error.h"
#include "base/files.h"

namespace aurora::local::engines {
namespace {

constexpr int kLookForStopMs = 50;
constexpr std::size_t kInputMax = 60'000;  // fits a pipe, so that writing it cannot block

class Fd {
 public:
  explicit Fd(int fd = -1) : fd_(fd) {}
  Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Fd& operator=(Fd&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Fd() { close(); }
  void close() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
  }
  int get() const { return fd_; }

 private:
  int fd_;
};

struct Pipe {
  Fd read;
  Fd write;
};

Pipe make_pipe() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0)
    throw Error("EngineFailed", fmt::format("pipe: {}", std::strerror(errno)));
  return {Fd(ends[0]), Fd(ends[1])};
}

// Everything a child needs is made before the fork: between fork and exec only async-signal-safe calls
// are allowed, since other threads may have held locks.
class Prepared {
 public:
  explicit Prepared(const Command& command) : command_(command) {
    for (const std::string& argument : command_.arguments)
      arguments_.push_back(const_cast<char*>(argument.c_str()));
    arguments_.push_back(nullptr);
    for (const char* variable : kEnvironment) environment_.push_back(const_cast<char*>(variable));
    environment_.push_back(nullptr);
  }

  // Does not return; tells `report` the errno of what went wrong.
  [[noreturn]] void execute(int in, int out, int err, int report, bool dies_with_us) const {
    ::dup2(in, 0);
    ::dup2(out, 1);
    ::dup2(err, 2);
    struct sigaction usual {};
    usual.sa_handler = SIG_DFL;
    for (const int signal : {SIGPIPE, SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGCHLD})
      ::sigaction(signal, &usual, nullptr);
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    if (command_.user && !become(*command_.user)) fail(report);
    // After the change of user, which clears it.
    if (dies_with_us) ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::chdir("/") != 0) fail(report);
    ::execve(arguments_[0], arguments_.data(), environment_.data());
    fail(report);
  }

 private:
  static constexpr const char* kEnvironment[] = {"PATH=/usr/local/bin:/usr/bin:/bin", "LC_ALL=C", "TZ=UTC",
                                                 "PGAPPNAME=rdsadmin"};

  static bool become(const SystemUser& user) {
    return ::setgroups(1, &user.gid) == 0 && ::setresgid(user.gid, user.gid, user.gid) == 0 &&
           ::setresuid(user.uid, user.uid, user.uid) == 0;
  }

  [[noreturn]] static void fail(int report) {
    const int error = errno;
    [[maybe_unused]] const ssize_t written = ::write(report, &error, sizeof error);
    ::_exit(127);
  }

  const Command& command_;
  std::vector<char*> arguments_;
  std::vector<char*> environment_;
};

// The errno that the child reported before exec, or 0: the pipe closes when exec succeeds.
int reported_error(const Fd& report) {
  int error = 0;
  while (::read(report.get(), &error, sizeof error) < 0 && errno == EINTR) {
  }
  return error;
}

[[noreturn]] void cannot_start(const Command& command, int error) {
  throw Error("EngineFailed",
              fmt::format("cannot start {}: {}", command.arguments.at(0), std::strerror(error)));
}

int wait_for(pid_t pid) {
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

// False at the end of the stream.
bool drain(const Fd& fd, std::string& into, const std::function<void(std::string_view)>& also) {
  std::array<char, 8192> buffer;
  const ssize_t count = ::read(fd.get(), buffer.data(), buffer.size());
  if (count < 0) return errno == EINTR || errno == EAGAIN;
  if (count == 0) return false;
  const std::string_view text(buffer.data(), static_cast<std::size_t>(count));
  into.append(text);
  if (also) also(text);
  return true;
}

// Reads both streams until the child has closed them. False when it was told to stop.
bool collect(Fd& out, Fd& err, Outcome& outcome, const std::stop_token& stop,
             const std::function<void(std::string_view)>& on_errors) {
  while (out.get() >= 0 || err.get() >= 0) {
    if (stop.stop_requested()) return false;
    std::array<pollfd, 2> watched = {pollfd{out.get(), POLLIN, 0}, pollfd{err.get(), POLLIN, 0}};
    if (::poll(watched.data(), watched.size(), kLookForStopMs) < 0 && errno != EINTR)
      throw Error("EngineFailed", fmt::format("poll: {}", std::strerror(errno)));
    if (watched[0].revents && !drain(out, outcome.output, {})) out.close();
    if (watched[1].revents && !drain(err, outcome.errors, on_errors)) err.close();
  }
  return true;
}

// A child that ends before it has read everything must not end us by SIGPIPE.
void feed(const Fd& fd, std::string_view input) {
  sigset_t pipe;
  sigset_t before;
  ::sigemptyset(&pipe);
  ::sigaddset(&pipe, SIGPIPE);
  ::pthread_sigmask(SIG_BLOCK, &pipe, &before);
  while (!input.empty()) {
    const ssize_t count = ::write(fd.get(), input.data(), input.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) {  // the child's outcome says why
      const timespec at_once{};
      ::sigtimedwait(&pipe, nullptr, &at_once);
      break;
    }
    input.remove_prefix(static_cast<std::size_t>(count));
  }
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

// A file of /proc; empty when the process is gone, also when it goes while we look.
std::string read_about(pid_t pid, const char* what) {
  try {
    return read_file_if_exists(fmt::format("/proc/{}/{}", pid, what)).value_or("");
  } catch (const Error&) {
    return {};
  }
}

}  // namespace

std::optional<SystemUser> find_user(const std::string& name) {
  passwd entry{};
  passwd* found = nullptr;
  std::array<char, 4096> buffer;
  if (::getpwnam_r(name.c_str(), &entry, buffer.data(), buffer.size(), &found) != 0 || !found)
    return std::nullopt;
  return SystemUser{name, entry.pw_uid, entry.pw_gid};
}

SystemUser current_user() {
  passwd entry{};
  passwd* found = nullptr;
  std::array<char, 4096> buffer;
  ::getpwuid_r(::geteuid(), &entry, buffer.data(), buffer.size(), &found);
  return SystemUser{found ? entry.pw_name : std::to_string(::geteuid()), ::geteuid(), ::getegid()};
}

Outcome run(const Command& command, std::stop_token stop,
            const std::function<void(std::string_view)>& on_errors) {
  AURORA_INVARIANT(command.input.size() <= kInputMax);
  Pipe in = make_pipe();
  Pipe out = make_pipe();
  Pipe err = make_pipe();
  Pipe report = make_pipe();
  const Prepared prepared(command);
  const pid_t pid = ::fork();
  if (pid < 0) cannot_start(command, errno);
  if (pid == 0) prepared.execute(in.read.get(), out.write.get(), err.write.get(), report.write.get(), true);
  in.read.close();
  out.write.close();
  err.write.close();
  report.write.close();
  if (const int error = reported_error(report.read)) {
    wait_for(pid);
    cannot_start(command, error);
  }
  feed(in.write, command.input);
  in.write.close();
  Outcome outcome;
  const bool complete = collect(out.read, err.read, outcome, stop, on_errors);
  if (!complete) ::kill(pid, SIGTERM);
  outcome.exit_code = wait_for(pid);
  if (!complete) throw Cancelled(fmt::format("{} was stopped", command.arguments[0]));
  return outcome;
}

pid_t spawn_detached(const Command& command, const std::filesystem::path& log) {
  const Fd null(::open("/dev/null", O_RDWR | O_CLOEXEC));
  const Fd output(::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
  if (output.get() < 0) throw_file_error(log, "open", errno);
  if (command.user && ::fchown(output.get(), command.user->uid, command.user->gid) != 0)
    throw_file_error(log, "hand over", errno);
  Pipe report = make_pipe();
  Pipe number = make_pipe();
  const Prepared prepared(command);
  const pid_t middle = ::fork();
  if (middle < 0) cannot_start(command, errno);
  if (middle == 0) {
    // The process in the middle ends at once, so that init adopts the server and nobody has to wait for it.
    ::setsid();
    const pid_t server = ::fork();
    if (server == 0) prepared.execute(null.get(), output.get(), output.get(), report.write.get(), false);
    [[maybe_unused]] const ssize_t written = ::write(number.write.get(), &server, sizeof server);
    ::_exit(0);
  }
  report.write.close();
  number.write.close();
  wait_for(middle);
  pid_t server = -1;
  while (::read(number.read.get(), &server, sizeof server) < 0 && errno == EINTR) {
  }
  if (const int error = reported_error(report.read)) cannot_start(command, error);
  if (server <= 0) cannot_start(command, EAGAIN);
  return server;
}

bool is_alive(pid_t pid) {
  // "4711 (postgres) S ..."; the name may hold anything.
  const std::string text = read_about(pid, "stat");
  const std::size_t name_end = text.rfind(')');
  if (name_end == std::string::npos || name_end + 2 >= text.size()) return false;
  const char state = text[name_end + 2];
  return state != 'Z' && state != 'X';
}

std::string command_line(pid_t pid) {
  std::string text = read_about(pid, "cmdline");
  while (!text.empty() && text.back() == '\0') text.pop_back();
  for (char& c : text)
    if (c == '\0') c = ' ';
  return text;
}

std::vector<pid_t> processes_titled(std::string_view prefix) {
  std::vector<pid_t> found;
  std::error_code gone;
  for (const auto& entry : std::filesystem::directory_iterator("/proc", gone)) {
    const std::string name = entry.path().filename();
    pid_t pid = 0;
    const auto parsed = std::from_chars(name.data(), name.data() + name.size(), pid);
    if (parsed.ec != std::errc() || parsed.ptr != name.data() + name.size()) continue;
    if (command_line(pid).starts_with(prefix)) found.push_back(pid);
  }
  return found;
}

}  // namespace aurora::local::engines
