#include "db/postgres_users.h"

#include "db/postgres_catalog.h"
#include "db/transaction.h"

namespace aurora::db::postgres {
namespace {

bool exists(Session& session, const std::string& role) {
  return !session.query("SELECT 1 FROM pg_roles WHERE rolname = $1", {role}).rows.empty();
}

// To alter the role that we are logged in as would lock us out half-way.
void require_another_user(Session& session, const UserSpec& user) {
  const Result own = session.query("SELECT 1 WHERE $1 IN (session_user, current_user)", {user.username});
  if (own.rows.empty()) return;
  throw Error("InvalidInput",
              "database user \"" + user.username + "\" is the master user, which is not to be changed",
              "Remove it from db_users; the master's password is set on the cluster.");
}

void create_or_alter(Session& session, const UserSpec& user, bool create) {
  // An account that expired in production would not log in here either.
  session.query((create ? "CREATE ROLE " : "ALTER ROLE ") + session.quote_identifier(user.username) +
                " WITH LOGIN VALID UNTIL 'infinity' PASSWORD " +
                session.quote_literal(session.password_verifier(user.username, user.password)));
}

void settle_iam(Session& session, const UserSpec& user, EnsuredUser& ensured) {
  const Result member = session.query(
      "SELECT 1 FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.roleid JOIN pg_roles u ON u.oid = "
      "m.member "
      "WHERE r.rolname = 'rds_iam' AND u.rolname = $1",
      {user.username});
  if (member.rows.empty()) return;
  if (user.revoke_rds_iam)
    session.query("REVOKE rds_iam FROM " + session.quote_identifier(user.username));
  else
    ensured.notes.push_back(
        user.username +
        " is a member of rds_iam, so Aurora refuses its password; set revoke_rds_iam to end "
        "the membership.");
}

}  // namespace

EnsuredUser ensure_user(Session& session, const UserSpec& user) {
  EnsuredUser ensured;
  repeat_on_conflict([&] {
    ensured = {};
    Transaction transaction(session, "BEGIN");
    lock_users(session);
    require_another_user(session, user);
    ensured.created = !exists(session, user.username);
    create_or_alter(session, user, ensured.created);
    settle_iam(session, user, ensured);
    transaction.commit();
  });
  return ensured;
}

std::vector<std::string> list_databases(Session& session) {
  std::vector<std::string> names;
  for (const Row& row : session
                            .query("SELECT datname FROM pg_catalog.pg_database WHERE NOT datistemplate AND "
                                   "datallowconn AND datname <> 'rdsadmin' ORDER BY datname")
                            .rows)
    names.push_back(text_of(row, 0));
  return names;
}

}  // namespace aurora::db::postgres
