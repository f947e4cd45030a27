// SQLite files of the local endpoint: one per service in the data directory.
#pragma once
#include <SQLiteCpp/SQLiteCpp.h>

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace aurora::local {

// Opens (and creates) `directory`/`name`.db in WAL mode with full synchronisation, foreign keys on and
// a busy timeout, and applies the statements of `migrations` that it has not seen yet (user_version
// counts them). Nothing that a committed transaction wrote is lost by kill -9 or a power cut.
// Throws Error "DiskFull" or "StoreError".
SQLite::Database open_store(const std::filesystem::path& directory, const std::string& name,
                            const std::vector<std::string>& migrations);

// What a failure of SQLite means to the caller: "DiskFull" when there was no room, else "StoreError".
// `what` names the store or the work. The transaction at hand was rolled back either way.
Error store_error(const SQLite::Exception& failure, std::string_view what);

// A transaction that takes the write lock at once, so that it cannot fail half way for want of it.
class WriteTransaction {
 public:
  explicit WriteTransaction(SQLite::Database& database)
      : transaction_(database, SQLite::TransactionBehavior::IMMEDIATE) {}
  void commit() { transaction_.commit(); }

 private:
  SQLite::Transaction transaction_;
};

}  // namespace aurora::local
