#include "db/users.h"

#include <algorithm>

#include "base/text.h"
#include "db/mysql_users.h"
#include "db/postgres_users.h"

namespace aurora::db {
namespace {

bool is_mysql(const Session& session) {
  return session.engine() == Engine::kMySql;
}

// What must be right before a statement is made of it.
void require_valid(std::span<const UserSpec> users, Engine engine) {
  const std::vector<UserFinding> findings = check_users(users, engine);
  if (findings.empty()) return;
  std::vector<std::string> texts;
  for (const UserFinding& finding : findings)
    texts.push_back(fmt::format("users{}: {}", finding.field, finding.text));
  throw Error("InvalidInput", join(texts, "; "), findings.front().hint);
}

std::span<const UserSpec> one(const UserSpec& user) {
  return {&user, 1};
}

}  // namespace

std::vector<EnsuredUser> ensure_users(Session& session, std::span<const UserSpec> users) {
  require_valid(users, session.engine());
  return is_mysql(session) ? mysql::ensure_users(session, users) : postgres::ensure_users(session, users);
}

EnsuredUser ensure_user(Session& session, const UserSpec& user) {
  validate_user(user, session.engine());
  return ensure_users(session, one(user)).at(0);
}

std::vector<GrantedPrivileges> grant_privileges(Session& session, std::span<const UserSpec> users) {
  require_valid(users, session.engine());
  return is_mysql(session) ? mysql::grant_privileges(session, users)
                           : postgres::grant_privileges(session, users);
}

GrantedPrivileges grant_privileges(Session& session, const UserSpec& user) {
  validate_user(user, session.engine());
  return grant_privileges(session, one(user)).at(0);
}

std::vector<std::string> list_databases(Session& session) {
  return is_mysql(session) ? mysql::list_databases(session) : postgres::list_databases(session);
}

std::vector<std::string> databases_of(Session& session, const UserSpec& user) {
  std::vector<UserFinding> findings;
  std::vector<std::string> names = databases_of(user, list_databases(session), findings);
  if (findings.empty()) return names;
  throw Error("InvalidInput", fmt::format("database user \"{}\": {}", user.username, findings.front().text),
              findings.front().hint);
}

std::vector<std::string> databases_of(const UserSpec& user, const std::vector<std::string>& there,
                                      std::vector<UserFinding>& findings) {
  std::vector<std::string> wanted;
  const std::vector<GrantSpec> grants = user.all_grants();
  if (grants.empty()) return there;
  for (const GrantSpec& grant : grants) {
    const std::vector<std::string>& named = grant.databases.empty() ? there : grant.databases;
    wanted.insert(wanted.end(), named.begin(), named.end());
    for (const std::string& name : named) {
      if (std::ranges::count(there, name) > 0) continue;
      const auto meant = nearest(name, there);
      findings.push_back({"databases",
                          fmt::format("there is no database \"{}\"{}", name,
                                      meant ? fmt::format(" (did you mean {}?)", *meant) : ""),
                          "Databases: " + join(there, ", ") + "."});
    }
  }
  std::vector<std::string> names;
  for (const std::string& name : there)
    if (std::ranges::count(wanted, name) > 0) names.push_back(name);
  return names;
}

std::vector<SchemaPrivileges> privileges_of(Session& session, std::string_view username) {
  return is_mysql(session) ? mysql::privileges_of(session, username)
                           : postgres::privileges_of(session, username);
}

std::vector<std::vector<std::string>> missing_privileges(Session& session, std::span<const UserSpec> users) {
  return is_mysql(session) ? mysql::missing_privileges(session, users)
                           : postgres::missing_privileges(session, users);
}

std::vector<std::string> missing_privileges(Session& session, const UserSpec& user) {
  return missing_privileges(session, one(user)).at(0);
}

std::vector<std::vector<std::string>> excess_privileges(Session& session, std::span<const UserSpec> users) {
  return is_mysql(session) ? mysql::excess_privileges(session, users)
                           : postgres::excess_privileges(session, users);
}

std::vector<RemovedUser> remove_users(Connector& connector, const ConnectOptions& access,
                                      std::span<const Removal> removals) {
  const std::vector<UserFinding> findings = check_removals(removals, access.engine);
  if (!findings.empty()) {
    std::vector<std::string> texts;
    for (const UserFinding& finding : findings)
      texts.push_back(fmt::format("remove_users{}: {}", finding.field, finding.text));
    throw Error("InvalidInput", join(texts, "; "), findings.front().hint);
  }
  if (removals.empty()) return {};
  return access.engine == Engine::kMySql ? mysql::remove_users(connector, access, removals)
                                         : postgres::remove_users(connector, access, removals);
}

}  // namespace aurora::db
