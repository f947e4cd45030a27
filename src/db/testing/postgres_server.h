// A temporary PostgreSQL server of a test's own: its data and sockets lie in a new folder, its port is one
// that the kernel had free, and both are gone with the object.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "db/session.h"
#include "db/testing/test_server.h"

namespace aurora::db::testing {

// As root the server runs as user postgres, which PostgreSQL's packages create. Throws Error when no server
// is installed or it does not come up.
class PostgresServer : public TestServer {
 public:
  struct Options {
    bool tls = false;                   // with a throw-away certificate for 127.0.0.1 and localhost
    std::vector<std::string> settings;  // "max_connections=20"
  };

  PostgresServer() : PostgresServer(Options{}) {}
  explicit PostgresServer(const Options& options);

  const std::filesystem::path& socket_folder() const { return folder(); }

  // The bootstrap superuser, named rdsadmin as on RDS. All roles log in with passwords by SCRAM.
  ConnectOptions superuser(std::string database = "postgres") const;
  // What Aurora gives its customers: a master user with CREATEROLE and CREATEDB in rds_superuser, and no
  // superuser. It owns the database `app`.
  ConnectOptions master(std::string database = "app") const;
  ConnectOptions as(std::string user, std::string password, std::string database = "app") const;

 private:
  std::vector<std::string> command() const override;
  void connect_once() const override;
  void initialise(const Options& options);
  void make_roles();

  std::filesystem::path programs_;
  std::vector<std::string> settings_;
};

}  // namespace aurora::db::testing
