// What stands in a server's grant tables, and how accounts and places are written in its statements.
#pragma once
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "db/users.h"

namespace aurora::db::mysql {

// Where privileges stand: everywhere (both empty), in a database, on a table. What a server holds for a whole
// database it holds for a pattern, with \_ and \%; a specification has the name itself.
struct Place {
  std::string database;
  std::string table = {};
  auto operator<=>(const Place&) const = default;
};
using Words = std::set<std::string>;  // as GRANT has them
using Holdings = std::map<Place, Words>;

// 'app'@'%', as the information schema writes grantees: without escapes.
std::string grantee_of(std::string_view user, std::string_view host);

// A database's name as GRANT wants it, where _ and % stand for any characters.
std::string pattern_of(std::string_view database);
// Whether such a pattern covers a database.
bool covers(std::string_view pattern, std::string_view database);

// What kind of server it is.
struct Server {
  bool mariadb = false;
  int major = 0;
  int minor = 0;
  std::string login;  // user@host, as which we were let in
  bool takes_iam = false;
  bool takes_native = false;  // mysql_native_password
  bool has_roles() const { return mariadb || major >= 8; }
};
Server server_of(Session& session);

struct Grants {
  std::map<std::string, Holdings> held;  // by grantee
  // Statements that take away what stands on columns and routines: there is none of it in a specification.
  std::map<std::string, std::vector<std::string>> odd;
  // By grantee: names of roles.
  std::map<std::string, std::set<std::string>> roles;
};

// What the grantees of these names hold, and the roles' of theirs, read by a number of statements that does
// not depend on how many they are. A login that may not read the grant tables sees itself only.
Grants read_grants(Session& session, const Server& server, const std::set<std::string>& usernames);

// What a user may do in the end, its roles' privileges included.
Holdings effective(const Grants& grants, const std::string& grantee, bool mariadb);

// What specifications ask for; `databases` are those of the server. Roles of MariaDB have no host.
Holdings wanted_of(const UserSpec& user, const std::vector<std::string>& databases);
std::string grantee_of(const UserSpec& user, const Server& server);

// The account in a statement.
std::string account(Session& session, const UserSpec& user, const Server& server);
std::string account(Session& session, const std::string& user, const std::string& host);

// Own sessions take turns at users, for as long as it lives.
class UsersLock {
 public:
  explicit UsersLock(Session& session);
  ~UsersLock();
  UsersLock(const UsersLock&) = delete;
  UsersLock& operator=(const UsersLock&) = delete;

 private:
  Session& session_;
};

// "'a', 'b'" for IN (…); never empty.
std::string literals(Session& session, const std::set<std::string>& texts);

}  // namespace aurora::db::mysql
