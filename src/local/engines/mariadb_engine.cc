#include "local/engines/mariadb_engine.h"

#include <fmt/format.h>

#include "base/files.h"
#include "base/ids.h"
#include "base/text.h"
#include "local/engines/file_tree.h"
#include "local/engines/mariadb_programs.h"
#include "local/engines/server_tools.h"

namespace aurora::local::engines {
namespace {

namespace fs = std::filesystem;

constexpr char kZones[] = "/usr/share/zoneinfo";
constexpr std::size_t kAdminPasswordLength = 32;

}  // namespace

MariaDbEngine::MariaDbEngine(MariaDbOptions options, const TlsAuthority& authority, Clock& clock, Log log)
    : options_(std::move(options)),
      authority_(authority),
      clock_(clock),
      log_(std::move(log)),
      user_(server_user(options_.server_user, "MariaDB", "mariadb-server")) {}

bool MariaDbEngine::runs(std::string_view version, std::string& why) const {
  const std::vector<std::string> missing = missing_mariadb_programs();
  if (missing.empty()) return true;
  why = fmt::format(
      "{} is not installed on this machine: version {} cannot run here. Install the packages mariadb-server "
      "and mariadb-backup.",
      join(missing, ", "), version);
  return false;
}

Command MariaDbEngine::command(std::vector<std::string> arguments, std::string input) const {
  return command_as(user_, std::move(arguments), std::move(input));
}

std::string MariaDbEngine::password_verifier(const Secret& password) const {
  return native_password_verifier(password.reveal());
}

bool MariaDbEngine::address_is_free(const std::string& address, unsigned short port) const {
  return can_listen(address, port);
}

void MariaDbEngine::check_reachable(const fs::path& directory) const {
  engines::check_reachable(directory, MariaDbLayout{directory}.socket(), user_, "MariaDB");
}

// A server that runs SQL from its standard input and ends, without asking who it is that speaks.
std::vector<std::string> MariaDbEngine::bootstrap(const MariaDbLayout& layout) const {
  return {mariadb_program("mariadbd"),
          "--no-defaults",
          "--bootstrap",
          "--datadir=" + layout.data().string(),
          "--tmpdir=" + layout.directory.string(),
          "--innodb-log-file-size=32M",
          "--log-warnings=0",
          "--silent-startup"};
}

void MariaDbEngine::make_data(const MariaDbLayout& layout, std::stop_token stop) const {
  std::vector<std::string> arguments = {mariadb_program("mariadb-install-db"),
                                        "--no-defaults",
                                        "--datadir=" + layout.data().string(),
                                        "--tmpdir=" + layout.directory.string(),
                                        "--skip-test-db",
                                        "--skip-name-resolve",
                                        "--auth-root-authentication-method=normal",
                                        "--innodb-log-file-size=32M"};
  if (!options_.durable) arguments.emplace_back("--innodb-flush-method=nosync");
  run_tool(command(std::move(arguments)), std::move(stop));
}

// CONVERT_TZ with names gives NULL without them.
void MariaDbEngine::load_time_zones(const MariaDbLayout& layout, std::stop_token stop) const {
  if (!fs::exists(kZones)) return;
  std::vector<std::string> arguments = {
      "/bin/sh",
      "-c",
      "{ echo 'USE mysql;'; \"$1\" \"$2\" 2>/dev/null; } | { shift 2; \"$@\"; }",
      "sh",
      mariadb_program("mariadb-tzinfo-to-sql"),
      kZones};
  for (std::string& argument : bootstrap(layout)) arguments.push_back(std::move(argument));
  run_tool(command(std::move(arguments)), std::move(stop));
}

void MariaDbEngine::create(const fs::path& directory, const NewCluster& cluster, std::stop_token stop) {
  if (fs::exists(directory)) return;
  check_reachable(directory);
  NewDirectory fresh(directory, user_, options_.durable);
  const MariaDbLayout layout{fresh.path()};
  make_private_directory(layout.socket_directory(), user_);
  make_private_directory(layout.binary_log(), user_);
  make_data(layout, stop);
  load_time_zones(layout, stop);
  const std::string password = random_alphanumeric(kAdminPasswordLength);
  write_owned(layout.admin(), admin_cnf(password), user_);
  run_tool(command(bootstrap(layout), mariadb_bootstrap_sql(cluster, native_password_verifier(password))),
           stop);
  fresh.move_into_place();
}

void MariaDbEngine::run_sql(const MariaDbLayout& layout, const std::string& sql) const {
  run_tool(command({mariadb_program("mariadb"), "--defaults-file=" + layout.admin().string(), "--batch",
                    "--socket=" + layout.socket().string()},
                   sql));
}

void MariaDbEngine::set_password(const fs::path& directory, const Server& server, const std::string& user,
                                 const std::string& verifier) {
  const MariaDbLayout layout{directory};
  const std::string sql = mariadb_set_password_sql(user, verifier);
  if (look(layout)) return run_sql(layout, sql);
  with_private_server(layout, server, {}, [&] { run_sql(layout, sql); });
}

std::uint64_t MariaDbEngine::size_bytes(const fs::path& directory) const {
  return tree_bytes(MariaDbLayout{directory}.data());
}

void MariaDbEngine::remove(const fs::path& directory) {
  halt(directory);
  fs::path partial = directory;
  partial += ".partial";
  remove_tree(partial);
  remove_tree(directory);
}

}  // namespace aurora::local::engines
