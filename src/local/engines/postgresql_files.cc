#include "local/engines/postgresql_files.h"

#include <fmt/format.h>

#include "base/text.h"

namespace aurora::local::engines {
namespace {

std::string identifier(const std::string& name) {
  return '"' + replace_all(name, "\"", "\"\"") + '"';
}
std::string literal(const std::string& text) {
  return '\'' + replace_all(text, "'", "''") + '\'';
}

bool is_on(const std::map<std::string, std::string>& parameters, const std::string& name) {
  const auto found = parameters.find(name);
  return found != parameters.end() && found->second == "1";
}

// A path as one word of a shell command in which PostgreSQL replaces %p and %f.
std::string shell_word(const std::filesystem::path& path) {
  return '\'' + replace_all(replace_all(path.string(), "%", "%%"), "'", "'\\''") + '\'';
}

}  // namespace

std::string archive_command(const PostgreSqlLayout& layout) {
  constexpr int kSegmentsMax = 256;  // of 16 MiB
  // A segment that is linked already was archived before the server was killed.
  return fmt::format("cd {} && {{ test -f %f || ln {}/%p %f; }} && ls | head -n -{} | xargs -r rm -f",
                     shell_word(layout.archive()), shell_word(layout.data()), kSegmentsMax);
}

std::string restore_command(const PostgreSqlLayout& layout) {
  return fmt::format("cp {}/%f \"%p\" 2>/dev/null || cp {}/pg_wal/%f \"%p\" 2>/dev/null",
                     shell_word(layout.archive()), shell_word(layout.data()));
}

// For a machine that carries several servers and other work: little memory for each, and no tuning that would
// change what a plan or a result looks like.
std::string postgresql_conf(const PostgreSqlLayout& layout, const Server& server, bool durable) {
  std::string text = "# Written at each start of the server.\n";
  const auto set = [&](std::string_view name, const std::string& value) {
    text += fmt::format("{} = {}\n", name, literal(value));
  };
  set("shared_buffers", "48MB");
  set("max_connections", "60");
  set("max_wal_senders", "4");
  set("max_replication_slots", "4");
  set("wal_level", is_on(server.parameters, "rds.logical_replication") ? "logical" : "replica");
  set("max_wal_size", "1GB");
  set("min_wal_size", "64MB");
  set("checkpoint_timeout", "15min");
  set("wal_compression", "on");
  set("archive_mode", "on");
  set("archive_command", archive_command(layout));
  // A segment that is written over would change under the archive's link.
  set("wal_recycle", "off");
  set("jit", "off");
  set("autovacuum_naptime", "60s");
  set("fsync", durable ? "on" : "off");
  set("recovery_init_sync_method", "syncfs");
  set("password_encryption", "scram-sha-256");
  set("timezone", "UTC");
  set("log_timezone", "UTC");
  set("log_line_prefix", "%t:%r:%u@%d:[%p]:");
  set("lc_messages", "C");
  for (const auto& [name, value] : server.parameters)
    if (!name.starts_with("rds.")) set(name, value);
  // Last, so that no parameter group overrules them.
  set("cluster_name", layout.title());
  set("listen_addresses", server.address);
  set("port", std::to_string(server.port));
  set("unix_socket_directories", layout.socket().string());
  set("unix_socket_permissions", "0700");
  set("hba_file", layout.hba().string());
  set("ident_file", layout.ident().string());
  set("ssl", "on");
  set("ssl_cert_file", layout.certificate().string());
  set("ssl_key_file", layout.key().string());
  set("ssl_min_protocol_version", "TLSv1.2");
  set("logging_collector", "off");
  set("log_destination", "stderr");
  return text;
}

std::string pg_hba_conf(const Server& server) {
  const char* connections = is_on(server.parameters, "rds.force_ssl") ? "hostssl" : "host";
  return fmt::format(
      "local all {0} peer map=rds\n"
      "local replication {0} peer map=rds\n"
      "local all all reject\n"
      "host all {0} all reject\n"
      "host rdsadmin all all reject\n"
      "host all +rds_iam all reject\n"
      "{1} all all 127.0.0.0/8 scram-sha-256\n"
      "{1} replication +rds_replication 127.0.0.0/8 scram-sha-256\n",
      kRdsAdmin, connections);
}

std::string pg_ident_conf(const std::string& system_user) {
  return fmt::format("rds {} {}\n", system_user, kRdsAdmin);
}

std::string bootstrap_sql(const NewCluster& cluster) {
  const std::string master = identifier(cluster.master_user);
  std::string sql;
  const auto add = [&](const std::string& statement) { sql += statement + ";\n"; };
  for (const char* role : {"rds_superuser", "rds_password", "rds_iam", "rds_replication"})
    add(fmt::format("CREATE ROLE {} NOLOGIN", role));
  add("GRANT pg_monitor, pg_signal_backend, pg_checkpoint, rds_password, rds_replication TO rds_superuser "
      "WITH "
      "ADMIN OPTION");
  add(fmt::format(
      "CREATE ROLE {} LOGIN NOSUPERUSER CREATEDB CREATEROLE INHERIT PASSWORD {} VALID UNTIL 'infinity'",
      master, literal(cluster.verifier)));
  add(fmt::format("GRANT rds_superuser TO {}", master));
  add(fmt::format("ALTER DATABASE postgres OWNER TO {}", master));
  add(fmt::format("ALTER DATABASE template1 OWNER TO {}", master));
  add("CREATE DATABASE rdsadmin");
  add("REVOKE ALL ON DATABASE rdsadmin FROM PUBLIC");
  if (!cluster.database.empty() && cluster.database != "postgres")
    add(fmt::format("CREATE DATABASE {} OWNER {}", identifier(cluster.database), master));
  return sql;
}

std::string set_password_sql(const std::string& user, const std::string& verifier) {
  return fmt::format("ALTER ROLE {} PASSWORD {};\n", identifier(user), literal(verifier));
}

}  // namespace aurora::local::engines
