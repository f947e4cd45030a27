#include "db/testing/postgres_server.h"

#include <signal.h>

#include <algorithm>

#include "base/error.h"
#include "base/files.h"

namespace aurora::db::testing {
namespace {

namespace fs = std::filesystem;

constexpr char kSuperuserPassword[] = "superuser-password";
constexpr char kMasterPassword[] = "master-password";

// The newest installed server's folder of programs.
fs::path find_programs() {
  std::vector<fs::path> found;
  std::error_code ignored;
  for (const auto& version : fs::directory_iterator("/usr/lib/postgresql", ignored))
    if (fs::exists(version.path() / "bin" / "initdb")) found.push_back(version.path() / "bin");
  if (found.empty()) throw Error("TestSetup", "no PostgreSQL server", "Install the package postgresql.");
  const auto number = [](const fs::path& path) { return std::stoi(path.parent_path().filename().string()); };
  return *std::ranges::max_element(found, {}, number);
}

}  // namespace

PostgresServer::PostgresServer(const Options& options)
    : TestServer("aurora-pg-", postgres_account(), SIGQUIT), programs_(find_programs()) {
  initialise(options);
  start();
  make_roles();
}

void PostgresServer::initialise(const Options& options) {
  const fs::path password = folder() / "password";
  write_file(password, kSuperuserPassword, 0600);
  give(password);
  run({programs_ / "initdb", "--pgdata", folder() / "data", "--username", "rdsadmin", "--pwfile", password,
       "--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync",
       "--no-instructions"});
  settings_ = {"fsync=off", "listen_addresses=127.0.0.1", "unix_socket_directories=" + folder().string(),
               "password_encryption=scram-sha-256", "shared_buffers=64MB"};
  if (options.tls) {
    make_certificate("localhost", "IP:127.0.0.1,DNS:localhost");
    settings_.insert(settings_.end(), {"ssl=on", "ssl_key_file=" + key_file().string(),
                                       "ssl_cert_file=" + ca_file().string()});
  }
  settings_.insert(settings_.end(), options.settings.begin(), options.settings.end());
}

std::vector<std::string> PostgresServer::command() const {
  std::vector<std::string> command{programs_ / "postgres", "-D", folder() / "data", "-p",
                                   std::to_string(port())};
  for (const std::string& setting : settings_) command.insert(command.end(), {"-c", setting});
  return command;
}

void PostgresServer::connect_once() const {
  NativeConnector().connect(superuser());
}

void PostgresServer::make_roles() {
  const auto session = NativeConnector().connect(superuser());
  const std::string verifier =
      session->quote_literal(session->password_verifier("dbmaster", Secret(kMasterPassword)));
  session->query("CREATE ROLE rds_superuser NOLOGIN");
  session->query("GRANT pg_monitor, pg_signal_backend TO rds_superuser WITH ADMIN OPTION");
  session->query("CREATE ROLE rds_iam NOLOGIN");
  session->query("CREATE ROLE dbmaster LOGIN CREATEROLE CREATEDB PASSWORD " + verifier);
  session->query("GRANT rds_superuser TO dbmaster");
  session->query("CREATE DATABASE rdsadmin");
  session->query("CREATE DATABASE app OWNER dbmaster");
}

ConnectOptions PostgresServer::as(std::string user, std::string password, std::string database) const {
  return {.host = "127.0.0.1",
          .port = port(),
          .user = std::move(user),
          .password = Secret(std::move(password)),
          .database = std::move(database)};
}

ConnectOptions PostgresServer::superuser(std::string database) const {
  return as("rdsadmin", kSuperuserPassword, std::move(database));
}

ConnectOptions PostgresServer::master(std::string database) const {
  return as("dbmaster", kMasterPassword, std::move(database));
}

}  // namespace aurora::db::testing
