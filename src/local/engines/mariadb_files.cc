#include "local/engines/mariadb_files.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/digest.h"
#include "base/text.h"
#include "local/engines/mariadb_parameters.h"

namespace aurora::local::engines {
namespace {

// Aurora's rds_superuser_role as far as MariaDB has the privileges: neither SUPER nor FILE nor SHUTDOWN. The
// last two are its names of SET_USER_ID and CONNECTION_ADMIN.
constexpr char kMasterPrivileges[] =
    "SELECT, INSERT, UPDATE, DELETE, CREATE, DROP, RELOAD, PROCESS, REFERENCES, INDEX, ALTER, "
    "SHOW DATABASES, CREATE TEMPORARY TABLES, LOCK TABLES, EXECUTE, REPLICATION SLAVE, BINLOG MONITOR, "
    "CREATE VIEW, SHOW VIEW, CREATE ROUTINE, ALTER ROUTINE, CREATE USER, EVENT, TRIGGER, SET USER, "
    "CONNECTION ADMIN";

std::string literal(const std::string& text) {
  return '\'' + replace_all(replace_all(text, "\\", "\\\\"), "'", "''") + '\'';
}
std::string identifier(const std::string& name) {
  return '`' + replace_all(name, "`", "``") + '`';
}

// Ours where no parameter group says otherwise.
struct Default {
  const char* option;
  const char* variable;
  const char* value;
};
constexpr Default kDefaults[] = {
    {"character_set_server", "character_set_server", "utf8mb4"},
    {"default_time_zone", "time_zone", "+00:00"},
    {"event_scheduler", "event_scheduler", "OFF"},
    {"local_infile", "local_infile", "OFF"},
    {"log_bin_trust_function_creators", "log_bin_trust_function_creators", "1"},
    {"max_connections", "max_connections", "60"},
};

// A value of an option file, whose quotes also keep a '#' from beginning a comment.
std::string option_value(const std::string& text) {
  return '"' + replace_all(replace_all(text, "\\", "\\\\"), "\"", "\\\"") + '"';
}

// Variables that are numbers take no text.
std::string literal_or_number(const std::string& text) {
  const bool number = !text.empty() && text.find_first_not_of("0123456789.") == std::string::npos;
  return number ? text : literal(text);
}

}  // namespace

// For a machine that carries several servers and other work: little memory for each, and no tuning that would
// change what a plan or a result looks like.
std::string my_cnf(const MariaDbLayout& layout, const Server& server, bool durable) {
  std::string text = "# Written at each start of the server.\n[mariadbd]\n";
  const auto set = [&](std::string_view name, const std::string& value) {
    text += fmt::format("{}={}\n", name, option_value(value));
  };
  set("innodb_buffer_pool_size", "64M");
  set("innodb_log_file_size", "32M");
  set("innodb_log_buffer_size", "4M");
  set("innodb_temp_data_file_path", "ibtmp1:1M:autoextend");
  set("innodb_buffer_pool_dump_at_shutdown", "OFF");
  set("innodb_buffer_pool_load_at_startup", "OFF");
  set("innodb_flush_log_at_trx_commit", durable ? "1" : "0");
  set("sync_binlog", durable ? "1" : "0");
  if (!durable) set("innodb_flush_method", "nosync");
  set("key_buffer_size", "1M");
  set("aria_pagecache_buffer_size", "8M");
  set("performance_schema", "OFF");
  set("log_warnings", "1");
  set("tls_version", "TLSv1.2,TLSv1.3");
  for (const Default& ours : kDefaults) set(ours.option, ours.value);
  for (const MariaDbSetting& setting : mariadb_settings(server.parameters))
    set(setting.option, setting.value);
  // Last, so that no parameter group overrules them. What binlog_format says is about binary logs that others
  // read; this one is the engine's own, from which it can go to a point in time.
  // What killed servers leave in a common place stands in the way of others that get their process's number.
  set("tmpdir", layout.directory.string());
  set("log_bin", (layout.binary_log() / "log").string());
  set("binlog_format", "ROW");
  set("max_binlog_size", "64M");
  set("binlog_expire_logs_seconds", "86400");
  set("server_id", "1");
  set("skip_name_resolve", "ON");
  set("secure_file_priv", layout.socket_directory().string());
  set("socket", layout.socket().string());
  set("pid_file", layout.pid_file().string());
  set("general_log_file", (layout.directory / "general.log").string());
  set("slow_query_log_file", (layout.directory / "slow.log").string());
  set("ssl_cert", layout.certificate().string());
  set("ssl_key", layout.key().string());
  return text;
}

std::string admin_cnf(const std::string& password) {
  return fmt::format("[client]\nuser=rdsadmin\npassword={}\n", option_value(password));
}

// Bootstrap mode knows no current user, so the role's membership is written into its table.
std::string mariadb_bootstrap_sql(const NewCluster& cluster, const std::string& admin_verifier) {
  std::string sql;
  const auto add = [&sql](const std::string& statement) { sql += statement + ";\n"; };
  const std::string master = literal(cluster.master_user);
  add("USE mysql");
  add("DELETE FROM global_priv WHERE User <> 'mariadb.sys'");
  add("DELETE FROM proxies_priv");
  add("FLUSH PRIVILEGES");
  add(fmt::format("CREATE USER rdsadmin@localhost IDENTIFIED VIA mysql_native_password USING {}",
                  literal(admin_verifier)));
  add("GRANT ALL ON *.* TO rdsadmin@localhost WITH GRANT OPTION");
  add("CREATE ROLE rds_superuser_role WITH ADMIN rdsadmin@localhost");
  add(fmt::format("GRANT {} ON *.* TO rds_superuser_role WITH GRANT OPTION", kMasterPrivileges));
  add(fmt::format("CREATE USER {}@'%' IDENTIFIED VIA mysql_native_password USING {}", master,
                  literal(cluster.verifier)));
  add(fmt::format("GRANT {} ON *.* TO {}@'%' WITH GRANT OPTION", kMasterPrivileges, master));
  add(
      fmt::format("INSERT INTO roles_mapping (Host, User, Role, Admin_option) "
                  "VALUES ('%', {}, 'rds_superuser_role', 'Y')",
                  master));
  if (!cluster.database.empty())
    add(fmt::format("CREATE DATABASE {} CHARACTER SET utf8mb4", identifier(cluster.database)));
  return sql;
}

std::string mariadb_set_password_sql(const std::string& user, const std::string& verifier) {
  return fmt::format("ALTER USER {}@'%' IDENTIFIED VIA mysql_native_password USING {};\n", literal(user),
                     literal(verifier));
}

std::string mariadb_reload_sql(const Server& server) {
  std::map<std::string, std::string> values;
  for (const std::string& variable : changeable_variables()) values[variable] = "DEFAULT";
  values.erase("collation_server");  // the character set brings its own
  for (const Default& ours : kDefaults) values[ours.variable] = literal_or_number(ours.value);
  for (const MariaDbSetting& setting : mariadb_settings(server.parameters))
    if (!setting.variable.empty()) values[setting.variable] = literal_or_number(setting.value);
  std::string sql;
  for (const auto& [variable, value] : values) sql += fmt::format("SET GLOBAL {} = {};\n", variable, value);
  return sql;
}

std::string native_password_verifier(const std::string& password) {
  return '*' + to_upper(hex_encode(sha1(sha1(password))));
}

}  // namespace aurora::local::engines
