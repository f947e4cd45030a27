// What managing a local endpoint needs from the machine: processes, a health check, a directory.
#pragma once
#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "cli/host_facts.h"
#include "http/transport.h"

namespace aurora::cli {

class LocalHost : public HostFacts {
 public:
  enum class PortState { kFree, kEndpoint, kOther };

  // The executable beside this one; throws Error "EndpointNotStarted" when there is none.
  virtual std::filesystem::path endpoint_executable() = 0;
  // Starts `command` in a session of its own, with its output appended to `log`; returns its pid.
  virtual pid_t spawn_detached(const std::vector<std::string>& command, const std::filesystem::path& log) = 0;
  // Runs `command` in the foreground of this terminal until it ends; returns its exit code.
  virtual int run_foreground(const std::vector<std::string>& command) = 0;
  virtual bool is_alive(pid_t pid) = 0;
  // Asks the process to end (SIGTERM).
  virtual void terminate(pid_t pid) = 0;
  // The file name of the executable that a process runs; nothing when it cannot be seen.
  virtual std::optional<std::string> executable_name(pid_t pid) = 0;
  virtual bool is_root() = 0;
  // The answer of GET <url>/_aurora/health; nothing when nobody answers or another program does.
  virtual std::optional<Json> health(const std::string& url) = 0;
  virtual PortState port_state(unsigned short port) = 0;
  // Creates the directory and proves that files can be written there; throws FileError or DiskFull.
  virtual void prepare_directory(const std::filesystem::path& directory) = 0;
  virtual std::optional<std::string> read_file(const std::filesystem::path& path) = 0;
  virtual void remove_directory(const std::filesystem::path& directory) = 0;
  virtual bool exists(const std::filesystem::path& path) = 0;
  // Asks the endpoint at `url` something that is its own and not AWS's. Throws Error "EndpointNotRunning",
  // and what the endpoint refuses it with.
  virtual Json ask_endpoint(const std::string& url, const std::string& method, const std::string& path,
                            const Json& body) = 0;
};

// The machine itself; health checks go through `transport`, and programs are looked for in `search_path` (the
// variable PATH).
class SystemLocalHost final : public LocalHost {
 public:
  explicit SystemLocalHost(http::Transport& transport, std::string search_path = {})
      : transport_(transport), search_path_(std::move(search_path)) {}
  std::filesystem::path endpoint_executable() override;
  pid_t spawn_detached(const std::vector<std::string>& command, const std::filesystem::path& log) override;
  int run_foreground(const std::vector<std::string>& command) override;
  bool is_alive(pid_t pid) override;
  void terminate(pid_t pid) override;
  std::optional<std::string> executable_name(pid_t pid) override;
  bool is_root() override;
  std::optional<Json> health(const std::string& url) override;
  PortState port_state(unsigned short port) override;
  void prepare_directory(const std::filesystem::path& directory) override;
  std::optional<std::string> read_file(const std::filesystem::path& path) override;
  void remove_directory(const std::filesystem::path& directory) override;
  bool exists(const std::filesystem::path& path) override;
  Json ask_endpoint(const std::string& url, const std::string& method, const std::string& path,
                    const Json& body) override;

  std::vector<std::filesystem::path> find_programs(const std::string& name) override;
  std::optional<std::string> version_line(const std::filesystem::path& program) override;
  std::optional<std::uint64_t> free_bytes(const std::filesystem::path& directory) override;
  bool may_write(const std::filesystem::path& directory) override;
  bool can_listen(const std::string& address) override;
  std::uint64_t open_files_max() override;
  std::optional<TimePoint> server_time(const std::string& url) override;

 private:
  http::Transport& transport_;
  const std::string search_path_;
};

}  // namespace aurora::cli
