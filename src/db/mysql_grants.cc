#include "db/mysql_grants.h"

#include <algorithm>

#include "base/text.h"
#include "db/mysql_users.h"
#include "db/privileges.h"

namespace aurora::db::mysql {
namespace {

const std::string& text_of(const Row& row, std::size_t column) {
  static const std::string kEmpty;
  AURORA_INVARIANT(column < row.size());
  return row[column] ? *row[column] : kEmpty;
}

bool is_privilege(const std::string& word) {
  return word != "USAGE" &&
         std::ranges::all_of(word, [](char c) { return (c >= 'A' && c <= 'Z') || c == ' ' || c == '_'; });
}

// No table of grants is open to an ordinary user: 1142, 1044 or 1143 by version.
bool is_refusal(const SqlError& error) {
  return error.number() == 1142 || error.number() == 1044 || error.number() == 1143;
}

void add_roles(Session& session, const Server& server, const std::string& names, Grants& grants) {
  if (!server.has_roles()) return;
  const std::string sql =
      server.mariadb
          ? "SELECT User, Host, Role, '' FROM mysql.roles_mapping WHERE User IN (" + names + ")"
          : "SELECT TO_USER, TO_HOST, FROM_USER, FROM_HOST FROM mysql.role_edges WHERE TO_USER IN (" + names +
                ")";
  try {
    for (const Row& row : session.query(sql).rows)
      grants.roles[grantee_of(text_of(row, 0), text_of(row, 1))].insert(text_of(row, 2));
  } catch (const SqlError& error) {
    if (!is_refusal(error)) throw;
    // MariaDB writes the grantee as user@host here.
    const Result own = session.query("SELECT ROLE_NAME FROM information_schema.APPLICABLE_ROLES");
    std::string grantee = grantee_of(server.login.substr(0, server.login.rfind('@')),
                                     server.login.substr(server.login.rfind('@') + 1));
    for (const Row& row : own.rows) grants.roles[grantee].insert(text_of(row, 0));
  }
}

void add_held(Session& session, const std::string& grantees, Grants& grants) {
  const auto read = [&](const std::string& place, const std::string& table) {
    return "SELECT GRANTEE, " + place + ", PRIVILEGE_TYPE, IS_GRANTABLE FROM information_schema." + table +
           " WHERE GRANTEE IN (" + grantees + ")";
  };
  const Result result = session.query(read("'', ''", "USER_PRIVILEGES") + " UNION ALL " +
                                      read("TABLE_SCHEMA, ''", "SCHEMA_PRIVILEGES") + " UNION ALL " +
                                      read("TABLE_SCHEMA, TABLE_NAME", "TABLE_PRIVILEGES"));
  for (const Row& row : result.rows) {
    Words& words = grants.held[text_of(row, 0)][{text_of(row, 1), text_of(row, 2)}];
    if (is_privilege(text_of(row, 3))) words.insert(text_of(row, 3));
    if (text_of(row, 4) == "YES") words.insert("GRANT OPTION");
  }
}

// Users who may be told apart by nothing but the host have each their own grants.
void add_odd(Session& session, const std::string& names, const std::string& grantees, Grants& grants) {
  const auto at = [&](const Row& row) {
    return session.quote_identifier(text_of(row, 1)) + "." + session.quote_identifier(text_of(row, 2));
  };
  const Result columns = session.query(
      "SELECT GRANTEE, TABLE_SCHEMA, TABLE_NAME, COLUMN_NAME, PRIVILEGE_TYPE FROM "
      "information_schema.COLUMN_PRIVILEGES WHERE GRANTEE IN (" +
      grantees + ")");
  for (const Row& row : columns.rows)
    if (is_privilege(text_of(row, 4)))
      grants.odd[text_of(row, 0)].push_back(
          fmt::format("{} ({}) ON {}", text_of(row, 4), session.quote_identifier(text_of(row, 3)), at(row)));
  try {
    const Result routines = session.query(
        "SELECT CONCAT('''', User, '''@''', Host, ''''), Db, Routine_name, Routine_type, UPPER(Proc_priv) "
        "FROM "
        "mysql.procs_priv WHERE User IN (" +
        names + ")");
    for (const Row& row : routines.rows) {
      std::vector<std::string> words = split(text_of(row, 4), ',');
      const bool may_pass_on = std::erase(words, "GRANT") > 0;
      std::erase_if(words, [](const std::string& word) { return word.empty() || !is_privilege(word); });
      const std::string place =
          " ON " + (text_of(row, 3) == "FUNCTION" ? std::string("FUNCTION ") : "PROCEDURE ") + at(row);
      if (!words.empty()) grants.odd[text_of(row, 0)].push_back(join(words, ", ") + place);
      if (may_pass_on) grants.odd[text_of(row, 0)].push_back("GRANT OPTION" + place);
    }
  } catch (const SqlError& error) {
    if (!is_refusal(error)) throw;
  }
}

}  // namespace

std::string grantee_of(std::string_view user, std::string_view host) {
  return fmt::format("'{}'@'{}'", user, host);
}

std::string grantee_of(const UserSpec& user, const Server& server) {
  return grantee_of(user.username, !user.login && server.mariadb ? "" : user.host);
}

std::string pattern_of(std::string_view database) {
  std::string pattern = replace_all(std::string(database), "\\", "\\\\");
  return replace_all(replace_all(std::move(pattern), "_", "\\_"), "%", "\\%");
}

bool covers(std::string_view pattern, std::string_view database) {
  if (pattern.empty()) return database.empty();
  if (pattern[0] == '%') {
    for (std::size_t skipped = 0; skipped <= database.size(); ++skipped)
      if (covers(pattern.substr(1), database.substr(skipped))) return true;
    return false;
  }
  if (pattern[0] == '\\' && pattern.size() > 1)
    pattern.remove_prefix(1);
  else if (pattern[0] == '_')
    return !database.empty() && covers(pattern.substr(1), database.substr(1));
  return !database.empty() && pattern[0] == database[0] && covers(pattern.substr(1), database.substr(1));
}

Server server_of(Session& session) {
  const Result result = session.query(
      "SELECT VERSION(), CURRENT_USER(), (SELECT GROUP_CONCAT(PLUGIN_NAME) FROM information_schema.PLUGINS "
      "WHERE "
      "PLUGIN_NAME IN ('AWSAuthenticationPlugin', 'mysql_native_password') AND PLUGIN_STATUS = 'ACTIVE')");
  if (result.rows.empty()) return {};
  const std::string& version = text_of(result.rows[0], 0);
  const std::vector<std::string> parts = split(version, '.');
  Server server;
  server.mariadb = version.find("MariaDB") != std::string::npos;
  server.major = std::stoi(parts.at(0));
  server.minor = parts.size() > 1 ? std::stoi(parts.at(1)) : 0;
  server.login = text_of(result.rows[0], 1);
  const std::vector<std::string> plugins = split(text_of(result.rows[0], 2), ',');
  server.takes_iam = std::ranges::count(plugins, "AWSAuthenticationPlugin") > 0;
  server.takes_native = std::ranges::count(plugins, "mysql_native_password") > 0;
  return server;
}

Grants read_grants(Session& session, const Server& server, const std::set<std::string>& usernames) {
  Grants grants;
  add_roles(session, server, literals(session, usernames), grants);
  // Roles may be members of roles, and accounts may have several hosts: the server tells who there is.
  std::set<std::string> names = usernames;
  for (const auto& [grantee, roles] : grants.roles) names.insert(roles.begin(), roles.end());
  std::set<std::string> grantees;
  const std::string list = literals(session, names);
  try {
    for (const Row& row :
         session.query("SELECT User, Host FROM mysql.user WHERE User IN (" + list + ")").rows)
      grantees.insert(grantee_of(text_of(row, 0), text_of(row, 1)));
  } catch (const SqlError& error) {
    if (!is_refusal(error)) throw;
    for (const std::string& name : names) grantees.insert({grantee_of(name, "%"), grantee_of(name, "")});
    grantees.insert(grantee_of(server.login.substr(0, server.login.rfind('@')),
                               server.login.substr(server.login.rfind('@') + 1)));
  }
  if (grantees.empty()) return grants;
  for (const std::string& grantee : grantees) grants.held[grantee];
  const std::string of = literals(session, grantees);
  add_held(session, of, grants);
  add_odd(session, list, of, grants);
  return grants;
}

Holdings effective(const Grants& grants, const std::string& grantee, bool mariadb) {
  Holdings all;
  std::set<std::string> seen;
  std::vector<std::string> open{grantee};
  while (!open.empty()) {
    const std::string one = open.back();
    open.pop_back();
    if (!seen.insert(one).second) continue;
    if (const auto held = grants.held.find(one); held != grants.held.end())
      for (const auto& [place, words] : held->second) all[place].insert(words.begin(), words.end());
    if (const auto roles = grants.roles.find(one); roles != grants.roles.end())
      for (const std::string& role : roles->second) open.push_back(grantee_of(role, mariadb ? "" : "%"));
  }
  return all;
}

Holdings wanted_of(const UserSpec& user, const std::vector<std::string>& databases) {
  Holdings wanted;
  for (const GrantSpec& grant : user.all_grants()) {
    const std::vector<std::string>& named = grant.databases.empty() ? grant.schemas : grant.databases;
    for (const std::string& database : databases) {
      if (!named.empty() && std::ranges::count(named, database) == 0) continue;
      if (grant.tables.empty()) wanted[{database}].merge(mysql_privileges(grant.privileges, false));
      for (const std::string& table : grant.tables)
        wanted[{database, table}].merge(mysql_privileges(grant.privileges, true));
    }
  }
  return wanted;
}

std::string account(Session& session, const std::string& user, const std::string& host) {
  // A role of MariaDB is written without a host.
  if (host.empty()) return session.quote_identifier(user);
  return session.quote_literal(user) + "@" + session.quote_literal(host);
}

std::string account(Session& session, const UserSpec& user, const Server& server) {
  return account(session, user.username, !user.login && server.mariadb ? "" : user.host);
}

UsersLock::UsersLock(Session& session) : session_(session) {
  constexpr int kSeconds = 120;
  const Result got = session.query(fmt::format("SELECT GET_LOCK('aurora-restore.users', {})", kSeconds));
  if (!got.rows.empty() && text_of(got.rows[0], 0) != "1")
    throw Error("DatabaseUnavailable",
                fmt::format("another set-up of users has not ended within {} s", kSeconds),
                "Try again when it has ended.");
}

UsersLock::~UsersLock() {
  try {
    session_.query("SELECT RELEASE_LOCK('aurora-restore.users')");
  } catch (const std::exception&) {
    // The connection is gone, and the lock with it.
  }
}

std::string literals(Session& session, const std::set<std::string>& texts) {
  std::vector<std::string> quoted;
  for (const std::string& text : texts) quoted.push_back(session.quote_literal(text));
  if (quoted.empty()) quoted.emplace_back("NULL");
  return join(quoted, ", ");
}

}  // namespace aurora::db::mysql
