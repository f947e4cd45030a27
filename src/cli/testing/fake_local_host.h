// A machine for tests: processes, files and ports that only exist here.
#pragma once
#include <map>
#include <set>

#include "cli/local_host.h"

namespace aurora::cli {

class FakeLocalHost final : public LocalHost {
 public:
  std::filesystem::path endpoint_executable() override { return "/opt/aurora/aurora-local"; }
  pid_t spawn_detached(const std::vector<std::string>& command, const std::filesystem::path& log) override {
    spawned.push_back(command);
    files[log] += log_of_start;
    if (dies_at_start) return 4242;
    alive[4242] = "aurora-local";
    serve(log.parent_path(), 4242, command.at(2));
    return 4242;
  }
  int run_foreground(const std::vector<std::string>& command) override {
    foreground.push_back(command);
    return 0;
  }
  bool is_alive(pid_t pid) override { return alive.contains(pid); }
  void terminate(pid_t pid) override {
    terminated.push_back(pid);
    alive.erase(pid);
  }
  std::optional<std::string> executable_name(pid_t pid) override {
    const auto found = alive.find(pid);
    if (found == alive.end() || found->second.empty()) return std::nullopt;
    return found->second;
  }
  bool is_root() override { return root; }
  std::optional<Json> health(const std::string& url) override {
    if (serving.contains(url)) return Json{{"status", "ok"}};
    return std::nullopt;
  }
  Json ask_endpoint(const std::string& url, const std::string& method, const std::string& path,
                    const Json& body) override {
    asked.push_back({{"url", url}, {"method", method}, {"path", path}, {"body", body}});
    if (refusal) throw *refusal;
    return answer;
  }
  PortState port_state(unsigned short port) override {
    if (serving.contains(fmt::format("http://127.0.0.1:{}", port))) return PortState::kEndpoint;
    return other_ports.contains(port) ? PortState::kOther : PortState::kFree;
  }
  void prepare_directory(const std::filesystem::path& directory) override {
    if (directory_error) throw *directory_error;
    prepared.push_back(directory);
  }
  std::optional<std::string> read_file(const std::filesystem::path& path) override {
    const auto found = files.find(path);
    if (found == files.end()) return std::nullopt;
    return found->second;
  }
  void remove_directory(const std::filesystem::path& directory) override { removed.push_back(directory); }
  bool exists(const std::filesystem::path& path) override {
    for (const auto& [file, text] : files)
      if (file == path || file.parent_path() == path) return true;
    return false;
  }

  std::vector<std::filesystem::path> find_programs(const std::string& name) override {
    const auto found = programs.find(name);
    return found == programs.end() ? std::vector<std::filesystem::path>{} : found->second;
  }
  std::optional<std::string> version_line(const std::filesystem::path& program) override {
    return program.filename().string() + " 15.13";
  }
  std::optional<std::uint64_t> free_bytes(const std::filesystem::path&) override { return bytes_free; }
  bool may_write(const std::filesystem::path&) override { return writable; }
  bool can_listen(const std::string&) override { return loopback_open; }
  std::uint64_t open_files_max() override { return files_max; }
  std::optional<TimePoint> server_time(const std::string&) override { return time_of_server; }

  // As an endpoint does when it serves.
  void serve(const std::filesystem::path& data, pid_t pid, const std::string& port) {
    const std::string url = "http://127.0.0.1:" + port;
    files[data / "endpoint.json"] =
        dump_json({{"pid", pid}, {"port", std::stoi(port)}, {"url", url}, {"version", "1.2.3"}});
    serving.insert(url);
    alive[pid] = "aurora-local";
  }

  std::map<std::string, std::vector<std::filesystem::path>> programs;
  std::uint64_t bytes_free = 100'000'000'000;
  std::uint64_t files_max = 65536;
  bool writable = true;
  bool loopback_open = true;
  std::optional<TimePoint> time_of_server;
  bool root = true;
  bool dies_at_start = false;
  std::string log_of_start;
  std::optional<Error> directory_error;
  std::optional<Error> refusal;  // of what the endpoint is asked
  Json answer;
  std::vector<Json> asked;
  std::map<std::filesystem::path, std::string> files;
  std::map<pid_t, std::string> alive;
  std::set<std::string> serving;
  std::set<unsigned short> other_ports;
  std::vector<std::vector<std::string>> spawned;
  std::vector<std::vector<std::string>> foreground;
  std::vector<pid_t> terminated;
  std::vector<std::filesystem::path> prepared;
  std::vector<std::filesystem::path> removed;
};

}  // namespace aurora::cli
