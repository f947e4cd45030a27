#include "db/testing/mariadb_server.h"

#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

#include "base/clock.h"
#include "base/error.h"
#include "base/files.h"
#include "db/testing/process.h"

namespace aurora::db::testing {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

constexpr char kSuperuserPassword[] = "superuser-password";
constexpr char kMasterPassword[] = "master-password";

// What Aurora MySQL grants its master user, as far as MariaDB has it.
constexpr char kMasterPrivileges[] =
    "SELECT, INSERT, UPDATE, DELETE, CREATE, DROP, RELOAD, PROCESS, REFERENCES, INDEX, ALTER, SHOW "
    "DATABASES, "
    "CREATE TEMPORARY TABLES, LOCK TABLES, EXECUTE, REPLICATION SLAVE, BINLOG MONITOR, CREATE VIEW, SHOW "
    "VIEW, "
    "CREATE ROUTINE, ALTER ROUTINE, CREATE USER, EVENT, TRIGGER, DELETE HISTORY";

void give_to(const fs::path& path, const Account& account) {
  if (chown(path.c_str(), account.user, account.group) != 0) throw_file_error(path, "giving away", errno);
}

}  // namespace

MariaDbServer::MariaDbServer(const Options& options) {
  create_folder();
  try {
    initialise(options);
    start();
    make_users();
  } catch (...) {
    // The destructor does not run for an object that was never complete.
    stop();
    fs::remove_all(folder_);
    throw;
  }
}

MariaDbServer::~MariaDbServer() {
  stop();
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

void MariaDbServer::create_folder() {
  std::string pattern = fs::temp_directory_path() / "aurora-my-XXXXXX";
  if (!mkdtemp(pattern.data())) throw_file_error(pattern, "creating", errno);
  folder_ = pattern;
  give_to(folder_, mysql_account());
}

void MariaDbServer::initialise(const Options& options) {
  const Account account = mysql_account();
  const fs::path log = folder_ / "log";
  run_program({"mariadb-install-db", "--no-defaults", "--datadir=" + (folder_ / "data").string(),
               "--auth-root-authentication-method=normal", "--skip-test-db", "--skip-name-resolve",
               "--innodb-log-file-size=16M", "--tmpdir=" + folder_.string()},
              account, log);
  // Not the folder that all servers share: temporary files' names are no more than process ids apart.
  settings_ = {"tmpdir=" + folder_.string(),  "bind-address=127.0.0.1",   "character-set-server=utf8mb4",
               "innodb-buffer-pool-size=64M", "innodb-log-file-size=16M", "innodb-flush-log-at-trx-commit=0",
               "skip-name-resolve",           "performance-schema=OFF"};
  if (options.tls) {
    const fs::path key = folder_ / "server.key";
    run_program({"openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
                 "-nodes", "-days", "2", "-subj", "/CN=database", "-addext",
                 "subjectAltName=" + options.names, "-keyout", key, "-out", ca_file()},
                account, log);
    settings_.insert(settings_.end(), {"ssl-key=" + key.string(), "ssl-cert=" + ca_file().string()});
  }
  settings_.insert(settings_.end(), options.settings.begin(), options.settings.end());
}

void MariaDbServer::start() {
  constexpr int kAttempts = 5;
  for (int attempt = 1;; ++attempt) {
    if (port_ == 0) port_ = free_port();
    std::vector<std::string> arguments{"mariadbd",
                                       "--no-defaults",
                                       "--datadir=" + (folder_ / "data").string(),
                                       "--socket=" + socket().string(),
                                       "--port=" + std::to_string(port_),
                                       "--pid-file=" + (folder_ / "pid").string()};
    for (const std::string& setting : settings_) arguments.push_back("--" + setting);
    pid_ = start_program(arguments, mysql_account(), folder_ / "log");
    try {
      wait_until_ready();
      return;
    } catch (const Error&) {
      stop();
      // Somebody else may have taken the port between our look and the server's start.
      if (attempt == kAttempts) throw;
      port_ = 0;
    }
  }
}

void MariaDbServer::wait_until_ready() {
  SystemClock clock;
  const Duration deadline = clock.monotonic() + 30s;
  for (;;) {
    try {
      ConnectOptions anybody = superuser();
      anybody.tls = ConnectOptions::Tls::kDisable;
      NativeConnector().connect(anybody);
      return;
    } catch (const SqlError& error) {
      // Before its users are made the server knows none of ours, but answers.
      if (error.name() == "DatabaseLoginFailed") return;
      const bool ended = has_ended(pid_);
      if (ended) pid_ = -1;
      if (ended || error.name() != "DatabaseUnavailable" || clock.monotonic() > deadline)
        throw Error("TestProgramFailed",
                    "MariaDB does not come up: " + error.message() + "\n" + read_file(folder_ / "log"));
    }
    clock.sleep_for(10ms);
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

void MariaDbServer::stop() {
  if (pid_ > 0) end_program(pid_, SIGKILL, 10s);
  pid_ = -1;
}

std::string MariaDbServer::log() const {
  return read_file(folder_ / "log");
}

ConnectOptions MariaDbServer::as(std::string user, std::string password, std::string database) const {
  return {.engine = Engine::kMySql,
          .host = "127.0.0.1",
          .port = port_,
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
