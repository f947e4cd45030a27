// The proof that a restored cluster holds what it should: what is there, who can reach it, and, on
// request, that every row is the source's.
#pragma once
#include <string>
#include <vector>

#include "db/fingerprint.h"
#include "db/inspection.h"
#include "db/users.h"
#include "restore/step.h"

namespace aurora::restore {

struct Check {
  std::string name;
  bool passed = false;
  std::string detail;
};

// What was found in one database.
struct DatabaseContents {
  std::string name;
  db::Inventory inventory;
};

std::vector<DatabaseContents> contents_of(db::Connector& databases, const db::ConnectOptions& access);

// At least one table, and at least one row in one of them.
Check check_not_empty(db::Connector& databases, const db::ConnectOptions& access,
                      const std::vector<DatabaseContents>& contents);
// The user logs in to each of its databases with its own password and holds every privilege it was promised.
Check check_user(db::Connector& databases, const db::ConnectOptions& access, const db::UserSpec& user);

struct Comparison {
  std::int64_t tables = 0;  // in the source
  std::int64_t tables_equal = 0;
  std::int64_t rows = 0;                 // in the target
  std::int64_t rows_equal = 0;           // in tables that are equal
  std::vector<std::string> differences;  // "shop.public.users: 10 rows instead of 12"
};

// Holds every table of every database of the target against the source's: row counts, and with
// `with_checksums` an order-independent checksum over all values.
Comparison compare(db::Connector& databases, const db::ConnectOptions& source,
                   const db::ConnectOptions& target, bool with_checksums);

}  // namespace aurora::restore
