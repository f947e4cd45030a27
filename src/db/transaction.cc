#include "db/transaction.h"

namespace aurora::db {

Transaction::Transaction(Session& session, std::string_view how) : Transaction(session) {
  if (session_.engine() == Engine::kPostgreSql) {
    session_.query(how);
    session_.query("SET LOCAL search_path = pg_catalog");
  } else if (how == kOneMoment) {
    session_.query("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ");
    session_.query("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY");
  } else {
    session_.query(how);
  }
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
