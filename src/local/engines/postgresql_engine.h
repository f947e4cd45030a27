// Aurora PostgreSQL clusters as real PostgreSQL servers of the machine.
#pragma once
#include <mutex>
#include <optional>

#include "base/clock.h"
#include "local/engines/engine.h"
#include "local/engines/postgresql_files.h"
#include "local/engines/process.h"
#include "local/engines/tls_authority.h"

namespace aurora::local::engines {

struct PostgreSqlOptions {
  // Where initdb, postgres and pg_basebackup are. Empty: where Debian puts them
  // (/usr/lib/postgresql/<major>/bin), else wherever pg_config says.
  std::filesystem::path binaries = {};
  // Whether data survives a power cut. Tests may do without, and start faster.
  bool durable = true;
  // Whom servers run as when we are root, which PostgreSQL refuses to run as.
  std::string server_user = "postgres";
};

// Thread-safe. A server is a process of its own that goes on when we are killed; the next process finds it by
// postmaster.pid and takes it over.
class PostgreSqlEngine final : public Engine {
 public:
  // `authority` signs the servers' certificates.
  PostgreSqlEngine(PostgreSqlOptions options, const TlsAuthority& authority, Clock& clock);

  bool runs(std::string_view version, std::string& why) const override;
  std::string password_verifier(const Secret& password) const override;
  bool address_is_free(const std::string& address, unsigned short port) const override;
  void create(const std::filesystem::path& directory, const NewCluster& cluster,
              std::stop_token stop) override;
  void start(const std::filesystem::path& directory, const Server& server, std::stop_token stop) override;
  void reload(const std::filesystem::path& directory, const Server& server) override;
  void stop(const std::filesystem::path& directory) override;
  bool running(const std::filesystem::path& directory) const override;
  void set_password(const std::filesystem::path& directory, const Server& server, const std::string& user,
                    const std::string& verifier) override;
  void back_up(const std::filesystem::path& directory, const Server& server,
               const std::filesystem::path& backup, const Progress& progress, std::stop_token stop) override;
  void copy_backup(const std::filesystem::path& from, const std::filesystem::path& to,
                   const Progress& progress, std::stop_token stop) override;
  void restore(const std::filesystem::path& backup, const std::filesystem::path& directory,
               const Progress& progress, std::stop_token stop) override;
  bool can_replay(const std::filesystem::path& cluster,
                  const std::optional<std::filesystem::path>& backup) const override;
  void restore_to_time(const PointInTime& point, const std::filesystem::path& directory,
                       const Progress& progress, std::stop_token stop) override;
  void halt(const std::filesystem::path& directory) override;
  void remove(const std::filesystem::path& directory) override;
  std::uint64_t size_bytes(const std::filesystem::path& directory) const override;

 private:
  // What postmaster.pid says about a server that is alive.
  struct Running {
    pid_t pid = 0;
    std::string address;
    unsigned short port = 0;
    bool ready = false;
  };

  std::filesystem::path tool(std::string_view version, std::string_view name) const;
  std::optional<std::filesystem::path> find_binaries(std::string_view major) const;
  const SystemUser& user() const { return user_; }
  Command command(std::vector<std::string> arguments, std::string input = {}) const;
  void check_reachable(const std::filesystem::path& directory) const;

  std::optional<Running> look(const PostgreSqlLayout& layout) const;
  void write_configuration(const PostgreSqlLayout& layout, const Server& server) const;
  void write_certificate(const PostgreSqlLayout& layout, const Server& server) const;
  void write_for_server(const std::filesystem::path& path, const std::string& content, unsigned mode) const;
  void clear_remains(const PostgreSqlLayout& layout) const;
  void wait_until_ready(const PostgreSqlLayout& layout, pid_t pid, std::stop_token stop) const;
  void end(const PostgreSqlLayout& layout, int signal, Duration patience) const;
  void single_user(const PostgreSqlLayout& layout, std::string_view version, const std::string& sql,
                   std::stop_token stop) const;
  void close_log_segment(const PostgreSqlLayout& layout, const Server& server) const;
  void replay(const PostgreSqlLayout& layout, const PointInTime& point, std::stop_token stop) const;
  void stream_backup(const PostgreSqlLayout& layout, const Server& server, const std::filesystem::path& into,
                     const Progress& progress, std::stop_token stop) const;

  const PostgreSqlOptions options_;
  const TlsAuthority& authority_;
  Clock& clock_;
  const SystemUser user_;
  mutable std::mutex mutex_;
  mutable std::map<std::string, std::filesystem::path, std::less<>> binaries_;  // by major version
};

}  // namespace aurora::local::engines
