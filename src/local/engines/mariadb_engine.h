// Aurora MySQL clusters as real MariaDB servers of the machine.
#pragma once
#include <optional>

#include "base/clock.h"
#include "base/log.h"
#include "local/engines/engine.h"
#include "local/engines/mariadb_files.h"
#include "local/engines/process.h"
#include "local/engines/tls_authority.h"

namespace aurora::local::engines {

struct MariaDbOptions {
  // Whether data survives a power cut. Tests may do without, and start faster.
  bool durable = true;
  // Whom servers run as when we are root, which MariaDB refuses to run as.
  std::string server_user = "mysql";
};

// Thread-safe. A server is a process of its own that goes on when we are killed; the next process finds it by
// its pid file, or by its command line before that is written, and takes it over.
class MariaDbEngine final : public Engine {
 public:
  // `authority` signs the servers' certificates; the log hears of parameters that MariaDB does not have.
  MariaDbEngine(MariaDbOptions options, const TlsAuthority& authority, Clock& clock, Log log);

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
  // What a server's command line says.
  struct Running {
    pid_t pid = 0;
    std::string address;
    unsigned short port = 0;
  };

  Command command(std::vector<std::string> arguments, std::string input = {}) const;
  void check_reachable(const std::filesystem::path& directory) const;
  void make_data(const MariaDbLayout& layout, std::stop_token stop) const;
  void load_time_zones(const MariaDbLayout& layout, std::stop_token stop) const;
  std::vector<std::string> bootstrap(const MariaDbLayout& layout) const;

  std::optional<Running> look(const MariaDbLayout& layout) const;
  void write_configuration(const MariaDbLayout& layout, const Server& server) const;
  void write_certificate(const MariaDbLayout& layout, const Server& server) const;
  void launch(const MariaDbLayout& layout, const Server& server, std::vector<std::string> network,
              std::stop_token stop) const;
  void wait_until_ready(const MariaDbLayout& layout, pid_t pid, std::stop_token stop) const;
  void run_sql(const MariaDbLayout& layout, const std::string& sql) const;
  // Runs `work` with a server that only we can reach.
  void with_private_server(const MariaDbLayout& layout, const Server& server, std::stop_token stop,
                           const std::function<void()>& work);
  void replay(const MariaDbLayout& layout, const PointInTime& point, const std::filesystem::path& backup,
              std::stop_token stop);
  void copy_admin(const MariaDbLayout& from, const MariaDbLayout& to) const;
  void stream_backup(const MariaDbLayout& layout, const std::filesystem::path& into, const Progress& progress,
                     std::stop_token stop) const;

  const MariaDbOptions options_;
  const TlsAuthority& authority_;
  Clock& clock_;
  const Log log_;
  const SystemUser user_;
};

}  // namespace aurora::local::engines
