// A temporary MariaDB server of a test's own: its data and socket lie in a new folder, its port is one that
// the kernel had free, and both are gone with the object.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "db/session.h"
#include "db/testing/test_server.h"

namespace aurora::db::testing {

// As root the server runs as user mysql, which MariaDB's packages create. Throws Error when no server is
// installed or it does not come up. Speaks for Aurora MySQL, which nobody can install: MariaDB 10.11 has the
// same protocol, information schema and grants for what is tested with it.
class MariaDbServer : public TestServer {
 public:
  struct Options {
    bool tls = false;                   // with a throw-away certificate for `names`
    std::vector<std::string> settings;  // "max_connections=20"
    std::string names = "IP:127.0.0.1,DNS:localhost";
  };

  MariaDbServer() : MariaDbServer(Options{}) {}
  explicit MariaDbServer(const Options& options);

  std::filesystem::path socket() const { return folder() / "socket"; }

  // RDS's own superuser.
  ConnectOptions superuser(std::string database = {}) const;
  // What Aurora gives its customers: nearly everything with GRANT OPTION, but not SUPER, FILE or SHUTDOWN.
  ConnectOptions master(std::string database = "app") const;
  ConnectOptions as(std::string user, std::string password, std::string database = "app") const;

 private:
  std::vector<std::string> command() const override;
  void connect_once() const override;
  void initialise(const Options& options);
  void make_users();

  std::vector<std::string> settings_;
};

}  // namespace aurora::db::testing
