// What this machine is like, as far as an endpoint on it needs to know.
#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"

namespace aurora::cli {

class HostFacts {
 public:
  virtual ~HostFacts() = default;
  // Programs of that name in the PATH's folders, in /usr/sbin, and where Debian keeps PostgreSQL's servers
  // (/usr/lib/postgresql/<major>/bin).
  virtual std::vector<std::filesystem::path> find_programs(const std::string& name) = 0;
  // The first line that the program prints for --version; nothing when it cannot be run.
  virtual std::optional<std::string> version_line(const std::filesystem::path& program) = 0;
  // Of the file system that holds the directory, or will once it is made.
  virtual std::optional<std::uint64_t> free_bytes(const std::filesystem::path& directory) = 0;
  // Whether this user may make files there, or make the directory where it is not there yet.
  virtual bool may_write(const std::filesystem::path& directory) = 0;
  // Whether a server could listen on this IPv4 address.
  virtual bool can_listen(const std::string& address) = 0;
  virtual std::uint64_t open_files_max() = 0;
  // The time that the server at `url` puts into its answers; nothing when it does not answer.
  virtual std::optional<TimePoint> server_time(const std::string& url) = 0;
};

}  // namespace aurora::cli
