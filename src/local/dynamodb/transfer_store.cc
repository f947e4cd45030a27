#include "local/dynamodb/transfer_store.h"

#include <fmt/format.h>

#include "local/dynamodb/value.h"

namespace aurora::local::dynamodb {
namespace {

const char* name_of(Transfer::Kind kind) {
  return kind == Transfer::Kind::kExport ? "export" : "import";
}

Transfer read_row(SQLite::Statement& row) {
  Transfer transfer;
  transfer.number = row.getColumn(0).getInt64();
  transfer.kind =
      row.getColumn(1).getString() == "export" ? Transfer::Kind::kExport : Transfer::Kind::kImport;
  transfer.arn = row.getColumn(2).getString();
  transfer.region = row.getColumn(3).getString();
  transfer.table_arn = row.getColumn(4).getString();
  transfer.token = row.getColumn(5).getString();
  transfer.digest = row.getColumn(6).getString();
  transfer.started_at = row.getColumn(7).getInt64();
  transfer.finished = row.getColumn(8).getInt() != 0;
  transfer.description = parse_json(row.getColumn(9).getString(), "a stored transfer");
  return transfer;
}

}  // namespace

void TransferStore::insert(Transfer& transfer) {
  SQLite::Statement insert(database_,
                           "INSERT INTO transfers (kind, arn, region, table_arn, token, digest, started_at, "
                           "finished, description) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)");
  insert.bind(1, name_of(transfer.kind));
  insert.bind(2, transfer.arn);
  insert.bind(3, transfer.region);
  insert.bind(4, transfer.table_arn);
  insert.bind(5, transfer.token);
  insert.bind(6, transfer.digest);
  insert.bind(7, transfer.started_at);
  insert.bind(8, transfer.finished ? 1 : 0);
  insert.bind(9, dump_json(transfer.description));
  insert.exec();
  transfer.number = database_.getLastInsertRowid();
}

void TransferStore::update(const Transfer& transfer) {
  SQLite::Statement update(database_, "UPDATE transfers SET finished = ?, description = ? WHERE number = ?");
  update.bind(1, transfer.finished ? 1 : 0);
  update.bind(2, dump_json(transfer.description));
  update.bind(3, transfer.number);
  update.exec();
}

std::vector<Transfer> TransferStore::select(const std::string& condition,
                                            const std::vector<std::string>& texts, std::int64_t number,
                                            std::size_t count_max) {
  SQLite::Statement query(
      database_,
      fmt::format("SELECT number, kind, arn, region, table_arn, token, digest, started_at, finished, "
                  "description FROM transfers WHERE {} LIMIT {}",
                  condition, count_max));
  int parameter = 1;
  for (const std::string& text : texts) query.bind(parameter++, text);
  query.bind(parameter, number);
  std::vector<Transfer> found;
  while (query.executeStep()) found.push_back(read_row(query));
  return found;
}

std::optional<Transfer> TransferStore::find(Transfer::Kind kind, const std::string& arn) {
  auto found = select("kind = ? AND arn = ? AND number > ?", {name_of(kind), arn}, 0, 1);
  if (found.empty()) return std::nullopt;
  return std::move(found.front());
}

std::optional<Transfer> TransferStore::find_token(Transfer::Kind kind, const std::string& region,
                                                  const std::string& token, std::int64_t since) {
  auto found = select("kind = ? AND region = ? AND token = ? AND started_at >= ? ORDER BY number DESC",
                      {name_of(kind), region, token}, since, 1);
  if (found.empty()) return std::nullopt;
  return std::move(found.front());
}

std::optional<Transfer> TransferStore::next_unfinished() {
  auto found = select("finished = 0 AND number > ? ORDER BY number", {}, 0, 1);
  if (found.empty()) return std::nullopt;
  return std::move(found.front());
}

std::size_t TransferStore::count_unfinished(Transfer::Kind kind) {
  SQLite::Statement count(database_, "SELECT count(*) FROM transfers WHERE kind = ? AND finished = 0");
  count.bind(1, name_of(kind));
  count.executeStep();
  return static_cast<std::size_t>(count.getColumn(0).getInt64());
}

std::vector<Transfer> TransferStore::list(Transfer::Kind kind, const std::string& region,
                                          const std::string& table_arn, std::int64_t before,
                                          std::size_t count_max) {
  return select(
      "kind = ?1 AND region = ?2 AND (?3 = '' OR table_arn = ?3) AND number < ?4 ORDER BY number DESC",
      {name_of(kind), region, table_arn}, before, count_max);
}

void TransferStore::erase_finished_before(std::int64_t time) {
  SQLite::Statement erase(database_, "DELETE FROM transfers WHERE finished = 1 AND started_at < ?");
  erase.bind(1, time);
  erase.exec();
}

void TransferStore::keep_items(const Transfer& transfer, const Table& table) {
  SQLite::Statement copy(database_,
                         "INSERT INTO export_items (transfer, number, item) SELECT ?, row_number() OVER "
                         "(ORDER BY hash, range), item FROM items WHERE table_id = ?");
  copy.bind(1, transfer.number);
  copy.bind(2, table.id);
  copy.exec();
}

std::vector<std::pair<std::int64_t, Json>> TransferStore::kept_items(const Transfer& transfer,
                                                                     std::int64_t after,
                                                                     std::size_t bytes_max) {
  SQLite::Statement query(
      database_, "SELECT number, item FROM export_items WHERE transfer = ? AND number > ? ORDER BY number");
  query.bind(1, transfer.number);
  query.bind(2, after);
  std::vector<std::pair<std::int64_t, Json>> items;
  std::size_t bytes = 0;
  while (bytes <= bytes_max && query.executeStep()) {
    const auto column = query.getColumn(1);
    const auto size = static_cast<std::size_t>(column.getBytes());
    items.emplace_back(query.getColumn(0).getInt64(),
                       decode_item({static_cast<const char*>(column.getBlob()), size}));
    bytes += size;
  }
  return items;
}

void TransferStore::erase_items(const Transfer& transfer) {
  SQLite::Statement erase(database_, "DELETE FROM export_items WHERE transfer = ?");
  erase.bind(1, transfer.number);
  erase.exec();
}

}  // namespace aurora::local::dynamodb
