// A session on PostgreSQL through libpq.
#pragma once
#include <memory>

#include "db/session.h"

namespace aurora::db {

// Opens it within options.connect_timeout. Throws SqlError, or Error "InvalidInput".
std::unique_ptr<Session> connect_postgres(const ConnectOptions& options);

}  // namespace aurora::db
