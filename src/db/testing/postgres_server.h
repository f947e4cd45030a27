// A temporary PostgreSQL server of a test's own: its data and sockets lie in a new folder, its port is one
// that the kernel had free, and both are gone with the object.
#pragma once
#include <sys/types.h>

#include <filesystem>
#include <string>
#include <vector>

#include "db/session.h"

namespace aurora::db::testing {

// As root the server runs as user postgres, which PostgreSQL's packages create. Throws Error when no server
// is installed or it does not come up.
class PostgresServer {
 public:
  struct Options {
    bool tls = false;                   // with a throw-away certificate for 127.0.0.1 and localhost
    std::vector<std::string> settings;  // "max_connections=20"
  };

  PostgresServer() : PostgresServer(Options{}) {}
  explicit PostgresServer(const Options& options);
  ~PostgresServer();
  PostgresServer(const PostgresServer&) = delete;
  PostgresServer& operator=(const PostgresServer&) = delete;

  unsigned short port() const { return port_; }
  // The certificate that clients trust, with Options::tls.
  std::filesystem::path ca_file() const { return folder_ / "server.crt"; }
  // What the server wrote so far.
  std::string log() const;
  const std::filesystem::path& socket_folder() const { return folder_; }

  // The bootstrap superuser, named rdsadmin as on RDS. All roles log in with passwords by SCRAM.
  ConnectOptions superuser(std::string database = "postgres") const;
  // What Aurora gives its customers: a master user with CREATEROLE and CREATEDB in rds_superuser, and no
  // superuser. It owns the database `app`.
  ConnectOptions master(std::string database = "app") const;
  ConnectOptions as(std::string user, std::string password, std::string database = "app") const;

  // Ends the server at once, as a crash does; start() brings it back on the same port.
  void stop();
  void start();

 private:
  void create_folder();
  void initialise(const Options& options);
  void wait_until_ready();
  void make_roles();

  std::filesystem::path folder_;
  std::filesystem::path programs_;
  std::vector<std::string> settings_;
  unsigned short port_ = 0;
  pid_t pid_ = -1;
};

}  // namespace aurora::db::testing
