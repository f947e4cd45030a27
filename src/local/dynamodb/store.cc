#include "local/dynamodb/store.h"

#include <fmt/format.h>

#include "local/dynamodb/value.h"

namespace aurora::local::dynamodb {
namespace {

// Keys are stored in the encoding of sort_key(), so that SQLite's order of blobs is DynamoDB's of keys.
const std::vector<std::string>& migrations() {
  static const std::vector<std::string> statements = {R"sql(
    CREATE TABLE tables (
      id INTEGER PRIMARY KEY,
      region TEXT NOT NULL,
      name TEXT NOT NULL,
      definition TEXT NOT NULL,
      UNIQUE (region, name)
    );
    CREATE TABLE items (
      table_id INTEGER NOT NULL REFERENCES tables (id) ON DELETE CASCADE,
      hash BLOB NOT NULL,
      range BLOB NOT NULL,
      size INTEGER NOT NULL,
      expires_at INTEGER,
      item BLOB NOT NULL,
      UNIQUE (table_id, hash, range)
    );
    CREATE INDEX items_expiry ON items (expires_at) WHERE expires_at IS NOT NULL;
    CREATE TABLE index_entries (
      table_id INTEGER NOT NULL,
      index_name TEXT NOT NULL,
      hash BLOB NOT NULL,
      range BLOB NOT NULL,
      item_hash BLOB NOT NULL,
      item_range BLOB NOT NULL,
      PRIMARY KEY (table_id, index_name, hash, range, item_hash, item_range),
      FOREIGN KEY (table_id, item_hash, item_range) REFERENCES items (table_id, hash, range) ON DELETE CASCADE
    ) WITHOUT ROWID;
    CREATE INDEX index_entries_by_item ON index_entries (table_id, item_hash, item_range);
    CREATE TABLE request_tokens (
      region TEXT NOT NULL,
      token TEXT NOT NULL,
      digest BLOB NOT NULL,
      used_at INTEGER NOT NULL,
      PRIMARY KEY (region, token)
    ) WITHOUT ROWID;
  )sql",
                                                      R"sql(
    CREATE TABLE transfers (
      number INTEGER PRIMARY KEY AUTOINCREMENT,
      kind TEXT NOT NULL,
      arn TEXT NOT NULL UNIQUE,
      region TEXT NOT NULL,
      table_arn TEXT NOT NULL,
      token TEXT NOT NULL,
      digest TEXT NOT NULL,
      started_at INTEGER NOT NULL,
      finished INTEGER NOT NULL,
      description TEXT NOT NULL
    );
    CREATE INDEX transfers_unfinished ON transfers (number) WHERE finished = 0;
    CREATE TABLE export_items (
      transfer INTEGER NOT NULL,
      number INTEGER NOT NULL,
      item BLOB NOT NULL,
      PRIMARY KEY (transfer, number)
    ) WITHOUT ROWID;
  )sql"};
  return statements;
}

void bind_blob(SQLite::Statement& statement, int index, std::string_view bytes) {
  // A null pointer would bind NULL, which is not an empty key.
  statement.bind(index, bytes.empty() ? "" : bytes.data(), static_cast<int>(bytes.size()));
}

std::string text(std::string_view value) {
  return std::string(value);
}

std::string blob(const SQLite::Column& column) {
  const auto* data = static_cast<const char*>(column.getBlob());
  return data == nullptr ? "" : std::string(data, static_cast<std::size_t>(column.getBytes()));
}

// The statement of a plan, and the blobs for its parameters in order.
struct PlannedQuery {
  std::string sql;
  std::vector<std::string> blobs;
};

PlannedQuery plan_query(const ReadPlan& plan) {
  // `at` is the table that has the order: the items themselves, or the index.
  const std::string at = plan.index == nullptr ? "i" : "e";
  PlannedQuery query;
  query.sql =
      plan.index == nullptr
          ? "SELECT i.item, i.size, i.hash, i.range FROM items i WHERE i.table_id = ?1"
          : "SELECT i.item, i.size, i.hash, i.range FROM index_entries e JOIN items i ON i.table_id = "
            "e.table_id AND i.hash = e.item_hash AND i.range = e.item_range WHERE e.table_id = ?1 AND "
            "e.index_name = ?2";
  int parameter = plan.index == nullptr ? 2 : 3;
  const auto add = [&](std::string_view condition, const std::string& bytes) {
    query.sql += fmt::format(" AND {}.{} ?{}", at, condition, parameter++);
    query.blobs.push_back(bytes);
  };
  if (plan.hash) add("hash =", *plan.hash);
  if (plan.lower) add(plan.lower->inclusive ? "range >=" : "range >", plan.lower->bytes);
  if (plan.upper) add(plan.upper->inclusive ? "range <=" : "range <", plan.upper->bytes);
  if (plan.start) {
    query.sql += fmt::format(" AND ({}.hash, {}.range", at, at);
    query.blobs.insert(query.blobs.end(), {plan.start->place.hash, plan.start->place.range});
    if (plan.index != nullptr) {
      query.sql += ", e.item_hash, e.item_range";
      query.blobs.insert(query.blobs.end(), {plan.start->item.hash, plan.start->item.range});
    }
    query.sql += fmt::format(") {} (?{}, ?{}", plan.forward ? ">" : "<", parameter, parameter + 1);
    if (plan.index != nullptr) query.sql += fmt::format(", ?{}, ?{}", parameter + 2, parameter + 3);
    query.sql += ")";
  }
  const auto* direction = plan.forward ? "ASC" : "DESC";
  query.sql += fmt::format(" ORDER BY {}.hash {}, {}.range {}", at, direction, at, direction);
  if (plan.index != nullptr)
    query.sql += fmt::format(", e.item_hash {}, e.item_range {}", direction, direction);
  return query;
}

}  // namespace

Store::Store(const std::filesystem::path& directory)
    : database_(open_store(directory, "dynamodb", migrations())) {}

std::optional<Table> Store::find_table(std::string_view region, std::string_view name) {
  SQLite::Statement select(database_, "SELECT id, definition FROM tables WHERE region = ? AND name = ?");
  select.bind(1, text(region));
  select.bind(2, text(name));
  if (!select.executeStep()) return std::nullopt;
  return Table::from_definition(select.getColumn(0).getInt64(), text(region),
                                parse_json(select.getColumn(1).getString(), "a stored table"));
}

std::vector<std::string> Store::table_names(std::string_view region) {
  SQLite::Statement select(database_, "SELECT name FROM tables WHERE region = ? ORDER BY name");
  select.bind(1, text(region));
  std::vector<std::string> names;
  while (select.executeStep()) names.push_back(select.getColumn(0).getString());
  return names;
}

void Store::insert_table(std::string_view region, const Json& definition) {
  SQLite::Statement insert(database_, "INSERT INTO tables (region, name, definition) VALUES (?, ?, ?)");
  insert.bind(1, text(region));
  insert.bind(2, string_or(definition, "TableName", ""));
  insert.bind(3, dump_json(definition));
  insert.exec();
}

void Store::update_table(const Table& table) {
  SQLite::Statement update(database_, "UPDATE tables SET definition = ? WHERE id = ?");
  update.bind(1, dump_json(table.definition));
  update.bind(2, table.id);
  update.exec();
}

void Store::erase_table(const Table& table) {
  SQLite::Statement erase(database_, "DELETE FROM tables WHERE id = ?");
  erase.bind(1, table.id);
  erase.exec();
}

Counts Store::count(const Table& table, const Index* index) {
  SQLite::Statement select(
      database_,
      index == nullptr
          ? "SELECT count(*), coalesce(sum(size), 0) FROM items WHERE table_id = ?1"
          : "SELECT count(*), coalesce(sum(i.size), 0) FROM index_entries e JOIN items i ON i.table_id = "
            "e.table_id AND i.hash = e.item_hash AND i.range = e.item_range WHERE e.table_id = ?1 AND "
            "e.index_name = ?2");
  select.bind(1, table.id);
  if (index != nullptr) select.bind(2, index->name);
  select.executeStep();
  return {select.getColumn(0).getInt64(), select.getColumn(1).getInt64()};
}

std::optional<Json> Store::get(const Table& table, const Position& position) {
  SQLite::Statement select(database_, "SELECT item FROM items WHERE table_id = ? AND hash = ? AND range = ?");
  select.bind(1, table.id);
  bind_blob(select, 2, position.hash);
  bind_blob(select, 3, position.range);
  if (!select.executeStep()) return std::nullopt;
  return decode_item(blob(select.getColumn(0)));
}

void Store::put(const Table& table, const Position& position, const Json& item) {
  SQLite::Statement upsert(
      database_,
      "INSERT INTO items (table_id, hash, range, size, expires_at, item) VALUES (?, ?, ?, ?, ?, ?) ON "
      "CONFLICT "
      "(table_id, hash, range) DO UPDATE SET size = excluded.size, expires_at = excluded.expires_at, item = "
      "excluded.item");
  upsert.bind(1, table.id);
  bind_blob(upsert, 2, position.hash);
  bind_blob(upsert, 3, position.range);
  upsert.bind(4, static_cast<std::int64_t>(item_size(item)));
  if (const auto expiry = table.expiry_of(item)) upsert.bind(5, *expiry);
  const std::string bytes = encode_item(item);
  bind_blob(upsert, 6, bytes);
  upsert.exec();
  if (!table.indexes.empty()) put_index_entries(table, position, item);
}

namespace {

void insert_entry(SQLite::Database& database, const Table& table, const Index& index, const Position& place,
                  const Position& position) {
  SQLite::Statement insert(database, "INSERT OR IGNORE INTO index_entries VALUES (?, ?, ?, ?, ?, ?)");
  insert.bind(1, table.id);
  insert.bind(2, index.name);
  bind_blob(insert, 3, place.hash);
  bind_blob(insert, 4, place.range);
  bind_blob(insert, 5, position.hash);
  bind_blob(insert, 6, position.range);
  insert.exec();
}

}  // namespace

void Store::put_index_entries(const Table& table, const Position& position, const Json& item) {
  SQLite::Statement erase(
      database_, "DELETE FROM index_entries WHERE table_id = ? AND item_hash = ? AND item_range = ?");
  erase.bind(1, table.id);
  bind_blob(erase, 2, position.hash);
  bind_blob(erase, 3, position.range);
  erase.exec();
  for (const auto& index : table.indexes) {
    const auto place = table.index_position(index, item);
    if (place) insert_entry(database_, table, index, *place, position);
  }
}

void Store::erase(const Table& table, const Position& position) {
  SQLite::Statement erase(database_, "DELETE FROM items WHERE table_id = ? AND hash = ? AND range = ?");
  erase.bind(1, table.id);
  bind_blob(erase, 2, position.hash);
  bind_blob(erase, 3, position.range);
  erase.exec();
}

void Store::read(const Table& table, const ReadPlan& plan,
                 const std::function<bool(Json, std::size_t, const Position&)>& visit) {
  const auto query = plan_query(plan);
  SQLite::Statement select(database_, query.sql);
  int parameter = 1;
  select.bind(parameter++, table.id);
  if (plan.index != nullptr) select.bind(parameter++, plan.index->name);
  for (const auto& bytes : query.blobs) bind_blob(select, parameter++, bytes);
  while (select.executeStep()) {
    const Position place{blob(select.getColumn(2)), blob(select.getColumn(3))};
    const auto size = static_cast<std::size_t>(select.getColumn(1).getInt64());
    if (!visit(decode_item(blob(select.getColumn(0))), size, place)) return;
  }
}

std::optional<Position> Store::fill_index(const Table& table, const Index& index,
                                          const std::optional<Position>& after, std::size_t count_max) {
  ReadPlan plan;
  if (after) plan.start = ReadPlan::Start{*after, *after};
  std::optional<Position> last;
  std::size_t count = 0;
  read(table, plan, [&](const Json& item, std::size_t, const Position& position) {
    if (const auto place = table.index_position(index, item))
      insert_entry(database_, table, index, *place, position);
    last = position;
    return ++count < count_max;
  });
  return count < count_max ? std::nullopt : last;
}

std::optional<Table> Store::find_backfilling() {
  SQLite::Statement select(
      database_, "SELECT id, region, definition FROM tables WHERE definition LIKE '%\"CREATING\"%'");
  while (select.executeStep()) {
    Table table = Table::from_definition(select.getColumn(0).getInt64(), select.getColumn(1).getString(),
                                         parse_json(select.getColumn(2).getString(), "a stored table"));
    if (table.backfilling_index() != nullptr) return table;
  }
  return std::nullopt;
}

void Store::erase_items(const Table& table) {
  SQLite::Statement erase(database_, "DELETE FROM items WHERE table_id = ?");
  erase.bind(1, table.id);
  erase.exec();
}

void Store::drop_index(const Table& table, std::string_view index_name) {
  SQLite::Statement erase(database_, "DELETE FROM index_entries WHERE table_id = ? AND index_name = ?");
  erase.bind(1, table.id);
  erase.bind(2, text(index_name));
  erase.exec();
}

void Store::refresh_expiry(const Table& table) {
  SQLite::Statement clear(database_,
                          "UPDATE items SET expires_at = NULL WHERE table_id = ? AND expires_at IS NOT NULL");
  clear.bind(1, table.id);
  clear.exec();
  if (table.ttl_attribute.empty()) return;
  SQLite::Statement update(database_,
                           "UPDATE items SET expires_at = ? WHERE table_id = ? AND hash = ? AND range = ?");
  std::vector<std::pair<Position, std::int64_t>> expiries;
  read(table, {}, [&](const Json& item, std::size_t, const Position& position) {
    if (const auto expiry = table.expiry_of(item)) expiries.emplace_back(position, *expiry);
    return true;
  });
  for (const auto& [position, expiry] : expiries) {
    update.reset();
    update.bind(1, expiry);
    update.bind(2, table.id);
    bind_blob(update, 3, position.hash);
    bind_blob(update, 4, position.range);
    update.exec();
  }
}

std::size_t Store::erase_expired(std::int64_t after, std::int64_t before, std::size_t count_max) {
  SQLite::Statement erase(
      database_,
      "DELETE FROM items WHERE rowid IN (SELECT rowid FROM items WHERE expires_at IS NOT NULL "
      "AND expires_at >= ? AND expires_at < ? LIMIT ?)");
  erase.bind(1, after);
  erase.bind(2, before);
  erase.bind(3, static_cast<std::int64_t>(count_max));
  return static_cast<std::size_t>(erase.exec());
}

std::optional<std::string> Store::find_token(std::string_view region, std::string_view token,
                                             std::int64_t since) {
  SQLite::Statement select(
      database_, "SELECT digest FROM request_tokens WHERE region = ? AND token = ? AND used_at >= ?");
  select.bind(1, text(region));
  select.bind(2, text(token));
  select.bind(3, since);
  if (!select.executeStep()) return std::nullopt;
  return blob(select.getColumn(0));
}

void Store::put_token(std::string_view region, std::string_view token, std::string_view digest,
                      std::int64_t now) {
  SQLite::Statement insert(database_, "INSERT OR REPLACE INTO request_tokens VALUES (?, ?, ?, ?)");
  insert.bind(1, text(region));
  insert.bind(2, text(token));
  bind_blob(insert, 3, digest);
  insert.bind(4, now);
  insert.exec();
}

void Store::erase_tokens_before(std::int64_t time) {
  SQLite::Statement erase(database_, "DELETE FROM request_tokens WHERE used_at < ?");
  erase.bind(1, time);
  erase.exec();
}

}  // namespace aurora::local::dynamodb
