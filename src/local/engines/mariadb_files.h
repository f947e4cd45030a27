// The files and statements that make a MariaDB server look like Aurora MySQL's.
#pragma once
#include <filesystem>
#include <map>
#include <set>
#include <string>

#include "local/engines/engine.h"

namespace aurora::local::engines {

// Where the parts of one cluster's directory, or of one backup's, are.
struct MariaDbLayout {
  std::filesystem::path directory;

  std::filesystem::path data() const { return directory / "data"; }
  // Outside of the data, so that backups do not carry it.
  std::filesystem::path binary_log() const { return directory / "binlog"; }
  std::filesystem::path socket_directory() const { return directory / "s"; }
  std::filesystem::path socket() const { return socket_directory() / "m"; }
  std::filesystem::path log() const { return directory / "server.log"; }
  std::filesystem::path pid_file() const { return directory / "server.pid"; }
  std::filesystem::path configuration() const { return directory / "my.cnf"; }
  // How the engine's own programs log in as rdsadmin.
  std::filesystem::path admin() const { return directory / "admin.cnf"; }
  std::filesystem::path certificate() const { return directory / "server.crt"; }
  std::filesystem::path key() const { return directory / "server.key"; }
};

// What mariadb-backup writes about a backup beside the data.
const std::set<std::string>& of_the_backup_tool();

// The option file of a server; address and port are arguments, where they can be read of a running one.
std::string my_cnf(const MariaDbLayout& layout, const Server& server, bool durable);
std::string admin_cnf(const std::string& password);
// The users and databases that a new Aurora cluster has, for the server's bootstrap mode, one statement a
// line. rdsadmin's password is the engine's own.
std::string mariadb_bootstrap_sql(const NewCluster& cluster, const std::string& admin_verifier);
std::string mariadb_set_password_sql(const std::string& user, const std::string& verifier);
// What the server takes over while it runs.
std::string mariadb_reload_sql(const Server& server);

// As mysql_native_password keeps it: '*' and SHA1(SHA1(password)) in upper-case hexadecimal.
std::string native_password_verifier(const std::string& password);

}  // namespace aurora::local::engines
