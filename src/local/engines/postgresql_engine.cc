#include "local/engines/postgresql_engine.h"

#include <fmt/format.h>
#include <signal.h>

#include "base/digest.h"
#include "base/files.h"
#include "base/text.h"
#include "local/engines/file_tree.h"
#include "local/engines/scram.h"
#include "local/engines/server_tools.h"

namespace aurora::local::engines {
namespace {

namespace fs = std::filesystem;

std::string_view major_of(std::string_view version) {
  return version.substr(0, version.find('.'));
}

}  // namespace

PostgreSqlEngine::PostgreSqlEngine(PostgreSqlOptions options, const TlsAuthority& authority, Clock& clock)
    : options_(std::move(options)),
      authority_(authority),
      clock_(clock),
      user_(server_user(options_.server_user, "PostgreSQL", "postgresql")) {}

std::optional<fs::path> PostgreSqlEngine::find_binaries(std::string_view major) const {
  const std::lock_guard lock(mutex_);
  if (const auto known = binaries_.find(major); known != binaries_.end()) return known->second;
  std::vector<fs::path> candidates;
  if (!options_.binaries.empty()) {
    candidates.push_back(options_.binaries);
  } else {
    candidates.push_back(fmt::format("/usr/lib/postgresql/{}/bin", major));
    if (fs::exists("/usr/bin/pg_config"))
      candidates.emplace_back(trim(run({.arguments = {"/usr/bin/pg_config", "--bindir"}}).output));
  }
  for (const fs::path& candidate : candidates) {
    if (!fs::exists(candidate / "postgres") || !fs::exists(candidate / "initdb")) continue;
    const Outcome version = run({.arguments = {candidate / "postgres", "--version"}});
    // "postgres (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)"
    if (version.output.find(fmt::format(" {}.", major)) == std::string::npos) continue;
    binaries_.emplace(major, candidate);
    return candidate;
  }
  return std::nullopt;
}

bool PostgreSqlEngine::runs(std::string_view version, std::string& why) const {
  const std::string_view major = major_of(version);
  if (find_binaries(major)) return true;
  why = fmt::format(
      "PostgreSQL {} is not installed on this machine: version {} cannot run here. Install the package "
      "postgresql-{}, or choose a version that is installed.",
      major, version, major);
  return false;
}

fs::path PostgreSqlEngine::tool(std::string_view version, std::string_view name) const {
  const std::optional<fs::path> directory = find_binaries(major_of(version));
  if (!directory)
    throw Error("EngineFailed", fmt::format("PostgreSQL {} is not installed", major_of(version)));
  return *directory / name;
}

Command PostgreSqlEngine::command(std::vector<std::string> arguments, std::string input) const {
  return command_as(user_, std::move(arguments), std::move(input));
}

std::string PostgreSqlEngine::password_verifier(const Secret& password) const {
  return scram_verifier(password, random_bytes(16));
}

bool PostgreSqlEngine::address_is_free(const std::string& address, unsigned short port) const {
  return can_listen(address, port);
}

void PostgreSqlEngine::check_reachable(const fs::path& directory) const {
  engines::check_reachable(directory, PostgreSqlLayout{directory}.socket() / ".s.PGSQL.65535", user_,
                           "PostgreSQL");
}

void PostgreSqlEngine::single_user(const PostgreSqlLayout& layout, std::string_view version,
                                   const std::string& sql, std::stop_token stop) const {
  Command postgres = command({tool(version, "postgres"), "--single", "-D", layout.data(), "-c",
                              options_.durable ? "fsync=on" : "fsync=off", "-c", "log_min_messages=error",
                              "-c", "log_min_error_statement=panic", "-c", "recovery_init_sync_method=syncfs",
                              "-c", "log_checkpoints=off", "template1"},
                             sql);
  const Outcome outcome = run_tool(postgres, std::move(stop));
  // It goes on after a statement that failed, and ends with 0.
  if (outcome.errors.find("ERROR:") != std::string::npos) tool_failed(postgres.arguments[0], outcome);
}

void PostgreSqlEngine::create(const fs::path& directory, const NewCluster& cluster, std::stop_token stop) {
  if (fs::exists(directory)) return;
  check_reachable(directory);
  NewDirectory fresh(directory, user_, options_.durable);
  const PostgreSqlLayout layout{fresh.path()};
  make_private_directory(layout.socket(), user_);
  run_tool(command({tool(cluster.version, "initdb"), "-D", layout.data(), "-U", kRdsAdmin, "--encoding=UTF8",
                    "--locale=C.UTF-8", "--data-checksums", "--auth-local=peer", "--auth-host=reject",
                    "--no-sync", "--no-instructions", "--wal-segsize=16"}),
           stop);
  single_user(layout, cluster.version, bootstrap_sql(cluster), stop);
  make_private_directory(layout.first_backup(), user_);
  copy_tree(layout.data(), PostgreSqlLayout{layout.first_backup()}.data(), {}, [](auto, auto) {}, stop);
  fresh.move_into_place();
}

void PostgreSqlEngine::set_password(const fs::path& directory, const Server& server, const std::string& user,
                                    const std::string& verifier) {
  const PostgreSqlLayout layout{directory};
  const std::string sql = set_password_sql(user, verifier);
  const std::optional<Running> running = look(layout);
  if (!running) {
    clear_remains(layout);
    return single_user(layout, server.version, sql, {});
  }
  run_tool(command({tool(server.version, "psql"), "-X", "-q", "-v", "ON_ERROR_STOP=1", "-h", layout.socket(),
                    "-p", std::to_string(running->port), "-U", kRdsAdmin, "-d", "postgres"},
                   sql),
           {});
}

std::uint64_t PostgreSqlEngine::size_bytes(const fs::path& directory) const {
  return tree_bytes(PostgreSqlLayout{directory}.data());
}

void PostgreSqlEngine::halt(const fs::path& directory) {
  end(PostgreSqlLayout{directory}, SIGQUIT, std::chrono::seconds(10));
}

void PostgreSqlEngine::remove(const fs::path& directory) {
  halt(directory);
  fs::path partial = directory;
  partial += ".partial";
  remove_tree(partial);
  remove_tree(directory);
}

}  // namespace aurora::local::engines
