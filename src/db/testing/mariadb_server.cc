#include "db/testing/mariadb_server.h"

#include <signal.h>

namespace aurora::db::testing {
namespace {

constexpr char kSuperuserPassword[] = "superuser-password";
constexpr char kMasterPassword[] = "master-password";

// What Aurora MySQL grants its master user, as far as MariaDB has it.
constexpr char kMasterPrivileges[] =
    "SELECT, INSERT, UPDATE, DELETE, CREATE, DROP, RELOAD, PROCESS, REFERENCES, INDEX, ALTER, SHOW "
    "DATABASES, "
    "CREATE TEMPORARY TABLES, LOCK TABLES, EXECUTE, REPLICATION SLAVE, BINLOG MONITOR, CREATE VIEW, SHOW "
    "VIEW, "
    "CREATE ROUTINE, ALTER ROUTINE, CREATE USER, EVENT, TRIGGER, DELETE HISTORY";

}  // namespace

MariaDbServer::MariaDbServer(const Options& options) : TestServer("aurora-my-", mysql_account(), SIGKILL) {
  initialise(options);
  start();
  make_users();
}

void MariaDbServer::initialise(const Options& options) {
  run({"mariadb-install-db", "--no-defaults", "--datadir=" + (folder() / "data").string(),
       "--auth-root-authentication-method=normal", "--skip-test-db", "--skip-name-resolve",
       "--innodb-log-file-size=16M", "--tmpdir=" + folder().string()});
  // Not the folder that all servers share: temporary files' names are no more than process ids apart.
  settings_ = {"tmpdir=" + folder().string(), "bind-address=127.0.0.1",   "character-set-server=utf8mb4",
               "innodb-buffer-pool-size=64M", "innodb-log-file-size=16M", "innodb-flush-log-at-trx-commit=0",
               "skip-name-resolve",           "performance-schema=OFF"};
  if (options.tls) {
    make_certificate("database", options.names);
    settings_.insert(settings_.end(), {"ssl-key=" + key_file().string(), "ssl-cert=" + ca_file().string()});
  }
  settings_.insert(settings_.end(), options.settings.begin(), options.settings.end());
}

std::vector<std::string> MariaDbServer::command() const {
  std::vector<std::string> command{"mariadbd",
                                   "--no-defaults",
                                   "--datadir=" + (folder() / "data").string(),
                                   "--socket=" + socket().string(),
                                   "--port=" + std::to_string(port()),
                                   "--pid-file=" + (folder() / "pid").string()};
  for (const std::string& setting : settings_) command.push_back("--" + setting);
  return command;
}

void MariaDbServer::connect_once() const {
  try {
    ConnectOptions anybody = superuser();
    anybody.tls = ConnectOptions::Tls::kDisable;
    NativeConnector().connect(anybody);
  } catch (const SqlError& error) {
    // Before its users are made the server knows none of ours, but answers.
    if (error.name() != "DatabaseLoginFailed") throw;
  }
}

void MariaDbServer::make_users() {
  const auto session =
      NativeConnector().connect({.engine = Engine::kMySql, .host = socket(), .user = "root", .database = {}});
  const auto make = [&](const std::string& user, const char* password, const std::string& privileges) {
    session->query("CREATE USER " + user + " IDENTIFIED BY PASSWORD " +
                   session->quote_literal(session->password_verifier(user, Secret(password))));
    session->query("GRANT " + privileges + " ON *.* TO " + user + " WITH GRANT OPTION");
  };
  make("'rdsadmin'@'%'", kSuperuserPassword, "ALL PRIVILEGES");
  make("'dbmaster'@'%'", kMasterPassword, kMasterPrivileges);
  session->query("CREATE DATABASE app");
  session->query("DELETE FROM mysql.global_priv WHERE User NOT IN ('rdsadmin', 'dbmaster', 'mariadb.sys')");
  session->query("FLUSH PRIVILEGES");
}

ConnectOptions MariaDbServer::as(std::string user, std::string password, std::string database) const {
  return {.engine = Engine::kMySql,
          .host = "127.0.0.1",
          .port = port(),
          .user = std::move(user),
          .password = Secret(std::move(password)),
          .database = std::move(database)};
}

ConnectOptions MariaDbServer::superuser(std::string database) const {
  return as("rdsadmin", kSuperuserPassword, std::move(database));
}

ConnectOptions MariaDbServer::master(std::string database) const {
  return as("dbmaster", kMasterPassword, std::move(database));
}

}  // namespace aurora::db::testing
