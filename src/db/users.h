// Database users: who there is to be, what each may do, and who must not be there. The dispatch on the
// session's engine is here; an engine's own SQL is in its own files.
//
// All that takes many users costs a number of round trips that does not depend on how many they are: one
// statement reads what is there, the difference is computed here, and the changes go out together.
//
// None of the functions may be called inside a transaction of the caller's. All may run at any time, also
// twice at the same time, and leave what running them once leaves.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/secret.h"
#include "db/session.h"

namespace aurora::db {

// Privileges at a place. Empty lists stand for everything that is not the system's.
struct GrantSpec {
  std::vector<std::string> privileges = {};  // words of db/privileges.h
  std::vector<std::string> databases = {};
  std::vector<std::string> schemas = {};  // PostgreSQL; in MySQL a schema is a database
  std::vector<std::string> tables = {};   // plain names; then no others, and none of those to come
};

struct UserSpec {
  std::string username = {};
  Secret password = {};
  // The short form of one grant; none when `privileges` is empty.
  std::vector<std::string> privileges = {};
  std::vector<std::string> schemas = {};
  std::vector<std::string> databases = {};
  // While a role is a member of rds_iam, Aurora refuses its password. Members are only told so, unless
  // this asks to end the membership.
  bool revoke_rds_iam = false;
  std::string host = "%";  // MySQL: from where the user may come
  std::vector<GrantSpec> grants = {};
  // The roles that it is a member of, and no others; nothing leaves its memberships as they are. A role
  // that is not there is made, without a login.
  std::optional<std::vector<std::string>> roles = {};
  bool login = true;                         // false: a group role, for others to be members of
  bool iam = false;                          // logs in with IAM tokens instead of a password
  std::optional<int> connection_limit = {};  // nothing: as it is
  std::string valid_until = {};              // PostgreSQL: "2027-01-31"; for ever when empty

  // The short form and the list together.
  std::vector<GrantSpec> all_grants() const;
};

// One thing that is wrong with a list of users.
struct UserFinding {
  std::string field;  // behind the list's name: "[2].privileges"
  std::string text;   // what is wrong
  std::string hint;   // what is allowed
};

// Everything that is wrong with `users`, without asking a server.
std::vector<UserFinding> check_users(std::span<const UserSpec> users, Engine engine);
// Throws Error "InvalidInput" with all that is wrong with one user.
void validate_user(const UserSpec& user, Engine engine);
// Names that belong to the engine or to RDS.
bool is_reserved_user(std::string_view name, Engine engine);

struct EnsuredUser {
  bool created = false;  // else it was there and was altered
  std::vector<std::string>
      notes;  // sentences about what stands in the way of a login, or goes beyond the list
};

// Creates each user, or gives the one that is there its password and the right to log in; then settles
// memberships. Users belong to the whole cluster: once for all databases. In the order of `users`.
std::vector<EnsuredUser> ensure_users(Session& session, std::span<const UserSpec> users);
EnsuredUser ensure_user(Session& session, const UserSpec& user);

struct GrantedPrivileges {
  std::vector<std::string> schemas;  // where privileges now stand
  std::int64_t granted = 0;          // objects that got privileges they did not have
  std::int64_t revoked = 0;          // objects that lost privileges that are not in the list
  std::vector<std::string> notes;    // sentences about what the login is not allowed to grant or revoke
};

// Makes the users' own privileges those of their lists: on the tables, sequences and routines that are
// there, and on those to come. What a user holds through PUBLIC, through a role or as an owner is not
// touched; what others got from a user that loses it goes with it. PostgreSQL: in the session's database,
// so it is called in each, also for users that are to have nothing there. MySQL: in all databases.
std::vector<GrantedPrivileges> grant_privileges(Session& session, std::span<const UserSpec> users);
GrantedPrivileges grant_privileges(Session& session, const UserSpec& user);

// Without templates, and without what belongs to the system or to RDS; in order.
std::vector<std::string> list_databases(Session& session);

// The databases of `user`, in order. Throws Error "InvalidInput" for one that is not there.
std::vector<std::string> databases_of(Session& session, const UserSpec& user);
// The same without asking: of those that are `there`. Adds to `findings` what is not.
std::vector<std::string> databases_of(const UserSpec& user, const std::vector<std::string>& there,
                                      std::vector<UserFinding>& findings);

struct SchemaPrivileges {
  std::string schema;
  bool usage = false;
  bool create = false;
  std::int64_t tables = 0;                             // views and foreign tables included
  std::map<std::string, std::int64_t> on_tables = {};  // privilege -> on how many of them
};

// What the user may really do in the session's database (MySQL: in all), whichever way it got there.
std::vector<SchemaPrivileges> privileges_of(Session& session, std::string_view username);

// What the specifications promise and the server does not confirm: "SELECT on app_schema.orders", for each
// user in the order of `users`. PostgreSQL: in the session's database.
std::vector<std::vector<std::string>> missing_privileges(Session& session, std::span<const UserSpec> users);
std::vector<std::string> missing_privileges(Session& session, const UserSpec& user);

// What each user may do beyond its specification ("DELETE on public.users", "attribute CREATEDB"). What
// everybody may do (PUBLIC), what it owns, and what its promised roles bring is not beyond it.
std::vector<std::vector<std::string>> excess_privileges(Session& session, std::span<const UserSpec> users);

struct Removal {
  std::string username = {};
  std::string host = {};  // MySQL; empty: from wherever it may come
  bool drop = false;      // else locked: it stays, and cannot log in
};

struct RemovedUser {
  std::string outcome;  // "locked", "dropped" or "absent"
  std::int64_t sessions_ended = 0;
  std::vector<std::string> notes;  // sentences: what became of its objects, what could not be done
};

std::vector<UserFinding> check_removals(std::span<const Removal> removals, Engine engine);

// Locks or drops users and ends their sessions. What a dropped role of PostgreSQL owned becomes the
// login's, in every database; one that cannot be dropped stays locked, with a note. `access` is how the
// master reaches the server; sessions to the databases come from `connector`.
std::vector<RemovedUser> remove_users(Connector& connector, const ConnectOptions& access,
                                      std::span<const Removal> removals);

}  // namespace aurora::db
