#include "db/privileges.h"

#include <algorithm>

#include "base/text.h"

namespace aurora::db {
namespace {

using Words = std::set<std::string>;

const Words& table_privileges() {
  static const Words kWords{"SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER"};
  return kWords;
}

// https://dev.mysql.com/doc/refman/8.0/en/grant.html#grant-privileges: those of databases, without GRANT
// OPTION, which would let a user pass on what it has.
const Words& mysql_database_privileges() {
  static const Words kWords{"SELECT",      "INSERT",        "UPDATE",
                            "DELETE",      "CREATE",        "DROP",
                            "ALTER",       "INDEX",         "REFERENCES",
                            "TRIGGER",     "EVENT",         "EXECUTE",
                            "LOCK TABLES", "SHOW VIEW",     "CREATE ROUTINE",
                            "CREATE VIEW", "ALTER ROUTINE", "CREATE TEMPORARY TABLES"};
  return kWords;
}

const Words& mysql_table_privileges() {
  static const Words kWords{"SELECT", "INSERT", "UPDATE",     "DELETE",  "CREATE",      "DROP",
                            "ALTER",  "INDEX",  "REFERENCES", "TRIGGER", "CREATE VIEW", "SHOW VIEW"};
  return kWords;
}

constexpr std::string_view kShorthands[] = {"ALL", "READ ONLY", "READ WRITE"};

std::vector<std::string> with_shorthands(const Words& words) {
  std::vector<std::string> list(words.begin(), words.end());
  list.insert(list.end(), std::begin(kShorthands), std::end(kShorthands));
  return list;
}

// Shorthands written as one word, and long forms.
std::string long_form(const std::string& word) {
  static const std::map<std::string, std::string> kForms{{"READONLY", "READ ONLY"},
                                                         {"READWRITE", "READ WRITE"},
                                                         {"ALL PRIVILEGES", "ALL"},
                                                         {"TEMP", "TEMPORARY"}};
  const auto found = kForms.find(word);
  return found == kForms.end() ? word : found->second;
}

Words resolve(const std::string& word, const Words& all) {
  if (word == "READ ONLY") return {"SELECT"};
  if (word == "READ WRITE") return {"SELECT", "INSERT", "UPDATE", "DELETE"};
  if (word == "ALL") return all;
  return {word};
}

void add(PrivilegeSet& set, const std::string& word) {
  if (table_privileges().contains(word)) set.on_tables.insert(word);
  if (word == "SELECT") set.on_sequences.insert("SELECT");
  if (word == "INSERT" || word == "UPDATE" || word == "USAGE") set.on_sequences.insert("USAGE");
  if (word == "CREATE") set.on_schemas.insert("CREATE");
  if (word == "EXECUTE") set.on_routines.insert("EXECUTE");
  if (word == "TEMPORARY") set.on_databases.insert("TEMPORARY");
}

}  // namespace

std::vector<std::string> known_privileges(Engine engine) {
  if (engine == Engine::kMySql) return with_shorthands(mysql_database_privileges());
  Words words = table_privileges();
  words.insert({"USAGE", "CREATE", "EXECUTE", "CONNECT", "TEMPORARY"});
  return with_shorthands(words);
}

std::vector<std::string> known_table_privileges(Engine engine) {
  return with_shorthands(engine == Engine::kMySql ? mysql_table_privileges() : table_privileges());
}

std::string canonical_privilege(std::string_view word) {
  std::string text = to_upper(word);
  for (char& c : text)
    if (c == '_' || c == '-' || c == '\t') c = ' ';
  std::vector<std::string> parts = split(text, ' ');
  std::erase(parts, "");
  return long_form(join(parts, " "));
}

PrivilegeSet postgres_privileges(const std::vector<std::string>& words) {
  static const Words kAll = [] {
    Words all = table_privileges();
    all.insert({"USAGE", "CREATE", "EXECUTE"});
    return all;
  }();
  PrivilegeSet set;
  set.on_databases.insert("CONNECT");
  set.on_schemas.insert("USAGE");
  for (const std::string& word : words)
    for (const std::string& resolved : resolve(canonical_privilege(word), kAll)) add(set, resolved);
  return set;
}

const PrivilegeSet& postgres_privileges_all() {
  // UPDATE on sequences is never given (setval belongs to owners), but taken away where it was; so is the
  // right to make schemas.
  static const PrivilegeSet kAll{.on_databases = {"CONNECT", "CREATE", "TEMPORARY"},
                                 .on_schemas = {"USAGE", "CREATE"},
                                 .on_tables = table_privileges(),
                                 .on_sequences = {"USAGE", "SELECT", "UPDATE"},
                                 .on_routines = {"EXECUTE"}};
  return kAll;
}

std::set<std::string> mysql_privileges(const std::vector<std::string>& words, bool on_tables) {
  const Words& all = on_tables ? mysql_table_privileges() : mysql_database_privileges();
  Words set;
  for (const std::string& word : words) set.merge(resolve(canonical_privilege(word), all));
  return set;
}

}  // namespace aurora::db
