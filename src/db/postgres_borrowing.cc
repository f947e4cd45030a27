#include "db/postgres_borrowing.h"

#include "db/postgres_catalog.h"

namespace aurora::db::postgres {
namespace {

// Of the roles in $1: those whose rights the session has, or, with `joinable`, those that it could join to
// any avail. A login that does not inherit gains nothing; a member of ours cannot have us as a member.
std::string roles_sql(bool joinable) {
  const std::string may_use = "pg_has_role(r.oid, 'USAGE')";
  const std::string may_join =
      "NOT r.rolsuper AND me.rolinherit AND NOT pg_has_role(r.oid, me.oid, 'MEMBER') AND "
      "(pg_has_role(me.oid, "
      "r.oid, 'MEMBER WITH ADMIN OPTION') OR (me.rolcreaterole AND "
      "current_setting('server_version_num')::int "
      "< 160000))";
  return "SELECT r.rolname FROM pg_roles r CROSS JOIN pg_roles me WHERE me.rolname = current_user AND "
         "r.rolname = ANY ($1::text[]) AND " +
         (joinable ? "NOT " + may_use + " AND " + may_join : may_use);
}

}  // namespace

bool Borrowing::may_act_as(const std::string& role) {
  borrow({role});
  return known_.at(role);
}

void Borrowing::borrow(const std::set<std::string>& roles) {
  std::set<std::string> asked;
  for (const std::string& role : roles)
    if (!known_.contains(role)) asked.insert(role);
  if (asked.empty()) return;
  std::set<std::string> may = usable(asked, false);
  const std::set<std::string> joinable = usable(asked, true);
  if (!joinable.empty()) {
    if (!join_roles({joinable.begin(), joinable.end()}))
      for (const std::string& role : joinable) join_roles({role});
    // Asked again: a membership in PostgreSQL 16 need not bring the role's rights.
    may = usable(asked, false);
  }
  for (const std::string& role : asked) known_[role] = may.contains(role);
}

std::set<std::string> Borrowing::usable(const std::set<std::string>& roles, bool joinable) {
  std::set<std::string> found;
  const std::string list = text_array({roles.begin(), roles.end()});
  for (const Row& row : session_.query(roles_sql(joinable), {list}).rows) found.insert(text_of(row, 0));
  return found;
}

bool Borrowing::join_roles(const std::vector<std::string>& roles) {
  std::vector<std::string> statements{"SAVEPOINT joining"};
  for (const std::string& role : roles)
    statements.push_back("GRANT " + session_.quote_identifier(role) + " TO CURRENT_USER");
  statements.emplace_back("RELEASE SAVEPOINT joining");
  try {
    session_.run_all(statements);
    joined_.insert(joined_.end(), roles.begin(), roles.end());
    return true;
  } catch (const SqlError& error) {
    // Not permitted after all (RDS has rules of its own), or the role is itself a member of ours: an answer,
    // which the caller reports.
    if (error.sql_state() != "42501" && error.sql_state() != "0LP01") throw;
    session_.query("ROLLBACK TO SAVEPOINT joining");
    return false;
  }
}

void Borrowing::give_back() {
  std::vector<std::string> statements;
  for (const std::string& role : joined_)
    statements.push_back("REVOKE " + session_.quote_identifier(role) + " FROM CURRENT_USER");
  session_.run_all(statements);
  joined_.clear();
}

}  // namespace aurora::db::postgres
