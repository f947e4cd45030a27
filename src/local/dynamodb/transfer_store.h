// Exports and imports of tables: what was asked for, how far it is, and the items of exports under way.
#pragma once
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "local/dynamodb/store.h"

namespace aurora::local::dynamodb {

// One export or import, in the words of ExportDescription and ImportTableDescription.
struct Transfer {
  enum class Kind { kExport, kImport };
  std::int64_t number = 0;  // in the order of asking
  Kind kind = Kind::kExport;
  std::string arn;
  std::string region;
  std::string table_arn;
  std::string token;
  std::string digest;           // of the request that the token stands for
  std::int64_t started_at = 0;  // seconds
  bool finished = false;
  Json description;
};

// Not thread-safe: the service's lock guards it. Changes belong into a WriteTransaction of the store.
class TransferStore {
 public:
  explicit TransferStore(Store& store) : database_(store.database()) {}

  // Gives it its number.
  void insert(Transfer& transfer);
  void update(const Transfer& transfer);
  std::optional<Transfer> find(Transfer::Kind kind, const std::string& arn);
  // The latest with this token since then.
  std::optional<Transfer> find_token(Transfer::Kind kind, const std::string& region, const std::string& token,
                                     std::int64_t since);
  // The first that is not finished.
  std::optional<Transfer> next_unfinished();
  std::size_t count_unfinished(Transfer::Kind kind);
  // The newest first, those older than `before` (a number); `table_arn` empty: of all tables.
  std::vector<Transfer> list(Transfer::Kind kind, const std::string& region, const std::string& table_arn,
                             std::int64_t before, std::size_t count_max);
  // AWS tells of finished ones for 90 days.
  void erase_finished_before(std::int64_t time);

  // Sets the table's items of this moment aside, so that an export holds one moment however long it takes.
  void keep_items(const Transfer& transfer, const Table& table);
  // In the order of the table, those after `after`; at most `bytes_max` of stored bytes and one item more.
  std::vector<std::pair<std::int64_t, Json>> kept_items(const Transfer& transfer, std::int64_t after,
                                                        std::size_t bytes_max);
  void erase_items(const Transfer& transfer);

 private:
  std::vector<Transfer> select(const std::string& condition, const std::vector<std::string>& texts,
                               std::int64_t number, std::size_t count_max);

  SQLite::Database& database_;
};

}  // namespace aurora::local::dynamodb
