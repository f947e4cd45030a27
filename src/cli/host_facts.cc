#include "cli/host_facts.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "base/text.h"
#include "cli/local_host.h"

namespace aurora::cli {
namespace {

namespace fs = std::filesystem;

// What is there of the way to `directory`.
fs::path nearest_existing(fs::path directory) {
  std::error_code error;
  while (!directory.empty() && !fs::exists(directory, error) && directory.has_relative_path())
    directory = directory.parent_path();
  return directory.empty() ? fs::path("/") : directory;
}

std::vector<fs::path> program_folders(const std::string& path_variable) {
  std::vector<fs::path> folders;
  for (const std::string& folder : split(path_variable, ':'))
    if (!folder.empty()) folders.emplace_back(folder);
  folders.emplace_back("/usr/sbin");
  std::error_code error;
  for (const auto& major : fs::directory_iterator("/usr/lib/postgresql", error))
    folders.push_back(major.path() / "bin");
  return folders;
}

std::string read_all(int fd) {
  std::string text;
  std::array<char, 4096> buffer{};
  for (;;) {
    const ssize_t count = ::read(fd, buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return text;
    text.append(buffer.data(), static_cast<std::size_t>(count));
  }
}

}  // namespace

std::vector<fs::path> SystemLocalHost::find_programs(const std::string& name) {
  std::vector<fs::path> found;
  for (const fs::path& folder : program_folders(search_path_)) {
    const fs::path program = folder / name;
    std::error_code error;
    if (::access(program.c_str(), X_OK) != 0 || !fs::is_regular_file(program, error)) continue;
    // /bin and /usr/bin are one folder by two names, and programs link to one another.
    const fs::path real = fs::canonical(program, error);
    if (std::find(found.begin(), found.end(), error ? program : real) == found.end())
      found.push_back(error ? program : real);
  }
  return found;
}

std::optional<std::string> SystemLocalHost::version_line(const fs::path& program) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return std::nullopt;
  const pid_t pid = ::fork();
  if (pid == 0) {
    ::dup2(ends[1], STDOUT_FILENO);
    ::execl(program.c_str(), program.c_str(), "--version", static_cast<char*>(nullptr));
    ::_exit(127);
  }
  ::close(ends[1]);
  const std::string text = pid < 0 ? "" : read_all(ends[0]);
  ::close(ends[0]);
  int status = 0;
  while (pid > 0 && ::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  if (pid < 0 || !WIFEXITED(status) || WEXITSTATUS(status) != 0) return std::nullopt;
  return text.substr(0, text.find('\n'));
}

std::optional<std::uint64_t> SystemLocalHost::free_bytes(const fs::path& directory) {
  std::error_code error;
  const fs::space_info space = fs::space(nearest_existing(directory), error);
  if (error) return std::nullopt;
  return space.available;
}

bool SystemLocalHost::may_write(const fs::path& directory) {
  const fs::path there = nearest_existing(directory);
  std::error_code error;
  return fs::is_directory(there, error) && ::access(there.c_str(), W_OK | X_OK) == 0;
}

bool SystemLocalHost::can_listen(const std::string& address) {
  sockaddr_in place{};
  place.sin_family = AF_INET;
  if (::inet_pton(AF_INET, address.c_str(), &place.sin_addr) != 1) return false;
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return false;
  const bool good = ::bind(fd, reinterpret_cast<const sockaddr*>(&place), sizeof place) == 0;
  ::close(fd);
  return good;
}

std::uint64_t SystemLocalHost::open_files_max() {
  rlimit limit{};
  return ::getrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_cur : 0;
}

}  // namespace aurora::cli
