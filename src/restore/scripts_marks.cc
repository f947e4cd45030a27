#include "restore/scripts_marks.h"

#include <fmt/format.h>

#include "restore/scripts.h"

namespace aurora::restore {
namespace {

constexpr char kTable[] = "aurora_restore.script_runs";

std::int64_t number_of(const std::optional<std::string>& value) {
  return value ? std::stoll(*value) : 0;
}

}  // namespace

bool ScriptMarks::lock() {
  const db::Result result = session_.query(
      session_.engine() == db::Engine::kPostgreSql
          ? fmt::format("SELECT CASE WHEN pg_try_advisory_lock(hashtextextended('{}', 0)) THEN 1 ELSE 0 END",
                        kTable)
          : fmt::format("SELECT GET_LOCK('{}', 0)", kTable));
  return !result.rows.empty() && number_of(result.rows[0].at(0)) == 1;
}

void ScriptMarks::ensure_table() {
  const bool postgres = session_.engine() == db::Engine::kPostgreSql;
  session_.query(fmt::format("CREATE {} IF NOT EXISTS {}", postgres ? "SCHEMA" : "DATABASE", kMarkSchema));
  // 80 characters is the longest operation id.
  session_.query(fmt::format(
      "CREATE TABLE IF NOT EXISTS {} (operation_id varchar(80) NOT NULL, run_id varchar(40) NOT NULL, "
      "position int NOT NULL, sha256 char(64) NOT NULL, status varchar(10) NOT NULL, statements bigint NOT "
      "NULL, "
      "affected bigint NOT NULL, PRIMARY KEY (operation_id, run_id, position)){}",
      kTable, postgres ? "" : " ENGINE=InnoDB"));
}

std::string ScriptMarks::where(const MarkKey& key) {
  return fmt::format(" WHERE operation_id = {} AND run_id = {} AND position = {}",
                     session_.quote_literal(key.operation_id), session_.quote_literal(key.run_id),
                     key.position);
}

std::optional<Mark> ScriptMarks::find(const MarkKey& key) {
  const db::Result result =
      session_.query(fmt::format("SELECT status, statements, affected FROM {}", kTable) + where(key));
  if (result.rows.empty()) return std::nullopt;
  const db::Row& row = result.rows[0];
  return Mark{.completed = row.at(0) == "completed",
              .statements = number_of(row.at(1)),
              .rows = number_of(row.at(2))};
}

void ScriptMarks::begin(const MarkKey& key, const SqlFile& file) {
  session_.query(fmt::format("INSERT INTO {} VALUES ({}, {}, {}, {}, 'running', 0, 0)", kTable,
                             session_.quote_literal(key.operation_id), session_.quote_literal(key.run_id),
                             key.position, session_.quote_literal(file.sha256)));
}

void ScriptMarks::complete(const MarkKey& key, const Mark& mark) {
  session_.query(fmt::format("UPDATE {} SET status = 'completed', statements = {}, affected = {}", kTable,
                             mark.statements, mark.rows) +
                 where(key));
}

void ScriptMarks::remove() {
  session_.query(fmt::format("DROP TABLE IF EXISTS {}", kTable));
  const bool postgres = session_.engine() == db::Engine::kPostgreSql;
  // A schema of that name that holds more is not only ours.
  const db::Result others = session_.query(
      postgres ? fmt::format("SELECT 1 FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = "
                             "c.relnamespace WHERE n.nspname = '{}' LIMIT 1",
                             kMarkSchema)
               : fmt::format("SELECT 1 FROM information_schema.tables WHERE table_schema = '{}' LIMIT 1",
                             kMarkSchema));
  if (others.rows.empty())
    session_.query(fmt::format("DROP {} IF EXISTS {}", postgres ? "SCHEMA" : "DATABASE", kMarkSchema));
}

}  // namespace aurora::restore
