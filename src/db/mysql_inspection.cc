#include "db/mysql_inspection.h"

#include <algorithm>

#include "base/error.h"
#include "db/mysql_catalog.h"

namespace aurora::db::mysql {
namespace {

std::string text_of(const Row& row, std::size_t column) {
  return row.at(column).value_or("");
}

std::int64_t number_of(const Row& row, std::size_t column) {
  return row.at(column) ? std::stoll(*row.at(column)) : 0;
}

// Names of objects of the users, as "schema.name".
std::vector<std::string> names(Session& session, std::string_view schema, std::string_view name,
                               std::string_view from) {
  std::vector<std::string> found;
  for (const Row& row :
       session
           .query(fmt::format("SELECT {0}, {1} FROM information_schema.{2} {3} {4} ORDER BY 1, 2", schema,
                              name, from, from.find(" WHERE ") == std::string_view::npos ? "WHERE" : "AND",
                              is_user_schema(schema)))
           .rows)
    found.push_back(text_of(row, 0) + "." + text_of(row, 1));
  return found;
}

std::vector<Table> list_tables(Session& session) {
  const Result result = session.query(
      "SELECT t.table_schema, t.table_name, IF(t.create_options LIKE '%partitioned%', 'partitioned table', "
      "'table'), COALESCE(t.table_rows, -1), COALESCE(t.data_length, 0) + COALESCE(t.index_length, 0) FROM "
      "information_schema.tables t WHERE " +
      is_table() + " AND " + is_user_schema("t.table_schema") + " ORDER BY 1, 2");
  std::vector<Table> tables;
  for (const Row& row : result.rows)
    tables.push_back(
        {text_of(row, 0), text_of(row, 1), text_of(row, 2), number_of(row, 3), number_of(row, 4)});
  return tables;
}

std::vector<std::string> list_schemas(Session& session) {
  std::vector<std::string> found;
  for (const Row& row : session
                            .query("SELECT schema_name FROM information_schema.schemata WHERE " +
                                   is_user_schema("schema_name") + " ORDER BY 1")
                            .rows)
    found.push_back(text_of(row, 0));
  return found;
}

std::int64_t count_indexes(Session& session) {
  const Result result = session.query(
      "SELECT COUNT(*) FROM (SELECT DISTINCT table_schema, table_name, index_name FROM "
      "information_schema.statistics WHERE " +
      is_user_schema("table_schema") + ") one_index");
  return number_of(result.rows.at(0), 0);
}

// The value of a server's variable or counter; empty where the server has none of that name.
std::string shown(Session& session, const std::string& statement) {
  const Result result = session.query(statement);
  return result.rows.empty() ? "" : text_of(result.rows.front(), 1);
}

bool is_on(const std::string& value) {
  return value == "ON" || value == "1";
}

}  // namespace

ServerInfo server_info(Session& session) {
  const Result result = session.query("SELECT VERSION(), @@character_set_database, @@collation_database");
  const Row& row = result.rows.at(0);
  // MariaDB and RDS add words: "10.11.6-MariaDB-0+deb12u1-log".
  const std::string version = text_of(row, 0);
  const std::string algorithm = shown(session, "SHOW GLOBAL VARIABLES LIKE 'innodb_checksum_algorithm'");
  return {.version = version.substr(0, version.find('-')),
          // Aurora's readers have the first, replicas elsewhere the second.
          .in_recovery = is_on(shown(session, "SHOW GLOBAL VARIABLES LIKE 'innodb_read_only'")) ||
                         is_on(shown(session, "SHOW GLOBAL VARIABLES LIKE 'read_only'")),
          .uptime_seconds = std::stoll("0" + shown(session, "SHOW GLOBAL STATUS LIKE 'Uptime'")),
          .encoding = text_of(row, 1),
          .collation = text_of(row, 2),
          .data_checksums = !algorithm.empty() && algorithm != "none"};
}

Inventory inspect(Session& session) {
  Inventory inventory;
  inventory.schemas = list_schemas(session);
  inventory.tables = list_tables(session);
  inventory.view_names = names(session, "table_schema", "table_name", "views");
  inventory.routine_names = names(session, "routine_schema", "routine_name", "routines");
  inventory.trigger_names = names(session, "trigger_schema", "trigger_name", "triggers");
  inventory.event_names = names(session, "event_schema", "event_name", "events");
  inventory.sequence_names =
      names(session, "table_schema", "table_name", "tables WHERE table_type = 'SEQUENCE'");
  inventory.foreign_keys = std::ssize(names(session, "constraint_schema", "constraint_name",
                                            "table_constraints WHERE constraint_type = 'FOREIGN KEY'"));
  inventory.views = std::ssize(inventory.view_names);
  inventory.functions = std::ssize(inventory.routine_names);
  inventory.triggers = std::ssize(inventory.trigger_names);
  inventory.sequences = std::ssize(inventory.sequence_names);
  inventory.indexes = count_indexes(session);
  return inventory;
}

}  // namespace aurora::db::mysql
