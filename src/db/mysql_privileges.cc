// Makes users' own privileges those of their specifications, and reads them back. In MySQL all databases are
// looked at together, and privileges on a database are those on its tables to come.
#include <algorithm>
#include <set>

#include "base/text.h"
#include "db/mysql_grants.h"
#include "db/mysql_users.h"
#include "db/privileges.h"

namespace aurora::db::mysql {
namespace {

bool is_system(const std::string& database) {
  static const std::vector<std::string> kSystem{"mysql", "sys", "performance_schema", "information_schema",
                                                "rdsadmin"};
  return std::ranges::count(kSystem, to_lower(database)) > 0;
}

std::set<std::string> names_of(std::span<const UserSpec> users) {
  std::set<std::string> names;
  for (const UserSpec& user : users) {
    names.insert(user.username);
    if (user.roles) names.insert(user.roles->begin(), user.roles->end());
  }
  return names;
}

std::string shown(const Place& place) {
  if (place.database.empty()) return "*.*";
  return place.table.empty() ? place.database : place.database + "." + place.table;
}

// The tables that specifications name, as far as they are there.
std::set<std::pair<std::string, std::string>> named_tables(Session& session,
                                                           std::span<const UserSpec> users) {
  std::set<std::string> names;
  for (const UserSpec& user : users)
    for (const GrantSpec& grant : user.grants) names.insert(grant.tables.begin(), grant.tables.end());
  std::set<std::pair<std::string, std::string>> there;
  if (names.empty()) return there;
  for (const Row& row :
       session
           .query("SELECT TABLE_SCHEMA, TABLE_NAME FROM information_schema.TABLES WHERE TABLE_NAME "
                  "IN (" +
                  literals(session, names) + ")")
           .rows)
    there.insert({row.at(0).value_or(""), row.at(1).value_or("")});
  return there;
}

// What is named and not there: "database shop", "table orders".
std::set<std::string> absent_of(const UserSpec& user, const std::vector<std::string>& databases,
                                const std::set<std::pair<std::string, std::string>>& tables) {
  std::set<std::string> absent;
  for (const GrantSpec& grant : user.all_grants()) {
    const std::vector<std::string>& named = grant.databases.empty() ? grant.schemas : grant.databases;
    for (const std::string& name : named)
      if (std::ranges::count(databases, name) == 0) absent.insert("database " + name);
    for (const std::string& table : grant.tables) {
      const bool found = std::ranges::any_of(tables, [&](const auto& one) {
        return one.second == table && (named.empty() || std::ranges::count(named, one.first) > 0);
      });
      if (!found) absent.insert("table " + table);
    }
  }
  return absent;
}

class Granting {
 public:
  Granting(Session& session, std::span<const UserSpec> users)
      : session_(session),
        users_(users),
        server_(server_of(session)),
        databases_(mysql::list_databases(session)),
        tables_(named_tables(session, users)),
        outcomes_(users.size()) {
    for (const UserSpec& user : users) accounts_.push_back(account(session, user, server_));
  }

  std::vector<GrantedPrivileges> run() {
    const UsersLock lock(session_);
    const Grants present = read_grants(session_, server_, names_of(users_));
    for (std::size_t number = 0; number < users_.size(); ++number) compare(number, present);
    std::vector<std::string> statements;
    for (const auto& [key, numbers] : grants_)
      statements.push_back(statement("GRANT ", key, " TO ", numbers));
    for (const auto& [key, numbers] : revokes_)
      statements.push_back(statement("REVOKE ", key, " FROM ", numbers));
    statements.insert(statements.end(), odd_.begin(), odd_.end());
    session_.run_all(statements);
    return std::move(outcomes_);
  }

 private:
  // Words on a place as it is written; users who get or lose the same share a statement.
  using Key = std::pair<std::string, Words>;
  using Batches = std::map<Key, std::vector<std::size_t>>;

  void compare(std::size_t number, const Grants& present) {
    GrantedPrivileges& outcome = outcomes_[number];
    const std::string grantee = grantee_of(users_[number], server_);
    Holdings wanted;
    for (auto& [place, words] : wanted_of(users_[number], databases_)) {
      if (!place.table.empty() && !tables_.contains({place.database, place.table})) continue;
      if (outcome.schemas.empty() || outcome.schemas.back() != place.database)
        outcome.schemas.push_back(place.database);
      wanted[place.table.empty() ? Place{pattern_of(place.database)} : place] = words;
    }
    for (const std::string& name : absent_of(users_[number], databases_, tables_))
      outcome.notes.push_back("There is no " + name + ".");
    const auto found = present.held.find(grantee);
    Holdings held = found == present.held.end() ? Holdings{} : found->second;
    for (const auto& [place, words] : wanted) grant(number, place, words, held[place]);
    for (const auto& [place, words] : held) revoke(number, place, words, wanted[place]);
    if (const auto odd = present.odd.find(grantee); odd != present.odd.end())
      for (const std::string& what : odd->second) {
        odd_.push_back("REVOKE " + what + " FROM " + accounts_[number]);
        ++outcome.revoked;
      }
  }

  void grant(std::size_t number, const Place& place, const Words& wanted, const Words& held) {
    Words lacking;
    std::ranges::set_difference(wanted, held, std::inserter(lacking, lacking.end()));
    if (lacking.empty()) return;
    grants_[{written(place), lacking}].push_back(number);
    ++outcomes_[number].granted;
  }

  void revoke(std::size_t number, const Place& place, const Words& held, const Words& wanted) {
    Words excess;
    std::ranges::set_difference(held, wanted, std::inserter(excess, excess.end()));
    if (excess.empty()) return;
    // What only an administrator can have given, or stands on the server's own tables.
    Words kept;
    static const std::vector<std::string> kKnown = known_privileges(Engine::kMySql);
    for (const std::string& word : excess)
      if (is_system(place.database) ||
          (place.database.empty() && word != "GRANT OPTION" && std::ranges::count(kKnown, word) == 0))
        kept.insert(word);
    if (!kept.empty())
      outcomes_[number].notes.push_back(fmt::format("{} also holds {} on {}, which is left as it is.",
                                                    users_[number].username,
                                                    join({kept.begin(), kept.end()}, ", "), shown(place)));
    for (const std::string& word : kept) excess.erase(word);
    if (excess.empty()) return;
    revokes_[{written(place), excess}].push_back(number);
    ++outcomes_[number].revoked;
  }

  std::string written(const Place& place) const {
    if (place.database.empty()) return "*.*";
    return session_.quote_identifier(place.database) + "." +
           (place.table.empty() ? "*" : session_.quote_identifier(place.table));
  }

  std::string statement(std::string_view verb, const Key& key, std::string_view preposition,
                        const std::vector<std::size_t>& numbers) const {
    std::vector<std::string> accounts;
    for (const std::size_t number : numbers) accounts.push_back(accounts_[number]);
    return fmt::format("{}{} ON {}{}{}", verb, join({key.second.begin(), key.second.end()}, ", "), key.first,
                       preposition, join(accounts, ", "));
  }

  Session& session_;
  std::span<const UserSpec> users_;
  const Server server_;
  const std::vector<std::string> databases_;
  const std::set<std::pair<std::string, std::string>> tables_;
  std::vector<std::string> accounts_;
  Batches grants_;
  Batches revokes_;
  std::vector<std::string> odd_;
  std::vector<GrantedPrivileges> outcomes_;
};

// What `held` allows at a place that a specification names.
Words allowed_at(const Holdings& held, const Place& place) {
  Words words;
  for (const auto& [where, some] : held) {
    const bool applies = where.database.empty() ||
                         (where.table.empty() && covers(where.database, place.database)) || where == place;
    if (applies) words.insert(some.begin(), some.end());
  }
  return words;
}

}  // namespace

std::vector<GrantedPrivileges> grant_privileges(Session& session, std::span<const UserSpec> users) {
  return Granting(session, users).run();
}

std::vector<std::vector<std::string>> missing_privileges(Session& session, std::span<const UserSpec> users) {
  const Server server = server_of(session);
  const std::vector<std::string> databases = mysql::list_databases(session);
  const auto tables = named_tables(session, users);
  const Grants grants = read_grants(session, server, names_of(users));
  std::vector<std::vector<std::string>> missing;
  for (const UserSpec& user : users) {
    std::vector<std::string>& list = missing.emplace_back();
    const std::string grantee = grantee_of(user, server);
    if (!grants.held.contains(grantee)) {
      list.push_back("the user " + user.username);
      continue;
    }
    const Holdings held = effective(grants, grantee, server.mariadb);
    for (const auto& [place, words] : wanted_of(user, databases)) {
      const Words allowed = allowed_at(held, place);
      for (const std::string& word : words)
        if (!allowed.contains(word)) list.push_back(word + " on " + shown(place));
    }
    for (const std::string& absent : absent_of(user, databases, tables)) list.push_back(absent);
    if (const auto is = grants.roles.find(grantee); user.roles)
      for (const std::string& role : *user.roles)
        if (is == grants.roles.end() || !is->second.contains(role)) list.push_back("membership in " + role);
    std::ranges::sort(list);
  }
  return missing;
}

std::vector<std::vector<std::string>> excess_privileges(Session& session, std::span<const UserSpec> users) {
  const Server server = server_of(session);
  const std::vector<std::string> databases = mysql::list_databases(session);
  const Grants grants = read_grants(session, server, names_of(users));
  std::vector<std::vector<std::string>> excess;
  for (const UserSpec& user : users) {
    std::vector<std::string>& list = excess.emplace_back();
    const std::string grantee = grantee_of(user, server);
    Holdings wanted;
    for (const auto& [place, words] : wanted_of(user, databases))
      wanted[place.table.empty() ? Place{pattern_of(place.database)} : place] = words;
    if (const auto held = grants.held.find(grantee); held != grants.held.end())
      for (const auto& [place, words] : held->second)
        for (const std::string& word : words)
          if (!wanted[place].contains(word)) list.push_back(word + " on " + shown(place));
    if (const auto odd = grants.odd.find(grantee); odd != grants.odd.end())
      for (const std::string& what : odd->second) list.push_back(replace_all(what, "`", ""));
    if (const auto is = grants.roles.find(grantee); user.roles && is != grants.roles.end())
      for (const std::string& role : is->second)
        if (std::ranges::count(*user.roles, role) == 0) list.push_back("membership in " + role);
    std::ranges::sort(list);
  }
  return excess;
}

std::vector<SchemaPrivileges> privileges_of(Session& session, std::string_view username) {
  const Server server = server_of(session);
  const Grants grants = read_grants(session, server, {std::string(username)});
  const std::string begin = "'" + std::string(username) + "'@";
  Holdings held;
  bool there = false;
  for (const auto& [grantee, ignored] : grants.held) {
    if (!grantee.starts_with(begin)) continue;
    there = true;
    for (const auto& [place, words] : effective(grants, grantee, server.mariadb))
      held[place].insert(words.begin(), words.end());
  }
  std::vector<SchemaPrivileges> schemas;
  if (!there) return schemas;
  const Result tables = session.query(
      "SELECT s.SCHEMA_NAME, t.TABLE_NAME FROM information_schema.SCHEMATA s LEFT JOIN "
      "information_schema.TABLES t "
      "ON t.TABLE_SCHEMA = s.SCHEMA_NAME ORDER BY 1, 2");
  for (const Row& row : tables.rows) {
    const std::string database = row.at(0).value_or("");
    if (is_system(database)) continue;
    if (schemas.empty() || schemas.back().schema != database) {
      const Words words = allowed_at(held, {database});
      SchemaPrivileges& one = schemas.emplace_back();
      one.schema = database;
      one.usage = !words.empty();
      one.create = words.contains("CREATE");
      for (const std::string& word : mysql_privileges({"ALL"}, true)) one.on_tables[word] = 0;
    }
    SchemaPrivileges& one = schemas.back();
    if (!row.at(1)) continue;
    ++one.tables;
    const Words words = allowed_at(held, {database, *row[1]});
    one.usage = one.usage || !words.empty();
    for (auto& [word, count] : one.on_tables) count += words.contains(word) ? 1 : 0;
  }
  return schemas;
}

}  // namespace aurora::db::mysql
