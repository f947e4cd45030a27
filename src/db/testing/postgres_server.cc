#include "db/testing/postgres_server.h"

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

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

void give_to(const fs::path& path, const Account& account) {
  if (chown(path.c_str(), account.user, account.group) != 0) throw_file_error(path, "giving away", errno);
}

}  // namespace

PostgresServer::PostgresServer(const Options& options) : programs_(find_programs()) {
  create_folder();
  try {
    initialise(options);
    start();
    make_roles();
  } catch (...) {
    // The destructor does not run for an object that was never complete.
    stop();
    fs::remove_all(folder_);
    throw;
  }
}

PostgresServer::~PostgresServer() {
  stop();
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

void PostgresServer::create_folder() {
  std::string pattern = fs::temp_directory_path() / "aurora-pg-XXXXXX";
  if (!mkdtemp(pattern.data())) throw_file_error(pattern, "creating", errno);
  folder_ = pattern;
  give_to(folder_, postgres_account());
}

void PostgresServer::initialise(const Options& options) {
  const Account account = postgres_account();
  const fs::path log = folder_ / "log";
  const fs::path password = folder_ / "password";
  write_file(password, kSuperuserPassword, 0600);
  give_to(password, account);
  run_program({programs_ / "initdb", "--pgdata", folder_ / "data", "--username", "rdsadmin", "--pwfile",
               password, "--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync",
               "--no-instructions"},
              account, log);
  settings_ = {"fsync=off", "listen_addresses=127.0.0.1", "unix_socket_directories=" + folder_.string(),
               "password_encryption=scram-sha-256", "shared_buffers=64MB"};
  if (options.tls) {
    const fs::path key = folder_ / "server.key";
    run_program({"openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
                 "-nodes", "-days", "2", "-subj", "/CN=localhost", "-addext",
                 "subjectAltName=IP:127.0.0.1,DNS:localhost", "-keyout", key, "-out", ca_file()},
                account, log);
    settings_.insert(settings_.end(),
                     {"ssl=on", "ssl_key_file=" + key.string(), "ssl_cert_file=" + ca_file().string()});
  }
  settings_.insert(settings_.end(), options.settings.begin(), options.settings.end());
}

void PostgresServer::start() {
  constexpr int kAttempts = 5;
  for (int attempt = 1;; ++attempt) {
    if (port_ == 0) port_ = free_port();
    std::vector<std::string> arguments{programs_ / "postgres", "-D", folder_ / "data", "-p",
                                       std::to_string(port_)};
    for (const std::string& setting : settings_) arguments.insert(arguments.end(), {"-c", setting});
    pid_ = start_program(arguments, postgres_account(), folder_ / "log");
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

void PostgresServer::wait_until_ready() {
  SystemClock clock;
  const Duration deadline = clock.monotonic() + 30s;
  for (;;) {
    try {
      NativeConnector().connect(superuser());
      return;
    } catch (const SqlError& error) {
      const bool ended = has_ended(pid_);
      if (ended) pid_ = -1;
      if (ended || error.name() != "DatabaseUnavailable" || clock.monotonic() > deadline)
        throw Error("TestProgramFailed",
                    "PostgreSQL does not come up: " + error.message() + "\n" + read_file(folder_ / "log"));
    }
    clock.sleep_for(5ms);
  }
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

void PostgresServer::stop() {
  if (pid_ > 0) end_program(pid_, SIGQUIT, 10s);
  pid_ = -1;
}

std::string PostgresServer::log() const {
  return read_file(folder_ / "log");
}

ConnectOptions PostgresServer::as(std::string user, std::string password, std::string database) const {
  return {.host = "127.0.0.1",
          .port = port_,
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
