// JSON documents in one SQLite table, by Region and name: what most services keep of most things.
#pragma once
#include <SQLiteCpp/SQLiteCpp.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"

namespace aurora::local {

// Not thread-safe: its service's lock guards it. The database outlives it.
class Documents {
 public:
  struct Entry {
    std::string name;
    Json document;
  };

  Documents(SQLite::Database& database, std::string table) : database_(&database), table_(std::move(table)) {}
  // The migration that makes the table.
  static std::string schema(std::string_view table);

  std::optional<Json> get(std::string_view region, std::string_view name) const;
  void put(std::string_view region, std::string_view name, const Json& document);
  // False when there was none.
  bool erase(std::string_view region, std::string_view name);
  // Sorted by name, byte by byte; only those that begin with `prefix`.
  std::vector<Entry> list(std::string_view region, std::string_view prefix = {}) const;

 private:
  SQLite::Database* database_;
  std::string table_;
};

}  // namespace aurora::local
