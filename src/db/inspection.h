// What is in a database: counted, listed, and reduced to checksums that two databases can be compared by.
// Objects of the system, of RDS and of extensions are left out; every list is in order.
//
// None of the functions may be called inside a transaction of the caller's. PostgreSQL only; another engine
// is Error "EngineNotSupported".
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "db/session.h"

namespace aurora::db {

struct ServerInfo {
  std::string version;       // "15.20"
  bool in_recovery = false;  // a replica, or still recovering
  std::int64_t uptime_seconds = 0;
  std::string encoding;   // of the database: "UTF8", "utf8mb4"
  std::string collation;  // of the database: "C.UTF-8", "utf8mb4_0900_ai_ci"
  bool data_checksums = false;
};

ServerInfo server_info(Session& session);

struct Table {
  std::string schema;
  std::string name;
  std::string kind;                 // table, partition, partitioned table, foreign table, materialized view
  std::int64_t estimated_rows = 0;  // the planner's; -1 where nothing is known
  std::int64_t bytes = 0;           // with indexes and out-of-line values

  // "schema.name", for people and as a key; not quoted.
  std::string full_name() const { return schema + "." + name; }
};

struct Inventory {
  std::vector<std::string> schemas;
  std::vector<Table> tables;
  std::int64_t views = 0;
  std::int64_t functions = 0;  // procedures and aggregates too
  std::int64_t sequences = 0;
  std::int64_t foreign_keys = 0;
  std::int64_t indexes = 0;
  std::int64_t triggers = 0;
  // "schema.name", in order. PostgreSQL's routines with their arguments' types.
  std::vector<std::string> view_names;
  std::vector<std::string> routine_names;
  std::vector<std::string> sequence_names;
  std::vector<std::string> trigger_names;
  std::vector<std::string> event_names;              // MySQL only
  std::vector<std::string> extensions;               // "pg_trgm 1.6"
  std::vector<std::string> invalid_indexes;          // "schema.name": of a build that failed
  std::vector<std::string> unvalidated_constraints;  // "schema.table.constraint"
};

Inventory inspect(Session& session);

}  // namespace aurora::db
