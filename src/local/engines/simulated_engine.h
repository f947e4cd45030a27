// An engine without processes and files, for unit tests and for simulation: clusters and backups are
// entries in memory, and what would take time or space can be made to fail.
#pragma once
#include <mutex>
#include <set>

#include "local/engines/engine.h"

namespace aurora::local::engines {

// Thread-safe.
class SimulatedEngine final : public Engine {
 public:
  explicit SimulatedEngine(std::uint64_t cluster_bytes = 3ULL << 30) : cluster_bytes_(cluster_bytes) {}

  // The next call of that name ("create", "start", "back_up", "copy_backup", "restore", ...) throws
  // Error{name, message} instead.
  void fail_next(const std::string& call, const std::string& name, const std::string& message);
  // Addresses ("127.9.9.9:5432") that somebody else listens on.
  void occupy(const std::string& address_and_port);
  // What a reader of the server would see: "verifier of <user>", empty when it does not run.
  std::string verifier_of(const std::filesystem::path& directory, const std::string& user) const;
  std::string address_of(const std::filesystem::path& directory) const;
  std::size_t stored() const;   // clusters and backups there are
  std::size_t servers() const;  // servers running
  int starts() const;           // how often a server was started
  std::map<std::string, std::string> parameters_of(const std::filesystem::path& directory) const;

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
  void halt(const std::filesystem::path& directory) override { stop(directory); }
  void remove(const std::filesystem::path& directory) override;
  std::uint64_t size_bytes(const std::filesystem::path& directory) const override;

 private:
  struct Stored {
    std::map<std::string, std::string> verifiers;  // by user
    std::uint64_t bytes = 0;
    bool running = false;
    Server server;
  };
  void fail_if_told(const std::string& call);
  void duplicate(const std::string& call, const std::filesystem::path& from, const std::filesystem::path& to,
                 const Progress& progress);

  const std::uint64_t cluster_bytes_;
  mutable std::mutex mutex_;
  std::map<std::filesystem::path, Stored> stored_;
  std::map<std::string, std::pair<std::string, std::string>> failures_;
  std::set<std::string> occupied_;
  int starts_ = 0;
};

}  // namespace aurora::local::engines
