// A moto server for contract tests, on a port of the kernel's choice.
#pragma once
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <filesystem>
#include <memory>
#include <string>

#include "base/clock.h"
#include "base/files.h"
#include "base/ids.h"

extern char** environ;

namespace aurora::aws {

class MotoServer {
 public:
  // Nothing when moto is not installed or does not come up within 30 seconds.
  static std::unique_ptr<MotoServer> start() {
    std::unique_ptr<MotoServer> server(new MotoServer());
    SystemClock clock;
    for (int i = 0; i < 300 && server->alive() && server->port_ == 0; ++i) {
      clock.sleep_for(std::chrono::milliseconds(100));
      server->read_port();
    }
    return server->port_ == 0 ? nullptr : std::move(server);
  }

  ~MotoServer() {
    if (pid_ > 0) {
      kill(pid_, SIGKILL);
      waitpid(pid_, nullptr, 0);
    }
    std::filesystem::remove(log_);
  }
  MotoServer(const MotoServer&) = delete;
  MotoServer& operator=(const MotoServer&) = delete;

  unsigned short port() const { return port_; }

 private:
  MotoServer() {
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, log_.c_str(), O_WRONLY | O_CREAT | O_APPEND,
                                     0600);
    posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
    std::array<std::string, 7> texts = {"python3", "-m", "moto.server", "-H", "127.0.0.1", "-p", "0"};
    std::array<char*, 8> arguments{};
    for (std::size_t i = 0; i < texts.size(); ++i) arguments[i] = texts[i].data();
    if (posix_spawnp(&pid_, "python3", &actions, nullptr, arguments.data(), environ) != 0) pid_ = -1;
    posix_spawn_file_actions_destroy(&actions);
  }

  bool alive() {
    if (pid_ > 0 && waitpid(pid_, nullptr, WNOHANG) == pid_) pid_ = -1;
    return pid_ > 0;
  }

  // moto says where it listens: "Running on http://127.0.0.1:40123".
  void read_port() {
    const std::string text = read_file_if_exists(log_).value_or("");
    const std::string mark = "http://127.0.0.1:";
    const std::size_t at = text.find(mark);
    if (at != std::string::npos && text.find('\n', at) != std::string::npos)
      port_ = static_cast<unsigned short>(std::stoi(text.substr(at + mark.size())));
  }

  const std::filesystem::path log_ =
      std::filesystem::temp_directory_path() / ("moto-" + random_hex(12) + ".log");
  pid_t pid_ = -1;
  unsigned short port_ = 0;
};

}  // namespace aurora::aws
