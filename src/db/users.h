// Database users: who there is to be, and what each may do. The dispatch on the session's engine is here;
// an engine's own SQL is in its own files.
//
// None of the functions may be called inside a transaction of the caller's. All may run at any time, also
// twice at the same time, and leave what running them once leaves.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/secret.h"
#include "db/session.h"

namespace aurora::db {

struct UserSpec {
  std::string username = {};
  Secret password = {};
  std::vector<std::string> privileges = {};  // words of db/privileges.h
  std::vector<std::string> schemas = {};     // empty: all that are not the system's
  std::vector<std::string> databases = {};   // empty: all that are not the system's
  // While a role is a member of rds_iam, Aurora refuses its password. Members are only told so, unless
  // this asks to end the membership.
  bool revoke_rds_iam = false;
};

// Throws Error "InvalidInput" that names the user, the value, and what is allowed.
void validate_user(const UserSpec& user, Engine engine);

struct EnsuredUser {
  bool created = false;            // else it was there and was altered
  std::vector<std::string> notes;  // sentences about what stands in the way of a login
};

// Creates the user, or gives the one that is there this password and the right to log in. Roles belong to
// the whole cluster: once for all databases.
EnsuredUser ensure_user(Session& session, const UserSpec& user);

struct GrantedPrivileges {
  std::vector<std::string> schemas;  // where privileges now stand
  std::int64_t granted = 0;          // objects that got privileges they did not have
  std::int64_t revoked = 0;          // objects that lost privileges that are not in the list
  std::vector<std::string> notes;    // sentences about what the login is not allowed to grant or revoke
};

// Makes the user's own privileges in the session's database those of the list: on the tables, sequences
// and routines that are there, and, by default privileges, on those that their owners will create.
// What the user holds through PUBLIC, through a role or as an owner is not touched.
GrantedPrivileges grant_privileges(Session& session, const UserSpec& user);

// Without templates, and without what belongs to RDS; in order.
std::vector<std::string> list_databases(Session& session);

// The databases of `user`, in order. Throws Error "InvalidInput" for one that is not there.
std::vector<std::string> databases_of(Session& session, const UserSpec& user);

struct SchemaPrivileges {
  std::string schema;
  bool usage = false;
  bool create = false;
  std::int64_t tables = 0;                             // views and foreign tables included
  std::map<std::string, std::int64_t> on_tables = {};  // privilege -> on how many of them
};

// What the user may really do in the session's database, whichever way it got there.
std::vector<SchemaPrivileges> privileges_of(Session& session, std::string_view username);

// What the specification promises and the server does not confirm: "SELECT on app_schema.orders".
std::vector<std::string> missing_privileges(Session& session, const UserSpec& user);

}  // namespace aurora::db
