#include "local/store.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <system_error>

namespace aurora::local {
namespace {

constexpr int kBusyTimeoutMs = 10'000;

// WAL with FULL syncs the log at every commit; with NORMAL a power cut could take the last commits back.
void configure(SQLite::Database& database) {
  database.exec("PRAGMA journal_mode = WAL");
  database.exec("PRAGMA synchronous = FULL");
  database.exec("PRAGMA foreign_keys = ON");
}

// Each migration and the count that says it was applied are one transaction.
void migrate(SQLite::Database& database, const std::string& name,
             const std::vector<std::string>& migrations) {
  const auto applied = static_cast<std::size_t>(database.execAndGet("PRAGMA user_version").getInt());
  if (applied > migrations.size())
    throw Error("StoreError",
                fmt::format("{}.db was written by a newer version of this program ({} > {})", name, applied,
                            migrations.size()),
                "Use that version again, or another data directory.");
  for (std::size_t i = applied; i < migrations.size(); ++i) {
    WriteTransaction transaction(database);
    database.exec(migrations[i]);
    database.exec(fmt::format("PRAGMA user_version = {}", i + 1));
    transaction.commit();
  }
}

void ensure_directory(const std::filesystem::path& directory) {
  std::error_code failure;
  std::filesystem::create_directories(directory, failure);
  if (!failure) return;
  const bool full = failure == std::errc::no_space_on_device;
  throw Error(full ? "DiskFull" : "StoreError",
              fmt::format("cannot create {}: {}", directory.string(), failure.message()),
              full ? "Free space on that file system and try again."
                   : "Choose a data directory that can be written.");
}

// SQLite reports a full disk while it opens as "unable to open" or an I/O error as well.
bool no_room_in(const std::filesystem::path& directory) {
  std::error_code failure;
  const auto space = std::filesystem::space(directory, failure);
  return !failure && space.available < 64 * 1024;
}

Error disk_full(std::string_view what) {
  return {"DiskFull", fmt::format("no room left on the disk for {}; nothing was changed", what),
          "Free space on the file system of the data directory and try again."};
}

}  // namespace

Error store_error(const SQLite::Exception& failure, std::string_view what) {
  const bool full =
      failure.getErrorCode() == SQLITE_FULL || failure.getExtendedErrorCode() == SQLITE_IOERR_SHMSIZE;
  if (full) return disk_full(what);
  return {"StoreError",
          fmt::format("{}: {} (SQLite {})", what, failure.what(), failure.getExtendedErrorCode())};
}

SQLite::Database open_store(const std::filesystem::path& directory, const std::string& name,
                            const std::vector<std::string>& migrations) {
  ensure_directory(directory);
  const std::filesystem::path path = directory / (name + ".db");
  try {
    SQLite::Database database(path.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE, kBusyTimeoutMs);
    // SQLite gives its companion files the mode of the database.
    std::filesystem::permissions(path,
                                 std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    configure(database);
    migrate(database, name, migrations);
    return database;
  } catch (const SQLite::Exception& failure) {
    if (no_room_in(directory)) throw disk_full(path.string());
    throw store_error(failure, path.string());
  } catch (const std::filesystem::filesystem_error& failure) {
    throw Error("StoreError", failure.what());
  }
}

}  // namespace aurora::local
