// What a server's processes cost, as Linux tells it in /proc.
#pragma once
#include <filesystem>
#include <string>

namespace aurora::local::cloudwatch {

class ServerLoad {
 public:
  explicit ServerLoad(std::filesystem::path proc) : proc_(std::move(proc)) {}

  // The process of the PostgreSQL or MariaDB server whose files are in that directory; 0 when there is none.
  int server_of(const std::filesystem::path& directory) const;
  // Of the process, its children, and those that have ended; 0 when there is no such process.
  double cpu_seconds(int process) const;
  int processors() const;
  double available_memory() const;  // bytes
  // TCP connections that are established at the address's side.
  int connections(const std::string& address, unsigned short port) const;

 private:
  std::filesystem::path proc_;
};

}  // namespace aurora::local::cloudwatch
