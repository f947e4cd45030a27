// The words by which a configuration names privileges, from a fixed list for each engine and scope.
#pragma once
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "db/session.h"

namespace aurora::db {

// Canonical words (upper case, one space), shorthands included: READ ONLY, READ WRITE and ALL.
std::vector<std::string> known_privileges(Engine engine);
// Those that may be given on single tables.
std::vector<std::string> known_table_privileges(Engine engine);

// The canonical form of "select", "read-only", "ReadOnly", "ALL PRIVILEGES"; not checked against a list.
std::string canonical_privilege(std::string_view word);

// What the words ask for, shorthands resolved, by kind of object.
struct PrivilegeSet {
  std::set<std::string> on_databases = {};
  std::set<std::string> on_schemas = {};
  std::set<std::string> on_tables = {};
  std::set<std::string> on_sequences = {};
  std::set<std::string> on_routines = {};
};

// PostgreSQL's reading of words that validate_user() has passed. Any privilege brings CONNECT to the
// database and USAGE on the schema; who reads tables reads sequences, and who writes tables may draw
// numbers from them.
PrivilegeSet postgres_privileges(const std::vector<std::string>& words);

// All that the above can hold: what a grant may also take away.
const PrivilegeSet& postgres_privileges_all();

// MySQL's reading: words as GRANT has them, on whole databases or on single tables.
std::set<std::string> mysql_privileges(const std::vector<std::string>& words, bool on_tables);

}  // namespace aurora::db
