// credential_process: a program of the user's that prints credentials.
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>

#include "aws/credential_sources.h"
#include "base/error.h"

// POSIX leaves the declaration to the program.
extern char** environ;

namespace aurora::aws {
namespace {

constexpr std::size_t kOutputMax = 1 << 20;

[[noreturn]] void fail(const std::string& why) {
  throw Error("CredentialProcessFailed", "The profile's credential_process " + why + ".",
              "Run the command by hand to see what it says.");
}

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() { reset(); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return number_; }
  void reset() {
    if (number_ >= 0) close(number_);
    number_ = -1;
  }

 private:
  int number_;
};

// A child that does not outlive this object.
class Child {
 public:
  Child(const std::string& command, int output) {
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
    std::array<std::string, 3> texts = {"sh", "-c", command};
    std::array<char*, 4> arguments = {texts[0].data(), texts[1].data(), texts[2].data(), nullptr};
    const int error = posix_spawn(&pid_, "/bin/sh", &actions, nullptr, arguments.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    if (error != 0) fail("could not be started");
  }
  ~Child() {
    if (pid_ <= 0) return;
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  int wait() {
    int status = 0;
    while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    pid_ = -1;
    return status;
  }

 private:
  pid_t pid_ = -1;
};

std::string read_until_closed(int descriptor, Duration deadline, const Clock& clock) {
  std::string output;
  std::array<char, 4096> buffer;
  while (output.size() <= kOutputMax) {
    const Duration left = deadline - clock.monotonic();
    if (left <= Duration(0)) fail("took too long");
    pollfd waiting{.fd = descriptor, .events = POLLIN, .revents = 0};
    const auto milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(left).count() + 1;
    if (poll(&waiting, 1, static_cast<int>(milliseconds)) <= 0) continue;
    const ssize_t count = read(descriptor, buffer.data(), buffer.size());
    if (count == 0) return output;
    if (count < 0 && errno != EINTR) fail("could not be read");
    if (count > 0) output.append(buffer.data(), static_cast<std::size_t>(count));
  }
  fail("printed too much");
}

}  // namespace

std::string run_credential_process(const std::string& command, Duration timeout, Clock& clock) {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) fail("could not be started");
  Descriptor reader(ends[0]);
  Descriptor writer(ends[1]);
  Child child(command, writer.get());
  writer.reset();
  std::string output = read_until_closed(reader.get(), clock.monotonic() + timeout, clock);
  const int status = child.wait();
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) fail("ended with an error");
  return output;
}

}  // namespace aurora::aws
