#include "db/fingerprint.h"

#include <map>
#include <utility>

#include "base/text.h"
#include "db/mysql_fingerprint.h"
#include "db/postgres_catalog.h"
#include "db/postgres_fingerprint.h"
#include "db/transaction.h"

namespace aurora::db {
namespace {

using postgres::is_no_extension_member;
using postgres::is_user_schema;
using postgres::number_of;
using postgres::text_of;

Fingerprint scan(Session& session, const std::string& from) {
  const Result result = session.query("SELECT " + postgres::count_and_checksum(from));
  const Row& row = result.rows.at(0);
  return {.rows = number_of(row, 0), .checksum = text_of(row, 1)};
}

std::string quoted(Session& session, std::string_view schema, std::string_view table) {
  return session.quote_identifier(schema) + "." + session.quote_identifier(table);
}

struct Candidate {
  std::string schema;
  std::string name;
  std::int64_t bytes;
};

std::vector<Candidate> candidates(Session& session) {
  const Result result = session.query(
      "SELECT n.nspname, c.relname, coalesce(pg_total_relation_size(c.oid), 0) FROM pg_class c JOIN "
      "pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'm') AND " +
      is_user_schema() + " AND " + is_no_extension_member("pg_class", "c") + " ORDER BY 1, 2");
  std::vector<Candidate> tables;
  for (const Row& row : result.rows) tables.push_back({text_of(row, 0), text_of(row, 1), number_of(row, 2)});
  return tables;
}

// Insufficient privilege, and a materialized view that was never filled: facts about the one table.
bool is_unreadable(const SqlError& error) {
  return error.sql_state() == "42501" || error.sql_state() == "55000";
}

void add_table(Session& session, const Candidate& table, FingerprintSet& set) {
  session.query("SAVEPOINT one_table");
  try {
    // ONLY: the rows of children are counted where they lie.
    const Fingerprint contents = scan(session, "ONLY " + quoted(session, table.schema, table.name));
    session.query("RELEASE SAVEPOINT one_table");
    set.tables.push_back({table.schema, table.name, contents});
  } catch (const SqlError& error) {
    if (!is_unreadable(error)) throw;
    session.query("ROLLBACK TO SAVEPOINT one_table");
    set.skipped.push_back({.schema = table.schema, .name = table.name, .reason = error.message()});
  }
}

SkippedTable too_large(std::string schema, std::string name, std::int64_t bytes, std::int64_t bytes_max) {
  return {
      .schema = std::move(schema),
      .name = std::move(name),
      .reason = fmt::format("{} is more than the limit of {}", human_bytes(static_cast<std::uint64_t>(bytes)),
                            human_bytes(static_cast<std::uint64_t>(bytes_max))),
      .bytes = bytes};
}

// Sets what MySQL's values read like, and puts it back at the end: a session has no settings of a
// transaction.
class MySqlTextOutput {
 public:
  explicit MySqlTextOutput(Session& session) : session_(session) {
    const Row row = session.query("SELECT @@SESSION.sql_mode, @@SESSION.time_zone").rows.at(0);
    mode_ = row.at(0).value_or("");
    zone_ = row.at(1).value_or("");
    session.query(mysql::kFixTextOutput);
  }
  ~MySqlTextOutput() {
    try {
      session_.query("SET SESSION sql_mode = " + session_.quote_literal(mode_) +
                     ", SESSION time_zone = " + session_.quote_literal(zone_));
    } catch (const std::exception&) {
      // The connection is gone, and its settings with it.
    }
  }
  MySqlTextOutput(const MySqlTextOutput&) = delete;
  MySqlTextOutput& operator=(const MySqlTextOutput&) = delete;

 private:
  Session& session_;
  std::string mode_;
  std::string zone_;
};

Fingerprint scan_mysql(Session& session, const Source& table) {
  const Result result = session.query(
      "SELECT " + mysql::count_and_checksum(quoted(session, table.schema, table.name), table.row_text));
  const Row& row = result.rows.at(0);
  return {.rows = number_of(row, 0), .checksum = text_of(row, 1)};
}

FingerprintSet fingerprint_all_mysql(Session& session, const FingerprintLimits& limits) {
  const MySqlTextOutput text_output(session);
  const auto dialect = mysql::fingerprint_dialect();
  Transaction transaction(session, kOneMoment);
  FingerprintSet set;
  for (const Source& table : mysql::list_tables(session)) {
    if (limits.table_bytes_max && table.bytes > *limits.table_bytes_max) {
      set.skipped.push_back(too_large(table.schema, table.name, table.bytes, *limits.table_bytes_max));
      continue;
    }
    try {
      set.tables.push_back({table.schema, table.name, scan_mysql(session, table)});
    } catch (const SqlError& error) {
      if (!dialect->is_unreadable(error)) throw;
      set.skipped.push_back({.schema = table.schema, .name = table.name, .reason = error.message()});
    }
  }
  transaction.commit();
  return set;
}

Fingerprint fingerprint_mysql(Session& session, std::string_view schema, std::string_view name) {
  const MySqlTextOutput text_output(session);
  for (const Source& table : mysql::list_tables(session))
    if (table.schema == schema && table.name == name) return scan_mysql(session, table);
  throw SqlError("DatabaseError",
                 fmt::format("table {}.{} does not exist, or is not to be read", schema, name), "42S02");
}

// Rows alone are compared where one side counted rows alone.
bool are_equal(const Fingerprint& source, const Fingerprint& target) {
  if (source.checksum.empty() || target.checksum.empty()) return source.rows == target.rows;
  return source == target;
}

using Names = std::map<std::pair<std::string, std::string>, Fingerprint>;

Names by_name(const FingerprintSet& set) {
  Names names;
  for (const TableFingerprint& table : set.tables) names[{table.schema, table.name}] = table.contents;
  return names;
}

std::string compared(const std::string& name, const Fingerprint& source, const Fingerprint& target) {
  if (source.rows != target.rows)
    return fmt::format("{} has {} rows in the source and {} in the target", name, source.rows, target.rows);
  return fmt::format("{} has {} rows on both sides, with different contents", name, source.rows);
}

}  // namespace

std::int64_t FingerprintSet::rows() const {
  std::int64_t sum = 0;
  for (const TableFingerprint& table : tables) sum += table.contents.rows;
  return sum;
}

Fingerprint fingerprint(Session& session, std::string_view schema, std::string_view table) {
  if (session.engine() == Engine::kMySql) return fingerprint_mysql(session, schema, table);
  Transaction transaction(session, kOneMoment);
  session.query(postgres::fix_text_output());
  const Fingerprint contents = scan(session, quoted(session, schema, table));
  transaction.commit();
  return contents;
}

FingerprintSet fingerprint_all(Session& session, const FingerprintLimits& limits) {
  if (session.engine() == Engine::kMySql) return fingerprint_all_mysql(session, limits);
  Transaction transaction(session, kOneMoment);
  session.query(postgres::fix_text_output());
  FingerprintSet set;
  for (const Candidate& table : candidates(session)) {
    if (limits.table_bytes_max && table.bytes > *limits.table_bytes_max)
      set.skipped.push_back(too_large(table.schema, table.name, table.bytes, *limits.table_bytes_max));
    else
      add_table(session, table, set);
  }
  transaction.commit();
  return set;
}

std::vector<SequenceValue> sequence_values(Session& session) {
  if (session.engine() == Engine::kMySql) return {};
  Transaction transaction(session, "BEGIN READ ONLY");
  const Result result = session.query(
      "SELECT n.nspname, c.relname, CASE WHEN has_sequence_privilege(c.oid, 'SELECT, USAGE') THEN "
      "pg_sequence_last_value(c.oid) END FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE "
      "c.relkind = 'S' AND " +
      is_user_schema() + " AND " + is_no_extension_member("pg_class", "c") + " ORDER BY 1, 2");
  transaction.commit();
  std::vector<SequenceValue> values;
  for (const Row& row : result.rows)
    values.push_back(
        {text_of(row, 0), text_of(row, 1), row[2] ? std::optional(number_of(row, 2)) : std::nullopt});
  return values;
}

std::vector<std::string> differences(const FingerprintSet& source, const FingerprintSet& target,
                                     std::size_t differences_max) {
  const Names left = by_name(source);
  const Names right = by_name(target);
  std::vector<std::string> found;
  for (const auto& [key, contents] : left) {
    const std::string name = key.first + "." + key.second;
    const auto other = right.find(key);
    if (other == right.end())
      found.push_back(name + " is missing in the target");
    else if (!are_equal(contents, other->second))
      found.push_back(compared(name, contents, other->second));
  }
  for (const auto& [key, contents] : right)
    if (!left.contains(key)) found.push_back(key.first + "." + key.second + " is missing in the source");
  if (found.size() > differences_max) {
    const std::size_t rest = found.size() - differences_max;
    found.resize(differences_max);
    found.push_back(fmt::format("{} more tables differ", rest));
  }
  return found;
}

}  // namespace aurora::db
