// Child processes: started with nothing inherited but what they are given, watched and reaped one by one.
#pragma once
#include <condition_variable>
#include <deque>
#include <filesystem>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.h"

namespace aurora::local {

// A started child. Its owner must reap() it.
class ChildProcess {
 public:
  ChildProcess() = default;
  ChildProcess(int pid, int pid_fd, int output_fd) : pid_(pid), pid_fd_(pid_fd), output_fd_(output_fd) {}
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;
  ChildProcess(ChildProcess&& other) noexcept;
  ChildProcess& operator=(ChildProcess&& other) noexcept;
  ~ChildProcess();  // kills and reaps what still runs

  int pid() const { return pid_; }
  int pid_fd() const { return pid_fd_; }        // readable once the process has ended
  int output_fd() const { return output_fd_; }  // its standard output and error; does not block
  // Harmless when it has ended already, even when its number belongs to another process by now.
  void kill() const;

  struct End {
    int exit_code = 0;   // when it ended by itself
    int signal = 0;      // when a signal ended it
    long memory_kb = 0;  // the most that it had resident
  };
  // Waits for the end.
  End reap();
  // The most that it has had resident so far; 0 when it has ended.
  long memory_kb() const;

 private:
  int pid_ = -1;
  int pid_fd_ = -1;
  int output_fd_ = -1;
};

// Starts processes from one thread that lives as long as the spawner: the kernel ends a child when the
// *thread* that made it ends (PR_SET_PDEATHSIG), which is how no child outlives a killed endpoint.
class ProcessSpawner {
 public:
  ProcessSpawner();
  ~ProcessSpawner();  // every child must have been reaped

  // `environment` holds "NAME=value". Throws Error "ProcessStartFailed" with the system's reason.
  ChildProcess spawn(const std::filesystem::path& executable, const std::vector<std::string>& environment);

 private:
  void run(std::stop_token stop);

  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::deque<std::function<void()>> queue_;
  std::jthread thread_;
};

}  // namespace aurora::local
