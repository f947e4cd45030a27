#include "local/documents.h"

#include <fmt/format.h>

namespace aurora::local {

std::string Documents::schema(std::string_view table) {
  return fmt::format(
      "CREATE TABLE {}(region TEXT NOT NULL, name TEXT NOT NULL, document TEXT NOT NULL, "
      "PRIMARY KEY(region, name)) WITHOUT ROWID",
      table);
}

std::optional<Json> Documents::get(std::string_view region, std::string_view name) const {
  SQLite::Statement query(*database_,
                          fmt::format("SELECT document FROM {} WHERE region = ? AND name = ?", table_));
  query.bind(1, std::string(region));
  query.bind(2, std::string(name));
  if (!query.executeStep()) return std::nullopt;
  return parse_json(query.getColumn(0).getString(), table_);
}

void Documents::put(std::string_view region, std::string_view name, const Json& document) {
  SQLite::Statement insert(*database_, fmt::format("INSERT OR REPLACE INTO {} VALUES(?, ?, ?)", table_));
  insert.bind(1, std::string(region));
  insert.bind(2, std::string(name));
  insert.bind(3, dump_json(document));
  insert.exec();
}

bool Documents::erase(std::string_view region, std::string_view name) {
  SQLite::Statement remove(*database_, fmt::format("DELETE FROM {} WHERE region = ? AND name = ?", table_));
  remove.bind(1, std::string(region));
  remove.bind(2, std::string(name));
  return remove.exec() > 0;
}

std::vector<Documents::Entry> Documents::list(std::string_view region, std::string_view prefix) const {
  SQLite::Statement query(*database_,
                          fmt::format("SELECT name, document FROM {} WHERE region = ?1 AND "
                                      "name >= ?2 AND substr(name, 1, length(?2)) = ?2 ORDER BY name",
                                      table_));
  query.bind(1, std::string(region));
  query.bind(2, std::string(prefix));
  std::vector<Entry> entries;
  while (query.executeStep())
    entries.push_back({query.getColumn(0).getString(), parse_json(query.getColumn(1).getString(), table_)});
  return entries;
}

}  // namespace aurora::local
