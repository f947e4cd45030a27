// The files and statements that make a PostgreSQL server look like Aurora's.
#pragma once
#include <filesystem>
#include <map>
#include <string>

#include "local/engines/engine.h"

namespace aurora::local::engines {

// The superuser of every cluster, as on RDS. It is reachable only over a socket that its own system user can
// open.
inline constexpr char kRdsAdmin[] = "rdsadmin";

// Where the parts of one cluster's directory are.
struct PostgreSqlLayout {
  std::filesystem::path directory;

  std::filesystem::path data() const { return directory / "data"; }
  std::filesystem::path socket() const { return directory / "s"; }
  std::filesystem::path log() const { return directory / "server.log"; }
  // The write-ahead log as far as it is complete, for restoring to a point in time.
  std::filesystem::path archive() const { return directory / "archive"; }
  // The backup that was made with the cluster.
  std::filesystem::path first_backup() const { return directory / "base"; }
  std::filesystem::path configuration() const { return directory / "postgresql.conf"; }
  std::filesystem::path hba() const { return directory / "pg_hba.conf"; }
  std::filesystem::path ident() const { return directory / "pg_ident.conf"; }
  std::filesystem::path certificate() const { return directory / "server.crt"; }
  std::filesystem::path key() const { return directory / "server.key"; }
  // What the server's processes carry in their titles.
  std::string title() const { return "rds-" + directory.filename().string(); }
};

// What keeps the log: a link to each complete segment, so that nothing is copied, and not more than 4 GiB.
std::string archive_command(const PostgreSqlLayout& layout);
// What brings a segment of `layout`'s cluster back: from its archive, or where it is being written.
std::string restore_command(const PostgreSqlLayout& layout);
std::string postgresql_conf(const PostgreSqlLayout& layout, const Server& server, bool durable);
// TCP on loopback with SCRAM; over the socket rdsadmin alone. Members of rds_iam cannot log in by password.
std::string pg_hba_conf(const Server& server);
std::string pg_ident_conf(const std::string& system_user);
// The roles and databases that a new Aurora cluster has, one statement a line.
std::string bootstrap_sql(const NewCluster& cluster);
std::string set_password_sql(const std::string& user, const std::string& verifier);

}  // namespace aurora::local::engines
