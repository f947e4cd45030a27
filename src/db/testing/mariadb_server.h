// A temporary MariaDB server of a test's own: its data and socket lie in a new folder, its port is one that
// the kernel had free, and both are gone with the object.
#pragma once
#include <sys/types.h>

#include <filesystem>
#include <string>
#include <vector>

#include "db/session.h"

namespace aurora::db::testing {

// As root the server runs as user mysql, which MariaDB's packages create. Throws Error when no server is
// installed or it does not come up. Speaks for Aurora MySQL, which nobody can install: MariaDB 10.11 has the
// same protocol, information schema and grants for what is tested with it.
class MariaDbServer {
 public:
  struct Options {
    bool tls = false;                   // with a throw-away certificate for `names`
    std::vector<std::string> settings;  // "max_connections=20"
    std::string names = "IP:127.0.0.1,DNS:localhost";
  };

  MariaDbServer() : MariaDbServer(Options{}) {}
  explicit MariaDbServer(const Options& options);
  ~MariaDbServer();
  MariaDbServer(const MariaDbServer&) = delete;
  MariaDbServer& operator=(const MariaDbServer&) = delete;

  unsigned short port() const { return port_; }
  // The certificate that clients trust, with Options::tls.
  std::filesystem::path ca_file() const { return folder_ / "server.crt"; }
  std::filesystem::path socket() const { return folder_ / "socket"; }
  // What the server wrote so far.
  std::string log() const;

  // RDS's own superuser.
  ConnectOptions superuser(std::string database = {}) const;
  // What Aurora gives its customers: nearly everything with GRANT OPTION, but not SUPER, FILE or SHUTDOWN.
  ConnectOptions master(std::string database = "app") const;
  ConnectOptions as(std::string user, std::string password, std::string database = "app") const;

  // Ends the server at once, as a crash does; start() brings it back on the same port.
  void stop();
  void start();

 private:
  void create_folder();
  void initialise(const Options& options);
  void wait_until_ready();
  void make_users();

  std::filesystem::path folder_;
  std::vector<std::string> settings_;
  unsigned short port_ = 0;
  pid_t pid_ = -1;
};

}  // namespace aurora::db::testing
