// What an endpoint on this machine needs of it.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "cli/doctor/diagnosis.h"
#include "cli/style.h"

namespace aurora::cli {
namespace {

constexpr std::uint64_t kBytesFreeLeast = 1'000'000'000;
constexpr std::uint64_t kBytesFreeGood = 10'000'000'000;
// A server opens a file for each table and connection, and several servers run.
constexpr std::uint64_t kOpenFilesGood = 4096;
constexpr std::uint64_t kOpenFilesLeast = 256;
constexpr char kZoneFolder[] = "/usr/share/zoneinfo";

// "PostgreSQL 15.13" of "postgres (PostgreSQL) 15.13 (Debian 15.13-0+deb12u1)".
std::string version_in(const std::string& line) {
  for (const std::string& word : split(line, ' '))
    if (!word.empty() && word.front() >= '0' && word.front() <= '9' && word.find('.') != std::string::npos)
      return word;
  return line;
}

std::vector<std::string> missing_of(Patient& patient, std::initializer_list<const char*> names) {
  std::vector<std::string> missing;
  for (const char* name : names)
    if (patient.context().host.find_programs(name).empty()) missing.emplace_back(name);
  return missing;
}

}  // namespace

void look_at_programs(Patient& patient) {
  const std::filesystem::path endpoint = patient.context().host.endpoint_executable();
  const std::filesystem::path bootstrap = endpoint.parent_path() / "bootstrap";
  if (!patient.context().host.exists(bootstrap))
    return patient.fail(bootstrap.string() + " is not there: the endpoint cannot run the functions",
                        "Build everything: cmake --build build");
  patient.ok(fmt::format("aurora-local and bootstrap lie in {}", endpoint.parent_path().string()));
}

void look_at_postgresql(Patient& patient) {
  const auto servers = patient.context().host.find_programs("postgres");
  if (servers.empty())
    return patient.fail("no PostgreSQL server: aurora-postgresql clusters cannot be made",
                        "apt-get install postgresql");
  std::vector<std::string> versions;
  for (const auto& server : servers) {
    const std::filesystem::path folder = server.parent_path();
    for (const char* tool : {"initdb", "pg_basebackup"}) {
      const auto tools = patient.context().host.find_programs(tool);
      if (std::none_of(tools.begin(), tools.end(),
                       [&](const auto& path) { return path.parent_path() == folder; }))
        return patient.fail(fmt::format("{} has no {} beside it", server.string(), tool),
                            "apt-get install --reinstall postgresql");
    }
    versions.push_back(version_in(patient.context().host.version_line(server).value_or("?")));
  }
  patient.ok(fmt::format("servers of version {}", join(versions, ", ")));
}

void look_at_mariadb(Patient& patient) {
  const auto missing = missing_of(
      patient, {"mariadbd", "mariadb", "mariadb-install-db", "mariadb-backup", "mariadb-tzinfo-to-sql"});
  if (!missing.empty())
    return patient.warn(fmt::format("{} {} not installed: aurora-mysql clusters cannot be made",
                                    join(missing, ", "), missing.size() == 1 ? "is" : "are"),
                        "apt-get install mariadb-server mariadb-backup");
  const auto server = patient.context().host.find_programs("mariadbd").front();
  patient.ok("server of version " + version_in(patient.context().host.version_line(server).value_or("?")));
}

void look_at_server_user(Patient& patient) {
  if (!patient.context().host.is_root()) return patient.ok("the servers run as you");
  const std::string users = patient.context().host.read_file("/etc/passwd").value_or("");
  const bool there = users.starts_with("postgres:") || users.find("\npostgres:") != std::string::npos;
  if (there) return patient.ok("the servers run as postgres");
  patient.fail("there is no user postgres, and PostgreSQL's servers do not run as root",
               "adduser --system --group --no-create-home postgres");
}

void look_at_data_directory(Patient& patient) {
  const std::filesystem::path data = patient.endpoint().data;
  const bool there = patient.context().host.exists(data);
  if (!patient.context().host.may_write(data))
    return patient.fail(fmt::format("{} cannot be {} by you", data.string(), there ? "written" : "made"),
                        "Give another: " + patient.typed("local start --data DIRECTORY"));
  patient.ok(data.string() + (there ? "" : ", not there yet, can be made"));
}

void look_at_disk_space(Patient& patient) {
  const auto free = patient.context().host.free_bytes(patient.endpoint().data);
  if (!free) return patient.skip("the file system does not say");
  const std::string found = human_bytes(*free) + " free";
  const std::string mend = "Make room, or give another: " + patient.typed("local start --data DIRECTORY");
  if (*free < kBytesFreeLeast) return patient.fail(found, mend);
  if (*free < kBytesFreeGood) return patient.warn(found + "; a restore holds its data twice", mend);
  patient.ok(found);
}

void look_at_loopback(Patient& patient) {
  std::vector<std::string> closed;
  for (const char* address : {"127.0.0.1", "127.47.136.9", "127.200.1.254"})
    if (!patient.context().host.can_listen(address)) closed.emplace_back(address);
  if (closed.empty()) return patient.ok("clusters can listen anywhere in 127.0.0.0/8");
  patient.fail("servers cannot listen on " + join(closed, ", ") + "; each cluster wants its own address",
               "ip address add 127.0.0.1/8 dev lo && ip link set lo up");
}

void look_at_port(Patient& patient) {
  const unsigned short port = patient.endpoint().port;
  switch (patient.context().host.port_state(port)) {
    case LocalHost::PortState::kEndpoint:
      return patient.ok(fmt::format("the endpoint serves on {}", port));
    case LocalHost::PortState::kFree:
      return patient.ok(fmt::format("{} is free", port));
    case LocalHost::PortState::kOther:
      return patient.fail(fmt::format("another program listens on {}", port),
                          patient.typed(fmt::format("local start --port {}", port + 100)));
  }
}

void look_at_open_files(Patient& patient) {
  const std::uint64_t most = patient.context().host.open_files_max();
  const std::string found = fmt::format("{} at most", with_thousands(most));
  if (most < kOpenFilesLeast) return patient.fail(found, "ulimit -n 65536");
  if (most < kOpenFilesGood)
    return patient.warn(found + "; many tables or clusters want more", "ulimit -n 65536");
  patient.ok(found);
}

void look_at_time_zones(Patient& patient) {
  if (!patient.context().host.exists(kZoneFolder))
    return patient.warn(fmt::format("{} is not there: schedules and times know only UTC", kZoneFolder),
                        "apt-get install tzdata");
  const std::string zone = patient.context().variable("TZ").value_or("");
  if (!zone.empty() && zone.front() != ':' && zone.find('/') != std::string::npos &&
      !patient.context().host.exists(std::filesystem::path(kZoneFolder) / zone))
    return patient.warn(fmt::format("TZ is {}, which is no zone: times are shown in UTC", shell_quote(zone)),
                        "export TZ=Europe/Berlin, or another of `timedatectl list-timezones`");
  patient.ok(zone.empty() ? "there" : "there; times are shown in " + zone);
}

}  // namespace aurora::cli
