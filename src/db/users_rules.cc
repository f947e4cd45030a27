// What a list of users must hold to, whatever the server says.
#include <algorithm>
#include <set>

#include "base/dates.h"
#include "base/text.h"
#include "db/privileges.h"
#include "db/users.h"

namespace aurora::db {
namespace {

using Findings = std::vector<UserFinding>;

bool is_one_of(std::string_view characters, char c) {
  return characters.find(c) != std::string_view::npos;
}

bool is_letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

// Whoever is a member of one of these may do what it brings, in every database. No others that belong to
// the engine or to RDS: they lead to the server's files, to replication, or to the master's own rights.
const std::vector<std::string>& allowed_system_roles() {
  static const std::vector<std::string> kRoles{"pg_monitor",        "pg_read_all_settings",
                                               "pg_read_all_stats", "pg_stat_scan_tables",
                                               "pg_read_all_data",  "pg_write_all_data"};
  return kRoles;
}

class UserRules {
 public:
  UserRules(std::size_t number, const UserSpec& user, Engine engine, Findings& findings)
      : number_(number),
        user_(user),
        mysql_(engine == Engine::kMySql),
        engine_(engine),
        findings_(findings) {}

  void check() {
    check_name();
    check_host();
    check_way_in();
    check_limits();
    check_grants();
    check_roles();
  }

 private:
  void add(const std::string& field, const std::string& text, std::string hint) {
    findings_.push_back(
        {fmt::format("[{}]{}{}", number_, field.empty() ? "" : ".", field), text, std::move(hint)});
  }

  void check_name() {
    const std::size_t size_max = mysql_ ? 32 : 63;
    const std::string rule = fmt::format(
        "A user name has 1 to {} of the characters A-Z a-z 0-9 _ . - @ $ and begins with a letter or _.",
        size_max);
    const std::string& name = user_.username;
    if (name.empty()) return add("username", "the name is empty", rule);
    if (name.size() > size_max)
      return add("username", fmt::format("the name is longer than {} characters", size_max), rule);
    const bool begins_badly = is_one_of("0123456789.-@$", name[0]);
    if (begins_badly ||
        !std::ranges::all_of(name, [](char c) { return is_letter_or_digit(c) || is_one_of("_.-@$", c); }))
      return add("username", "the name has characters that are not allowed", rule);
    if (is_reserved_user(name, engine_))
      add("username", "the name is reserved by the database engine or by RDS", "Choose a name of your own.");
  }

  void check_host() {
    if (!mysql_ && user_.host != "%") add("host", "hosts are MySQL's", "Leave host out.");
    if (!mysql_) return;
    const bool fits = !user_.host.empty() && user_.host.size() <= 255 &&
                      std::ranges::all_of(
                          user_.host, [](char c) { return is_letter_or_digit(c) || is_one_of("%_.-:/", c); });
    if (!fits)
      add("host", "the host is not one",
          "A host is a name, an address or a pattern: %, 10.0.%, app.example.org.");
    if (!user_.login && user_.host != "%") add("host", "a role has no host", "Leave host out.");
  }

  void check_way_in() {
    const Secret& password = user_.password;
    if (user_.iam || !user_.login) {
      const char* what = user_.iam ? "logs in with IAM tokens" : "does not log in";
      if (!password.empty())
        add("password", fmt::format("it has a password and {}", what), "Leave the password out.");
      if (user_.iam && !user_.login)
        add("login", "it logs in with IAM tokens, and does not log in", "Leave one of the two out.");
      return;
    }
    if (password.empty())
      add("password", "the password is empty",
          "Give a password, or the secret that holds it (password_secret_id).");
    if (password.reveal().find('\0') != std::string::npos)
      add("password", "the password contains a NUL character", "Set another password.");
  }

  void check_limits() {
    if (user_.connection_limit && *user_.connection_limit < 0)
      add("connection_limit", "the limit is below 0", "Leave it out for no limit of its own.");
    if (user_.valid_until.empty()) return;
    if (mysql_) add("valid_until", "MySQL's users have no last day", "Leave valid_until out.");
    if (!parse_iso(user_.valid_until))
      add("valid_until", "this is no day and no time", "Write 2027-01-31 or 2027-01-31T12:00:00Z.");
  }

  void check_grants() {
    if (user_.privileges.empty() && user_.grants.empty() && !user_.roles)
      add("privileges", "the list of privileges is empty",
          "Allowed: " + join(known_privileges(engine_), ", ") + "; or give grants, or roles.");
    if (user_.privileges.empty() && (!user_.schemas.empty() || !user_.databases.empty()))
      add("privileges", "there are schemas or databases, and no privileges in them", "Name privileges.");
    check_words("privileges", user_.privileges, known_privileges(engine_));
    check_names("schemas", user_.schemas);
    check_names("databases", user_.databases);
    for (std::size_t at = 0; at < user_.grants.size(); ++at) check_grant(at, user_.grants[at]);
  }

  void check_grant(std::size_t at, const GrantSpec& grant) {
    const std::string field = fmt::format("grants[{}].", at);
    if (grant.privileges.empty())
      add(field + "privileges", "the list of privileges is empty",
          "Allowed: " + join(known_privileges(engine_), ", ") + ".");
    check_words(field + "privileges", grant.privileges,
                grant.tables.empty() ? known_privileges(engine_) : known_table_privileges(engine_),
                grant.tables.empty() ? "" : " of tables");
    check_names(field + "databases", grant.databases);
    check_names(field + "schemas", grant.schemas);
    check_names(field + "tables", grant.tables);
    if (mysql_ && !grant.schemas.empty() && !grant.databases.empty())
      add(field + "schemas", "in MySQL a schema is a database, and both are given", "Give databases only.");
  }

  void check_words(const std::string& field, const std::vector<std::string>& words,
                   const std::vector<std::string>& known, const char* of = "") {
    for (const std::string& word : words) {
      const std::string canonical = canonical_privilege(word);
      if (std::ranges::count(known, canonical) > 0) continue;
      const auto meant = nearest(canonical, known);
      add(field,
          fmt::format("\"{}\" is not a privilege{}{}", word, of,
                      meant ? fmt::format(" (did you mean {}?)", *meant) : ""),
          "Allowed: " + join(known, ", ") + ".");
    }
  }

  // Names of what the snapshot holds: any that an engine takes, since they are quoted.
  void check_names(const std::string& field, const std::vector<std::string>& names) {
    for (const std::string& name : names)
      if (name.empty() || name.size() > (mysql_ ? 256 : 63) || name.find('\0') != std::string::npos ||
          !is_valid_utf8(name))
        add(field, "there is an empty or too long name, or one with bytes that are no text",
            "Write the name as the database shows it.");
  }

  void check_roles() {
    if (!user_.roles) return;
    for (const std::string& role : *user_.roles) {
      const std::vector<std::string>& allowed = allowed_system_roles();
      const bool is_allowed = !mysql_ && std::ranges::count(allowed, role) > 0;
      if (role.empty() || role.size() > (mysql_ ? 32 : 63) || role.find('\0') != std::string::npos)
        add("roles", "there is an empty or too long name", "Write the role's name.");
      else if (role == user_.username)
        add("roles", "a role cannot be a member of itself", "Take it out of the list.");
      else if (is_reserved_user(role, engine_) && !is_allowed)
        add("roles", fmt::format("\"{}\" belongs to the database engine or to RDS", role),
            mysql_ ? "Name a role of your own."
                   : "Name a role of your own, or one of " + join(allowed, ", ") + ".");
    }
  }

  std::size_t number_;
  const UserSpec& user_;
  bool mysql_;
  Engine engine_;
  Findings& findings_;
};

void check_doubles(std::span<const UserSpec> users, Findings& findings) {
  std::set<std::pair<std::string, std::string>> seen;
  for (std::size_t at = 0; at < users.size(); ++at)
    if (!seen.insert({users[at].username, users[at].host}).second)
      findings.push_back({fmt::format("[{}].username", at),
                          fmt::format("\"{}\" is in the list twice", users[at].username), "Merge the two."});
}

}  // namespace

std::vector<GrantSpec> UserSpec::all_grants() const {
  std::vector<GrantSpec> all;
  if (!privileges.empty())
    all.push_back({.privileges = privileges, .databases = databases, .schemas = schemas, .tables = {}});
  all.insert(all.end(), grants.begin(), grants.end());
  return all;
}

bool is_reserved_user(std::string_view name, Engine engine) {
  static const std::vector<std::string> kRds{"rdsadmin", "rdsrepladmin", "rdstopmgr", "rdsproxyadmin",
                                             "rdswriteforwarduser"};
  static const std::vector<std::string> kPostgres{"postgres", "public", "none"};
  static const std::vector<std::string> kMySql{"root", "mariadb.sys", "event_scheduler", "system user"};
  const std::string lower = to_lower(name);
  if (lower.starts_with("rds_") || lower.starts_with("aws_") || std::ranges::count(kRds, lower) > 0)
    return true;
  if (engine == Engine::kMySql) return lower.starts_with("mysql.") || std::ranges::count(kMySql, lower) > 0;
  return lower.starts_with("pg_") || std::ranges::count(kPostgres, lower) > 0;
}

std::vector<UserFinding> check_users(std::span<const UserSpec> users, Engine engine) {
  Findings findings;
  for (std::size_t at = 0; at < users.size(); ++at) UserRules(at, users[at], engine, findings).check();
  check_doubles(users, findings);
  return findings;
}

void validate_user(const UserSpec& user, Engine engine) {
  const Findings findings = check_users({&user, 1}, engine);
  if (findings.empty()) return;
  std::vector<std::string> texts;
  std::vector<std::string> hints;
  for (const UserFinding& finding : findings) {
    texts.push_back(finding.text);
    if (std::ranges::count(hints, finding.hint) == 0) hints.push_back(finding.hint);
  }
  throw Error("InvalidInput", fmt::format("database user \"{}\": {}", user.username, join(texts, "; ")),
              join(hints, " "));
}

std::vector<UserFinding> check_removals(std::span<const Removal> removals, Engine engine) {
  Findings findings;
  for (std::size_t at = 0; at < removals.size(); ++at) {
    const Removal& removal = removals[at];
    const std::string field = fmt::format("[{}].username", at);
    if (removal.username.empty() || removal.username.size() > 256 ||
        removal.username.find('\0') != std::string::npos || !is_valid_utf8(removal.username))
      findings.push_back({field, "the name is empty or no name", "Write the name as the database shows it."});
    else if (is_reserved_user(removal.username, engine))
      findings.push_back({field,
                          fmt::format("\"{}\" belongs to the database engine or to RDS", removal.username),
                          "Take it out of the list."});
    if (engine == Engine::kPostgreSql && !removal.host.empty())
      findings.push_back({fmt::format("[{}].host", at), "hosts are MySQL's", "Leave host out."});
  }
  return findings;
}

}  // namespace aurora::db
