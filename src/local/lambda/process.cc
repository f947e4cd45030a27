#include "local/lambda/process.h"

#include <fcntl.h>
#include <linux/close_range.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <future>
#include <system_error>

#include "base/error.h"
#include "base/files.h"
#include "base/text.h"

namespace aurora::local {
namespace {

[[noreturn]] void fail_to_start(const std::filesystem::path& executable, int error_number) {
  throw Error(
      "ProcessStartFailed",
      fmt::format("cannot run {}: {}", executable.string(), std::generic_category().message(error_number)),
      "check that the file is there and executable");
}

class Descriptor {
 public:
  explicit Descriptor(int fd = -1) : fd_(fd) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() { reset(); }
  void reset(int fd = -1) {
    if (fd_ >= 0) ::close(fd_);
    fd_ = fd;
  }
  int get() const { return fd_; }
  int release() { return std::exchange(fd_, -1); }

 private:
  int fd_;
};

struct Pipe {
  Pipe() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) return;
    read.reset(ends[0]);
    write.reset(ends[1]);
  }
  explicit operator bool() const { return read.get() >= 0; }
  Descriptor read;
  Descriptor write;
};

std::vector<char*> pointers(std::vector<std::string>& lines) {
  std::vector<char*> result;
  for (std::string& line : lines) result.push_back(line.data());
  result.push_back(nullptr);
  return result;
}

struct ChildPlan {
  const char* executable;
  char* const* arguments;
  char* const* environment;
  int parent;
  int null_input;
  int output;
  int failure;  // gets errno when the program could not be run
};

// Between fork and exec of a program with threads only async-signal-safe functions may be called.
[[noreturn]] void become(const ChildPlan& plan) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != plan.parent) ::_exit(127);  // the parent was gone before the line above
  ::setpgid(0, 0);                               // Ctrl-C in the endpoint's terminal is the endpoint's
  for (int signal = 1; signal < 32; ++signal) ::signal(signal, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::dup2(plan.null_input, STDIN_FILENO);
  ::dup2(plan.output, STDOUT_FILENO);
  ::dup2(plan.output, STDERR_FILENO);
  // Libraries do not all open their files with close-on-exec.
  ::syscall(SYS_close_range, 3U, ~0U, CLOSE_RANGE_CLOEXEC);
  (void)!::chdir("/");
  ::execve(plan.executable, plan.arguments, plan.environment);
  const int error_number = errno;
  (void)!::write(plan.failure, &error_number, sizeof error_number);
  ::_exit(127);
}

// A child, or why there is none.
struct Started {
  ChildProcess child;
  int error_number = 0;
};

Started start(const std::filesystem::path& executable, std::vector<std::string> environment) {
  std::vector<std::string> arguments{executable.string()};
  const std::vector<char*> argument_pointers = pointers(arguments);
  const std::vector<char*> environment_pointers = pointers(environment);
  Pipe output;
  Pipe failure;
  const Descriptor null_input(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  if (!output || !failure || null_input.get() < 0) return {{}, errno};
  const ChildPlan plan{executable.c_str(), argument_pointers.data(), environment_pointers.data(), ::getpid(),
                       null_input.get(),   output.write.get(),       failure.write.get()};
  const int pid = ::fork();
  if (pid < 0) return {{}, errno};
  if (pid == 0) become(plan);
  ::fcntl(output.read.get(), F_SETFL, O_NONBLOCK);
  output.write.reset();
  failure.write.reset();
  const int pid_fd = static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
  Started started{ChildProcess(pid, pid_fd, output.read.release()), pid_fd < 0 ? errno : 0};
  int error_number = 0;
  // The pipe closes when exec succeeds, so this ends in either case.
  if (::read(failure.read.get(), &error_number, sizeof error_number) == sizeof error_number) {
    started.error_number = error_number;
  }
  return started;
}

}  // namespace

ChildProcess::ChildProcess(ChildProcess&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      pid_fd_(std::exchange(other.pid_fd_, -1)),
      output_fd_(std::exchange(other.output_fd_, -1)) {}

ChildProcess& ChildProcess::operator=(ChildProcess&& other) noexcept {
  std::swap(pid_, other.pid_);
  std::swap(pid_fd_, other.pid_fd_);
  std::swap(output_fd_, other.output_fd_);
  return *this;
}

ChildProcess::~ChildProcess() {
  if (pid_ > 0) {
    kill();
    reap();
  }
  if (pid_fd_ >= 0) ::close(pid_fd_);
  if (output_fd_ >= 0) ::close(output_fd_);
}

void ChildProcess::kill() const {
  if (pid_fd_ >= 0) {
    ::syscall(SYS_pidfd_send_signal, pid_fd_, SIGKILL, nullptr, 0);
  } else if (pid_ > 0) {
    ::kill(pid_, SIGKILL);  // not reaped yet, so the number is still its own
  }
}

ChildProcess::End ChildProcess::reap() {
  int status = 0;
  rusage usage{};
  while (::wait4(pid_, &status, 0, &usage) < 0 && errno == EINTR) {
  }
  pid_ = -1;
  return {WIFEXITED(status) ? WEXITSTATUS(status) : 0, WIFSIGNALED(status) ? WTERMSIG(status) : 0,
          usage.ru_maxrss};
}

long ChildProcess::memory_kb() const {
  const auto status = read_file_if_exists(fmt::format("/proc/{}/status", pid_));
  if (pid_ <= 0 || !status) return 0;
  const auto at = status->find("VmHWM:");
  return at == std::string::npos ? 0 : std::strtol(status->c_str() + at + 6, nullptr, 10);
}

ProcessSpawner::ProcessSpawner() : thread_([this](std::stop_token stop) { run(std::move(stop)); }) {}

ProcessSpawner::~ProcessSpawner() {
  thread_.request_stop();
  thread_.join();
}

ChildProcess ProcessSpawner::spawn(const std::filesystem::path& executable,
                                   const std::vector<std::string>& environment) {
  // Shared: setting the value may still be under way when the waiting thread has it.
  const auto promise = std::make_shared<std::promise<Started>>();
  auto future = promise->get_future();
  {
    const std::lock_guard lock(mutex_);
    queue_.push_back([&, promise] { promise->set_value(start(executable, environment)); });
  }
  changed_.notify_one();
  Started started = future.get();
  if (started.error_number != 0) fail_to_start(executable, started.error_number);
  return std::move(started.child);
}

void ProcessSpawner::run(std::stop_token stop) {
  for (;;) {
    std::function<void()> next;
    {
      std::unique_lock lock(mutex_);
      if (!changed_.wait(lock, stop, [this] { return !queue_.empty(); })) return;
      next = std::move(queue_.front());
      queue_.pop_front();
    }
    next();
  }
}

}  // namespace aurora::local
