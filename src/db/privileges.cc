#include "db/privileges.h"

#include "base/text.h"

namespace aurora::db {
namespace {

const std::set<std::string>& table_privileges() {
  static const std::set<std::string> kWords{"SELECT",   "INSERT",     "UPDATE", "DELETE",
                                            "TRUNCATE", "REFERENCES", "TRIGGER"};
  return kWords;
}

// Shorthands written as one word, and PostgreSQL's long form of ALL.
std::string long_form(const std::string& word) {
  static const std::map<std::string, std::string> kForms{
      {"READONLY", "READ ONLY"}, {"READWRITE", "READ WRITE"}, {"ALL PRIVILEGES", "ALL"}};
  const auto found = kForms.find(word);
  return found == kForms.end() ? word : found->second;
}

std::vector<std::string> resolve(const std::string& word) {
  if (word == "READ ONLY") return {"SELECT"};
  if (word == "READ WRITE") return {"SELECT", "INSERT", "UPDATE", "DELETE"};
  if (word != "ALL") return {word};
  std::vector<std::string> words(table_privileges().begin(), table_privileges().end());
  words.insert(words.end(), {"USAGE", "CREATE", "EXECUTE"});
  return words;
}

void add(PrivilegeSet& set, const std::string& word) {
  if (table_privileges().contains(word)) set.on_tables.insert(word);
  if (word == "SELECT") set.on_sequences.insert("SELECT");
  if (word == "INSERT" || word == "UPDATE" || word == "USAGE") set.on_sequences.insert("USAGE");
  if (word == "CREATE") set.on_schemas.insert("CREATE");
  if (word == "EXECUTE") set.on_routines.insert("EXECUTE");
}

}  // namespace

std::vector<std::string> known_privileges(Engine engine) {
  if (engine == Engine::kPostgreSql)
    return {"SELECT", "INSERT", "UPDATE",  "DELETE", "TRUNCATE",  "REFERENCES", "TRIGGER",
            "USAGE",  "CREATE", "EXECUTE", "ALL",    "READ ONLY", "READ WRITE"};
  return {"SELECT",        "INSERT",
          "UPDATE",        "DELETE",
          "CREATE",        "DROP",
          "ALTER",         "INDEX",
          "REFERENCES",    "TRIGGER",
          "EVENT",         "EXECUTE",
          "LOCK TABLES",   "CREATE VIEW",
          "SHOW VIEW",     "CREATE ROUTINE",
          "ALTER ROUTINE", "CREATE TEMPORARY TABLES",
          "ALL",           "READ ONLY",
          "READ WRITE"};
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
  PrivilegeSet set;
  set.on_schemas.insert("USAGE");
  for (const std::string& word : words)
    for (const std::string& resolved : resolve(canonical_privilege(word))) add(set, resolved);
  return set;
}

const PrivilegeSet& postgres_privileges_all() {
  // UPDATE on sequences is never given (setval belongs to owners), but taken away where it was.
  static const PrivilegeSet kAll{.on_schemas = {"USAGE", "CREATE"},
                                 .on_tables = table_privileges(),
                                 .on_sequences = {"USAGE", "SELECT", "UPDATE"},
                                 .on_routines = {"EXECUTE"}};
  return kAll;
}

}  // namespace aurora::db
