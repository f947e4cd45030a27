#include "db/transaction.h"

namespace aurora::db {

Transaction::Transaction(Session& session, std::string_view how) : Transaction(session) {
  session_.query(how);
  if (session_.engine() == Engine::kPostgreSql) session_.query("SET LOCAL search_path = pg_catalog");
}

Transaction::~Transaction() {
  if (!open_) return;
  try {
    session_.query("ROLLBACK");
  } catch (const std::exception&) {
    // The connection is gone, and the server rolls back by itself.
  }
}

void Transaction::commit() {
  session_.query("COMMIT");
  open_ = false;
}

}  // namespace aurora::db
