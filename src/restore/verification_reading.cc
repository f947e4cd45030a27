#include "restore/verification_reading.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "db/users.h"
#include "restore/scripts.h"

namespace aurora::restore {
namespace {

// PostgreSQL's row, permission and "not populated" states; MySQL's refusals.
bool is_refused(const db::SqlError& e) {
  return e.sql_state() == "42501" || e.sql_state() == "55000" || e.number() == 1142 || e.number() == 1143;
}

// query_canceled; ER_STATEMENT_TIMEOUT of MariaDB, ER_QUERY_TIMEOUT and ER_QUERY_INTERRUPTED of MySQL.
bool is_timeout(const db::SqlError& e) {
  return e.sql_state() == "57014" || e.number() == 1969 || e.number() == 3024 || e.number() == 1317;
}

// One session for each place, in the database that it reads in at the moment.
class Reader {
 public:
  Reader(db::Connector& databases, const ReadingPlan& plan)
      : databases_(databases), plan_(plan), sessions_(plan.places.size()), in_(plan.places.size()) {}

  std::vector<TableReading> read(const TableName& table) {
    std::vector<TableReading> readings;
    for (std::size_t place = 0; place < plan_.places.size(); ++place)
      readings.push_back(read_in(place, table));
    return readings;
  }

 private:
  TableReading read_in(std::size_t place, const TableName& table) {
    db::Session& session = session_in(place, table.database);
    try {
      if (plan_.depth == Depth::kChecksums)
        return {.contents = db::fingerprint(session, table.schema, table.name), .problem = {}};
      return {.contents = db::Fingerprint{.rows = count(session, table), .checksum = {}}, .problem = {}};
    } catch (const db::SqlError& e) {
      if (e.name() == "DatabaseUnavailable") throw;
      if (is_timeout(e))
        return {
            .contents = {},
            .problem = fmt::format("not read within {} s", plan_.places[place].statement_timeout.count())};
      return {.contents = {}, .problem = e.message(), .damaged = !is_refused(e)};
    }
  }

  static std::int64_t count(db::Session& session, const TableName& table) {
    const db::Result result =
        session.query(fmt::format("SELECT count(*) FROM {}.{}", session.quote_identifier(table.schema),
                                  session.quote_identifier(table.name)));
    return std::stoll(result.rows.at(0).at(0).value_or("0"));
  }

  db::Session& session_in(std::size_t place, const std::string& database) {
    if (!sessions_[place] || in_[place] != database) {
      db::ConnectOptions there = plan_.places[place];
      there.database = database;
      sessions_[place] = databases_.connect(there);
      in_[place] = database;
      // What row-level security leaves over is no count of the table.
      if (there.engine == db::Engine::kPostgreSql) sessions_[place]->query("SET row_security = off");
    }
    return *sessions_[place];
  }

  db::Connector& databases_;
  const ReadingPlan& plan_;
  std::vector<std::unique_ptr<db::Session>> sessions_;
  std::vector<std::string> in_;
};

}  // namespace

std::vector<DatabaseContents> contents_of(db::Connector& databases, const db::ConnectOptions& access) {
  const bool mysql = access.engine == db::Engine::kMySql;
  const std::vector<std::string> names =
      mysql ? std::vector<std::string>{""} : db::list_databases(*databases.connect(access));
  std::vector<DatabaseContents> contents;
  for (const std::string& database : names) {
    db::ConnectOptions there = access;
    there.database = database;
    DatabaseContents found{database, db::inspect(*databases.connect(there))};
    std::erase(found.inventory.schemas, kMarkSchema);
    std::erase_if(found.inventory.tables, [](const db::Table& table) { return table.schema == kMarkSchema; });
    contents.push_back(std::move(found));
  }
  return contents;
}

std::string TableName::text() const {
  return database.empty() ? fmt::format("{}.{}", schema, name)
                          : fmt::format("{}.{}.{}", database, schema, name);
}

TableName table_name_from(const Json& json) {
  if (!json.is_array() || json.size() != 3) return {};
  return {json[0].get<std::string>(), json[1].get<std::string>(), json[2].get<std::string>()};
}

std::vector<TableName> readable_tables(const std::vector<DatabaseContents>& contents) {
  static constexpr std::array<std::string_view, 3> kKinds{"table", "partition", "materialized view"};
  std::vector<TableName> names;
  for (const DatabaseContents& database : contents)
    for (const db::Table& table : database.inventory.tables)
      // MySQL does not show partitions as tables.
      if (database.name.empty() || std::find(kKinds.begin(), kKinds.end(), table.kind) != kKinds.end())
        names.push_back({database.name, table.schema, table.name});
  std::sort(names.begin(), names.end());
  return names;
}

std::int64_t size_bytes(const std::vector<DatabaseContents>& contents) {
  std::int64_t bytes = 0;
  for (const DatabaseContents& database : contents)
    for (const db::Table& table : database.inventory.tables) bytes += table.bytes;
  return bytes;
}

Sweep sweep(db::Connector& databases, const db::ConnectOptions& access, const std::string& database,
            Depth depth, std::chrono::seconds budget, const Clock& clock) {
  db::ConnectOptions there = access;
  there.database = database;
  const db::FingerprintSet set = db::fingerprint_all(databases, there,
                                                     {.table_bytes_max = {},
                                                      .with_checksums = depth == Depth::kChecksums,
                                                      .budget = budget,
                                                      .sessions_max = 0},
                                                     clock);
  Sweep swept;
  for (const db::TableFingerprint& table : set.tables)
    swept.read[{database, table.schema, table.name}] = table.contents;
  for (const db::SkippedTable& table : set.skipped)
    swept.left.push_back({database, table.schema, table.name});
  return swept;
}

std::vector<std::vector<TableReading>> read_tables(db::Connector& databases, const Clock& clock,
                                                   std::span<const TableName> tables,
                                                   const ReadingPlan& plan) {
  Reader reader(databases, plan);
  std::vector<std::vector<TableReading>> readings;
  for (const TableName& table : tables) {
    if (!readings.empty() && clock.monotonic() >= plan.deadline) break;
    readings.push_back(reader.read(table));
  }
  return readings;
}

}  // namespace aurora::restore
