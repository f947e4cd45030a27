// SQLite files of the local endpoint: one per service in the data directory.
#pragma once
#include <SQLiteCpp/SQLiteCpp.h>

#include <filesystem>

namespace aurora::local {

// Opens (and creates) `directory`/`name`.db in WAL mode with full synchronisation, foreign keys on and
// a busy timeout, and applies the statements of `migrations` that it has not seen yet (user_version
// counts them). Nothing that a committed transaction wrote is lost by kill -9 or a power cut.
// Throws Error "DiskFull" or "StoreError".
SQLite::Database open_store(const std::filesystem::path& directory, const std::string& name,
                            const std::vector<std::string>& migrations);

}  // namespace aurora::local
