// Tables, items and index entries in SQLite.
#pragma once
#include <SQLiteCpp/SQLiteCpp.h>

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "local/dynamodb/table.h"
#include "local/store.h"

namespace aurora::local::dynamodb {

// One end of a range of sort keys.
struct Bound {
  std::string bytes;
  bool inclusive = true;
};

// Which items to read, in which order, from where.
struct ReadPlan {
  const Index* index = nullptr;     // null: the table itself
  std::optional<std::string> hash;  // absent: all of them (a scan)
  std::optional<Bound> lower;       // of the range key
  std::optional<Bound> upper;
  bool forward = true;
  // Continue behind this place. `item` is the place in the table itself, which tells items with the same
  // index key apart.
  struct Start {
    Position place;
    Position item;
  };
  std::optional<Start> start;
};

struct Counts {
  std::int64_t items = 0;
  std::int64_t bytes = 0;
};

// Not thread-safe: the service's lock guards it. Changes belong into a WriteTransaction of database().
class Store {
 public:
  explicit Store(const std::filesystem::path& directory);

  SQLite::Database& database() { return database_; }

  std::optional<Table> find_table(std::string_view region, std::string_view name);
  std::vector<std::string> table_names(std::string_view region);
  void insert_table(std::string_view region, const Json& definition);
  void update_table(const Table& table);
  void erase_table(const Table& table);
  Counts count(const Table& table, const Index* index = nullptr);

  std::optional<Json> get(const Table& table, const Position& position);
  void put(const Table& table, const Position& position, const Json& item);
  void erase(const Table& table, const Position& position);
  // Calls `visit` for each item in the order of the plan until it returns false. `size` is the item's size
  // in bytes, `place` where it stands in the table.
  void read(const Table& table, const ReadPlan& plan,
            const std::function<bool(Json item, std::size_t size, const Position& place)>& visit);

  // Writes the entries in `index` of at most `count_max` items after that place; gives the last one's place,
  // or nothing when there are no more. Entries that are there already stay.
  std::optional<Position> fill_index(const Table& table, const Index& index,
                                     const std::optional<Position>& after, std::size_t count_max);
  // A table with an index that is still being filled, of whatever Region.
  std::optional<Table> find_backfilling();
  void erase_items(const Table& table);
  void drop_index(const Table& table, std::string_view index_name);
  // Takes over the table's time to live for every item.
  void refresh_expiry(const Table& table);
  // Deletes at most `count_max` items with an expiry in [after, before); returns how many.
  std::size_t erase_expired(std::int64_t after, std::int64_t before, std::size_t count_max);

  // Tokens of idempotent requests: what the request was, if the token was used at or after `since`.
  std::optional<std::string> find_token(std::string_view region, std::string_view token, std::int64_t since);
  void put_token(std::string_view region, std::string_view token, std::string_view digest, std::int64_t now);
  void erase_tokens_before(std::int64_t time);

 private:
  void put_index_entries(const Table& table, const Position& position, const Json& item);

  SQLite::Database database_;
};

}  // namespace aurora::local::dynamodb
