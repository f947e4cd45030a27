#include "db/postgres_borrowing.h"

#include "db/postgres_catalog.h"

namespace aurora::db::postgres {

bool Borrowing::may_act_as(const std::string& role) {
  const auto known = known_.find(role);
  if (known != known_.end()) return known->second;
  // A membership does not help a login that does not inherit, so it is asked again after joining.
  const bool may = has_rights_of(role) || (join_role(role) && has_rights_of(role));
  known_.emplace(role, may);
  return may;
}

bool Borrowing::has_rights_of(const std::string& role) {
  const Result has =
      session_.query("SELECT pg_has_role(oid, 'USAGE') FROM pg_roles WHERE rolname = $1", {role});
  return !has.rows.empty() && truth_of(has.rows[0], 0);
}

bool Borrowing::join_role(const std::string& role) {
  session_.query("SAVEPOINT joining");
  try {
    session_.query("GRANT " + session_.quote_identifier(role) + " TO CURRENT_USER");
    session_.query("RELEASE SAVEPOINT joining");
    joined_.push_back(role);
    return true;
  } catch (const SqlError& error) {
    // Not permitted, or the role is itself a member of ours: an answer, which the caller reports.
    if (error.sql_state() != "42501" && error.sql_state() != "0LP01") throw;
    session_.query("ROLLBACK TO SAVEPOINT joining");
    return false;
  }
}

void Borrowing::give_back() {
  for (const std::string& role : joined_)
    session_.query("REVOKE " + session_.quote_identifier(role) + " FROM CURRENT_USER");
  joined_.clear();
}

}  // namespace aurora::db::postgres
