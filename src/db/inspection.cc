#include "db/inspection.h"

#include "db/mysql_inspection.h"
#include "db/postgres_catalog.h"
#include "db/transaction.h"

namespace aurora::db {
namespace {

using postgres::is_no_extension_member;
using postgres::is_user_schema;
using postgres::number_of;
using postgres::text_of;
using postgres::truth_of;

// Objects of `catalog` (alias o, schema column `schema`) that are the users' own.
std::string own(std::string_view catalog, std::string_view schema) {
  return fmt::format("{} o JOIN pg_namespace n ON n.oid = o.{} WHERE {} AND {}", catalog, schema,
                     is_user_schema(), is_no_extension_member(catalog, "o"));
}

// Constraints, triggers and indexes belong to an extension when their table does.
std::string on_own_tables(std::string_view catalog, std::string_view table) {
  return fmt::format(
      "{} x JOIN pg_class o ON o.oid = x.{} JOIN pg_namespace n ON n.oid = o.relnamespace WHERE {} AND {}",
      catalog, table, is_user_schema(), is_no_extension_member("pg_class", "o"));
}

std::int64_t count(Session& session, const std::string& from) {
  return number_of(session.query("SELECT count(*) FROM " + from).rows.at(0), 0);
}

std::vector<std::string> list(Session& session, const std::string& what, const std::string& from) {
  std::vector<std::string> values;
  for (const Row& row : session.query("SELECT " + what + " FROM " + from + " ORDER BY 1").rows)
    values.push_back(text_of(row, 0));
  return values;
}

constexpr char kClassName[] = "n.nspname || '.' || o.relname";

std::vector<Table> list_tables(Session& session) {
  const Result result = session.query(
      "SELECT n.nspname, o.relname, CASE o.relkind WHEN 'p' THEN 'partitioned table' WHEN 'f' THEN 'foreign "
      "table' "
      "WHEN 'm' THEN 'materialized view' ELSE CASE WHEN o.relispartition THEN 'partition' ELSE 'table' END "
      "END, "
      "o.reltuples::bigint, pg_total_relation_size(o.oid) FROM " +
      own("pg_class", "relnamespace") + " AND o.relkind IN ('r', 'p', 'f', 'm') ORDER BY 1, 2");
  std::vector<Table> tables;
  for (const Row& row : result.rows) {
    // A table that is dropped meanwhile has no size any more.
    const std::int64_t bytes = row[4] ? number_of(row, 4) : 0;
    tables.push_back({text_of(row, 0), text_of(row, 1), text_of(row, 2), number_of(row, 3), bytes});
  }
  return tables;
}

}  // namespace

ServerInfo server_info(Session& session) {
  if (session.engine() == Engine::kMySql) return mysql::server_info(session);
  Transaction transaction(session, kOneMoment);
  const Result result = session.query(
      "SELECT current_setting('server_version'), pg_is_in_recovery(), extract(epoch FROM clock_timestamp() - "
      "pg_postmaster_start_time())::bigint, pg_encoding_to_char(encoding), datcollate, "
      "current_setting('data_checksums')::boolean FROM pg_database WHERE datname = current_database()");
  transaction.commit();
  const Row& row = result.rows.at(0);
  // Debian adds its package's version: "15.20 (Debian 15.20-0+deb12u1)".
  const std::string& version = text_of(row, 0);
  return {.version = version.substr(0, version.find(' ')),
          .in_recovery = truth_of(row, 1),
          .uptime_seconds = number_of(row, 2),
          .encoding = text_of(row, 3),
          .collation = text_of(row, 4),
          .data_checksums = truth_of(row, 5)};
}

Inventory inspect(Session& session) {
  if (session.engine() == Engine::kMySql) return mysql::inspect(session);
  Transaction transaction(session, kOneMoment);
  Inventory inventory;
  inventory.schemas = list(session, "n.nspname", "pg_namespace n WHERE " + is_user_schema());
  inventory.tables = list_tables(session);
  const std::string of_class = own("pg_class", "relnamespace");
  inventory.view_names = list(session, kClassName, of_class + " AND o.relkind IN ('v', 'm')");
  inventory.routine_names = list(session, "o.oid::regprocedure::text", own("pg_proc", "pronamespace"));
  inventory.sequence_names = list(session, kClassName, of_class + " AND o.relkind = 'S'");
  inventory.trigger_names = list(session, "n.nspname || '.' || o.relname || '.' || x.tgname",
                                 on_own_tables("pg_trigger", "tgrelid") + " AND NOT x.tgisinternal");
  inventory.views = std::ssize(inventory.view_names);
  inventory.functions = std::ssize(inventory.routine_names);
  inventory.sequences = std::ssize(inventory.sequence_names);
  inventory.triggers = std::ssize(inventory.trigger_names);
  // A partition's share of its parent's foreign key is not one more.
  inventory.foreign_keys = count(
      session, on_own_tables("pg_constraint", "conrelid") + " AND x.contype = 'f' AND x.conparentid = 0");
  inventory.indexes = count(session, on_own_tables("pg_index", "indrelid"));
  inventory.extensions = list(session, "e.extname || ' ' || e.extversion", "pg_extension e");
  inventory.invalid_indexes =
      list(session, "n.nspname || '.' || (SELECT i.relname FROM pg_class i WHERE i.oid = x.indexrelid)",
           on_own_tables("pg_index", "indrelid") + " AND NOT x.indisvalid");
  inventory.unvalidated_constraints =
      list(session, "n.nspname || '.' || o.relname || '.' || x.conname",
           on_own_tables("pg_constraint", "conrelid") + " AND NOT x.convalidated");
  transaction.commit();
  return inventory;
}

}  // namespace aurora::db
