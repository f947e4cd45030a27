#include "local/cloudwatch/server_load.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <sstream>
#include <vector>

#include "base/files.h"
#include "base/text.h"

namespace aurora::local::cloudwatch {
namespace {

namespace fs = std::filesystem;

// The fields of /proc/<pid>/stat from the third (the state) on; the second, in parentheses, may hold
// anything.
std::vector<std::string> stat_fields(const fs::path& file) {
  std::string text;
  try {
    text = read_file_if_exists(file).value_or("");
  } catch (const std::exception&) {
    // The process ended while it was looked at.
  }
  const std::size_t end = text.rfind(')');
  if (end == std::string::npos) return {};
  std::istringstream rest(text.substr(end + 1));
  std::vector<std::string> fields;
  for (std::string field; rest >> field;) fields.push_back(field);
  return fields;
}

constexpr std::size_t kParent = 1;  // field 4
constexpr std::size_t kUtime = 11;  // field 14; then stime, cutime, cstime

double ticks(const std::vector<std::string>& fields, std::size_t count) {
  double sum = 0;
  for (std::size_t i = kUtime; i < kUtime + count && i < fields.size(); ++i) sum += std::stod(fields[i]);
  return sum;
}

bool is_number(const std::string& name) {
  return !name.empty() && std::ranges::all_of(name, [](char each) { return each >= '0' && each <= '9'; });
}

// "0100007F:1538" as /proc/net/tcp writes 127.0.0.1:5432.
std::string hex_address(const std::string& address, unsigned short port) {
  in_addr parsed{};
  if (::inet_pton(AF_INET, address.c_str(), &parsed) != 1) return {};
  return fmt::format("{:08X}:{:04X}", parsed.s_addr, port);
}

// The arguments of a process's command line, and a zero byte after each; empty when it has ended.
std::string arguments_of(const fs::path& process) {
  try {
    return read_file_if_exists(process / "cmdline").value_or("");
  } catch (const std::exception&) {
    return {};
  }
}

}  // namespace

int ServerLoad::server_of(const fs::path& directory) const {
  const std::string data = directory.string() + "/";
  std::error_code none;
  for (const fs::directory_entry& entry : fs::directory_iterator(proc_, none)) {
    if (!is_number(entry.path().filename().string())) continue;
    const std::string arguments = arguments_of(entry.path());
    const std::string program = fs::path(arguments.substr(0, arguments.find('\0'))).filename();
    const std::string wanted = program == "postgres"   ? std::string("\0-D\0", 4) + data
                               : program == "mariadbd" ? std::string("\0--datadir=", 11) + data
                                                       : std::string();
    if (!wanted.empty() && arguments.find(wanted) != std::string::npos)
      return std::stoi(entry.path().filename().string());
  }
  return 0;
}

double ServerLoad::cpu_seconds(int process) const {
  // Its own time, and that of children that it has waited for.
  double sum = ticks(stat_fields(proc_ / std::to_string(process) / "stat"), 4);
  std::error_code none;
  for (const fs::directory_entry& entry : fs::directory_iterator(proc_, none)) {
    if (!is_number(entry.path().filename().string())) continue;
    const std::vector<std::string> fields = stat_fields(entry.path() / "stat");
    if (fields.size() > kParent && fields[kParent] == std::to_string(process)) sum += ticks(fields, 2);
  }
  return sum / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

int ServerLoad::processors() const {
  return static_cast<int>(std::max(1L, ::sysconf(_SC_NPROCESSORS_ONLN)));
}

double ServerLoad::available_memory() const {
  std::istringstream lines(read_file_if_exists(proc_ / "meminfo").value_or(""));
  std::string name;
  double kilobytes = 0;
  std::string unit;
  while (lines >> name >> kilobytes && std::getline(lines, unit))
    if (name == "MemAvailable:") return kilobytes * 1024;
  return 0;
}

int ServerLoad::connections(const std::string& address, unsigned short port) const {
  const std::string wanted = hex_address(address, port);
  std::istringstream lines(read_file_if_exists(proc_ / "net" / "tcp").value_or(""));
  int count = 0;
  std::string line;
  while (std::getline(lines, line)) {
    std::istringstream fields(line);
    std::string slot, local, remote, state;
    fields >> slot >> local >> remote >> state;
    if (local == wanted && state == "01") ++count;
  }
  return count;
}

}  // namespace aurora::local::cloudwatch
