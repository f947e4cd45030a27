#include "db/postgres_catalog.h"

#include <algorithm>
#include <array>

#include "base/error.h"
#include "base/text.h"

namespace aurora::db::postgres {

void require_postgres(const Session& session, std::string_view what) {
  if (session.engine() != Engine::kPostgreSql)
    throw Error("EngineNotSupported", fmt::format("{} in PostgreSQL only", what),
                "Restore an aurora-postgresql snapshot.");
}

std::string is_user_schema() {
  return "NOT starts_with(n.nspname, 'pg_') AND n.nspname NOT IN ('information_schema', 'rdsadmin') AND " +
         is_no_extension_member("pg_namespace", "n");
}

std::string is_no_extension_member(std::string_view catalog, std::string_view alias) {
  return fmt::format(
      "NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = '{}'::regclass AND e.objid = {}.oid AND "
      "e.deptype = "
      "'e')",
      catalog, alias);
}

std::string text_array(const std::vector<std::string>& values) {
  std::vector<std::string> quoted;
  for (const std::string& value : values)
    quoted.push_back('"' + replace_all(replace_all(value, "\\", "\\\\"), "\"", "\\\"") + '"');
  return "{" + join(quoted, ",") + "}";
}

const std::string& text_of(const Row& row, std::size_t column) {
  AURORA_INVARIANT(column < row.size() && row[column].has_value());
  return *row[column];
}

std::int64_t number_of(const Row& row, std::size_t column) {
  return std::stoll(text_of(row, column));
}

bool truth_of(const Row& row, std::size_t column) {
  return text_of(row, column) == "t";
}

void repeat_on_conflict(const std::function<void()>& action) {
  // Deadlock, serialization failure, "tuple concurrently updated" (XX000), created by another session
  // meanwhile (as a role: 42710, or seen by the index: 23505), and dropped meanwhile (table, routine,
  // schema).
  static constexpr std::array<std::string_view, 8> kConflicts{"40P01", "40001", "XX000", "42710",
                                                              "23505", "42P01", "42883", "3F000"};
  // Each lost race means that another session got on, so the attempts need no pause; the limit is far above
  // the number of sessions that set up users at one time.
  constexpr int kAttempts = 25;
  for (int attempt = 1;; ++attempt) {
    try {
      return action();
    } catch (const SqlError& error) {
      if (attempt == kAttempts || std::ranges::count(kConflicts, error.sql_state()) == 0) throw;
    }
  }
}

void lock_users(Session& session) {
  // The key is arbitrary, but the same for ever: two versions of the program take turns too.
  session.query("SELECT pg_advisory_xact_lock(4702111234474983745)");
}

}  // namespace aurora::db::postgres
