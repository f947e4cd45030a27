// A database engine of the local endpoint: what stands behind an "Aurora cluster".
#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/error.h"
#include "base/secret.h"

namespace aurora::local::engines {

// Bytes done and bytes expected in all; the expectation may move.
using Progress = std::function<void(std::uint64_t done, std::uint64_t total)>;

// The master user of a new cluster. `verifier` comes from Engine::password_verifier.
struct NewCluster {
  std::string version;  // RDS's EngineVersion
  std::string master_user;
  std::string verifier;
  std::string database;  // created beside the engine's own; may be empty
};

// How a cluster's server is to run.
struct Server {
  std::string version;
  std::string address;  // on loopback
  unsigned short port = 0;
  std::map<std::string, std::string> parameters;  // from parameter groups, in the engine's own names
};

// A cluster as it was at a moment.
struct PointInTime {
  std::filesystem::path cluster;                     // whose log is replayed; it may be running
  Server server;                                     // how that one is to run
  std::optional<std::filesystem::path> backup = {};  // to start from; nothing: the one made with the cluster
  std::optional<TimePoint> time = {};                // nothing: the last moment there is
};

// Every call is idempotent, so that work cut off by kill -9 is simply done again, and `directory` names
// the cluster or backup it is about: it is there whole, or not at all. Calls about different directories may
// run at once; calls about one directory come one after the other. Long calls watch `stop` and throw
// Cancelled, leaving nothing half-made. A full disk is Error "DiskFull", anything else Error "EngineFailed"
// whose message says what the engine's own tool said.
class Engine {
 public:
  virtual ~Engine() = default;

  // Whether a server for that EngineVersion can run on this machine; if not, `why` says what is missing.
  virtual bool runs(std::string_view version, std::string& why) const = 0;
  // What the server stores instead of the password; safe to keep in a file, useless for logging in.
  virtual std::string password_verifier(const Secret& password) const = 0;
  // Whether a server could listen there now.
  virtual bool address_is_free(const std::string& address, unsigned short port) const = 0;

  virtual void create(const std::filesystem::path& directory, const NewCluster& cluster,
                      std::stop_token stop) = 0;
  // Returns when the server takes connections. A server that already runs there as told is left alone,
  // whoever started it; one that runs otherwise is started anew.
  virtual void start(const std::filesystem::path& directory, const Server& server, std::stop_token stop) = 0;
  // Takes over changed parameters that need no restart.
  virtual void reload(const std::filesystem::path& directory, const Server& server) = 0;
  // Orderly: waits for transactions to end or rolls them back. Nothing to do is fine.
  virtual void stop(const std::filesystem::path& directory) = 0;
  virtual bool running(const std::filesystem::path& directory) const = 0;
  // Works on a server at rest too.
  virtual void set_password(const std::filesystem::path& directory, const Server& server,
                            const std::string& user, const std::string& verifier) = 0;

  // A physical backup of a cluster, running or at rest, into the directory `backup`.
  virtual void back_up(const std::filesystem::path& directory, const Server& server,
                       const std::filesystem::path& backup, const Progress& progress,
                       std::stop_token stop) = 0;
  virtual void copy_backup(const std::filesystem::path& from, const std::filesystem::path& to,
                           const Progress& progress, std::stop_token stop) = 0;
  // A new cluster directory from a backup; its server is not started.
  virtual void restore(const std::filesystem::path& backup, const std::filesystem::path& directory,
                       const Progress& progress, std::stop_token stop) = 0;

  // Continuous backup: whether everything that was written to `cluster` since `backup` (nothing: since it was
  // made) is still kept, so that it can be restored to any moment from then on. Engines that keep no log say
  // no.
  virtual bool can_replay(const std::filesystem::path& cluster,
                          const std::optional<std::filesystem::path>& backup) const;
  // A new cluster directory with what was committed before the moment; its server is not started.
  virtual void restore_to_time(const PointInTime& point, const std::filesystem::path& directory,
                               const Progress& progress, std::stop_token stop);

  // Ends a server at once, whose data nobody will want again.
  virtual void halt(const std::filesystem::path& directory) = 0;
  // Removes the files of a cluster or a backup, which may take as long as writing them; halts a server first.
  virtual void remove(const std::filesystem::path& directory) = 0;
  virtual std::uint64_t size_bytes(const std::filesystem::path& directory) const = 0;
};

inline bool Engine::can_replay(const std::filesystem::path&,
                               const std::optional<std::filesystem::path>&) const {
  return false;
}
inline void Engine::restore_to_time(const PointInTime&, const std::filesystem::path&, const Progress&,
                                    std::stop_token) {
  throw Error("EngineFailed", "this engine keeps no log to restore a cluster to a point in time from");
}

// By RDS's engine name: "aurora-postgresql", "aurora-mysql".
using Engines = std::map<std::string, std::unique_ptr<Engine>, std::less<>>;

}  // namespace aurora::local::engines
