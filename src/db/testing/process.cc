#include "db/testing/process.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <grp.h>
#include <netinet/in.h>
#include <pwd.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/clock.h"
#include "base/error.h"
#include "base/files.h"

namespace aurora::db::testing {
namespace {

using namespace std::chrono_literals;

constexpr int kNoProgram = 127;

[[noreturn]] void become(char* const* arguments, const Account& account, int log) {
  // The groups must be those of the account; everything here may be called between fork and exec.
  const bool is_root = geteuid() == 0;
  if (is_root &&
      (setgroups(1, &account.group) != 0 || setresgid(account.group, account.group, account.group) != 0 ||
       setresuid(account.user, account.user, account.user) != 0))
    _exit(kNoProgram);
  // After the change of user, which would clear it.
  prctl(PR_SET_PDEATHSIG, SIGQUIT);
  dup2(log, STDOUT_FILENO);
  dup2(log, STDERR_FILENO);
  execvp(arguments[0], arguments);
  _exit(kNoProgram);
}

// A socket on a port of loopback that the kernel chose.
int bound_socket(unsigned short& port) {
  const int made = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (bind(made, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
      getsockname(made, reinterpret_cast<sockaddr*>(&address), &size) != 0)
    throw Error("TestSetup", "no free port on loopback");
  port = ntohs(address.sin_port);
  return made;
}

Account account_of(const char* user, std::string_view package) {
  if (geteuid() != 0) return {geteuid(), getegid()};
  const passwd* found = getpwnam(user);
  if (!found)
    throw Error("TestSetup", fmt::format("no user {}", user),
                fmt::format("Install the package {}.", package));
  return {found->pw_uid, found->pw_gid};
}

}  // namespace

Account postgres_account() {
  return account_of("postgres", "postgresql");
}

Account mysql_account() {
  return account_of("mysql", "mariadb-server");
}

pid_t start_program(const std::vector<std::string>& arguments, const Account& account,
                    const std::filesystem::path& log) {
  std::vector<char*> pointers;
  for (const std::string& argument : arguments) pointers.push_back(const_cast<char*>(argument.c_str()));
  pointers.push_back(nullptr);
  const int file = open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (file < 0) throw_file_error(log, "opening", errno);
  const pid_t pid = fork();
  if (pid == 0) become(pointers.data(), account, file);
  close(file);
  if (pid < 0) throw Error("TestSetup", fmt::format("fork: {}", strerror(errno)));
  return pid;
}

void run_program(const std::vector<std::string>& arguments, const Account& account,
                 const std::filesystem::path& log) {
  const pid_t pid = start_program(arguments, account, log);
  int status = 0;
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
    throw Error("TestProgramFailed", arguments.front() + " failed: " + read_file(log));
}

bool has_ended(pid_t pid) {
  return waitpid(pid, nullptr, WNOHANG) != 0;
}

void end_program(pid_t pid, int signal, std::chrono::seconds patience) {
  kill(pid, signal);
  SystemClock clock;
  const Duration deadline = clock.monotonic() + patience;
  while (!has_ended(pid)) {
    if (clock.monotonic() > deadline) kill(pid, SIGKILL);
    clock.sleep_for(5ms);
  }
}

unsigned short free_port() {
  unsigned short port = 0;
  close(bound_socket(port));
  return port;
}

SilentListener::SilentListener() : socket_(bound_socket(port_)) {
  constexpr int kWaiting = 8;
  if (listen(socket_, kWaiting) != 0) throw Error("TestSetup", "cannot listen on loopback");
}

SilentListener::~SilentListener() {
  close(socket_);
}

}  // namespace aurora::db::testing
