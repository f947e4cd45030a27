// Reading tables of one cluster, or of two side by side, for as long as the time allows.
#pragma once
#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/json.h"
#include "db/fingerprint.h"
#include "db/inspection.h"

namespace aurora::restore {

// What was found in one database of PostgreSQL, or in all of MySQL's, which are schemas of one namespace.
struct DatabaseContents {
  std::string name;  // empty in MySQL
  db::Inventory inventory;
};

// Of the whole cluster; the schema that post_restore_sql leaves its marks in is no part of the contents.
std::vector<DatabaseContents> contents_of(db::Connector& databases, const db::ConnectOptions& access);

struct TableName {
  std::string database;  // empty in MySQL
  std::string schema;
  std::string name;

  auto operator<=>(const TableName&) const = default;
  // "shop.public.users"; in MySQL "shop.users".
  std::string text() const;
  Json to_json() const { return Json::array({database, schema, name}); }
};

TableName table_name_from(const Json& json);

// Those whose rows are their own, each row once: no partitioned tables, whose partitions hold them, and no
// foreign tables, whose rows are elsewhere. In order.
std::vector<TableName> readable_tables(const std::vector<DatabaseContents>& contents);
std::int64_t size_bytes(const std::vector<DatabaseContents>& contents);

enum class Depth { kRows, kChecksums };

struct TableReading {
  std::optional<db::Fingerprint> contents;  // of kRows without a checksum
  std::string problem;                      // why there are none
  bool damaged = false;                     // the server could not read it, whoever asks
};

// What one pass over a database read, several sessions at once, within its time.
struct Sweep {
  std::map<TableName, db::Fingerprint> read;
  std::vector<TableName> left;  // too large for the time, or not readable
};

Sweep sweep(db::Connector& databases, const db::ConnectOptions& access, const std::string& database,
            Depth depth, std::chrono::seconds budget, const Clock& clock);

struct ReadingPlan {
  std::vector<db::ConnectOptions> places;  // each table is read in all of them
  Depth depth = Depth::kChecksums;
  Duration deadline{};  // of Clock::monotonic(); no table is begun after it, but the first one
};

// The single tables that a sweep left, one after the other, as far as the time goes: for each one reading
// per place. Throws SqlError "DatabaseUnavailable".
std::vector<std::vector<TableReading>> read_tables(db::Connector& databases, const Clock& clock,
                                                   std::span<const TableName> tables,
                                                   const ReadingPlan& plan);

}  // namespace aurora::restore
