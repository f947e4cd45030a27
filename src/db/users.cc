#include "db/users.h"

#include <algorithm>

#include "base/text.h"
#include "db/postgres_catalog.h"
#include "db/postgres_users.h"
#include "db/privileges.h"

namespace aurora::db {
namespace {

using postgres::require_postgres;

constexpr std::string_view kWhat = "users can be set up";

[[noreturn]] void refuse(const UserSpec& user, std::string_view what, std::string hint) {
  throw Error("InvalidInput", fmt::format("database user \"{}\": {}", user.username, what), std::move(hint));
}

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("_.-@$").find(c) != std::string_view::npos;
}

// Names that belong to the engine or to RDS, whichever engine it is.
bool is_reserved(std::string_view name, Engine engine) {
  static const std::vector<std::string> kRds{"rdsadmin", "rdsrepladmin", "rdstopmgr", "rdsproxyadmin",
                                             "rdswriteforwarduser"};
  static const std::vector<std::string> kPostgres{"postgres", "public", "none"};
  static const std::vector<std::string> kMySql{"root", "mysql.sys", "mysql.session", "mysql.infoschema"};
  const std::string lower = to_lower(name);
  if (lower.starts_with("rds_") || lower.starts_with("aws_") || std::ranges::count(kRds, lower) > 0)
    return true;
  if (engine == Engine::kMySql) return std::ranges::count(kMySql, lower) > 0;
  return lower.starts_with("pg_") || std::ranges::count(kPostgres, lower) > 0;
}

void validate_name(const UserSpec& user, Engine engine) {
  const std::size_t size_max = engine == Engine::kPostgreSql ? 63 : 32;
  const std::string rule = fmt::format(
      "A user name has 1 to {} of the characters A-Z a-z 0-9 _ . - @ $ and begins with a letter or _.",
      size_max);
  const std::string& name = user.username;
  if (name.empty()) refuse(user, "the name is empty", rule);
  if (name.size() > size_max)
    refuse(user, fmt::format("the name is longer than {} characters", size_max), rule);
  const bool begins_badly = std::string_view("0123456789.-@$").find(name[0]) != std::string_view::npos;
  if (begins_badly || !std::ranges::all_of(name, is_name_character))
    refuse(user, "the name has characters that are not allowed", rule);
  if (is_reserved(name, engine))
    refuse(user, "the name is reserved by the database engine or by RDS", "Choose a name of your own.");
}

void validate_privileges(const UserSpec& user, Engine engine) {
  const std::vector<std::string> known = known_privileges(engine);
  const std::string allowed = "Allowed: " + join(known, ", ") + ".";
  if (user.privileges.empty()) refuse(user, "the list of privileges is empty", allowed);
  for (const std::string& word : user.privileges) {
    const std::string canonical = canonical_privilege(word);
    if (std::ranges::count(known, canonical) > 0) continue;
    const auto meant = nearest(canonical, known);
    refuse(user,
           fmt::format("\"{}\" is not a privilege{}", word,
                       meant ? fmt::format(" (did you mean {}?)", *meant) : ""),
           allowed);
  }
}

}  // namespace

void validate_user(const UserSpec& user, Engine engine) {
  validate_name(user, engine);
  if (user.password.empty())
    refuse(user, "the password is empty",
           "Give a password, or the secret that holds it (password_secret_id).");
  if (user.password.reveal().find('\0') != std::string::npos)
    refuse(user, "the password contains a NUL character", "Set another password.");
  validate_privileges(user, engine);
}

EnsuredUser ensure_user(Session& session, const UserSpec& user) {
  validate_user(user, session.engine());
  require_postgres(session, kWhat);
  return postgres::ensure_user(session, user);
}

GrantedPrivileges grant_privileges(Session& session, const UserSpec& user) {
  validate_user(user, session.engine());
  require_postgres(session, kWhat);
  return postgres::grant_privileges(session, user);
}

std::vector<std::string> list_databases(Session& session) {
  require_postgres(session, kWhat);
  return postgres::list_databases(session);
}

std::vector<std::string> databases_of(Session& session, const UserSpec& user) {
  std::vector<std::string> there = list_databases(session);
  if (user.databases.empty()) return there;
  for (const std::string& name : user.databases) {
    if (std::ranges::count(there, name) > 0) continue;
    const auto meant = nearest(name, there);
    refuse(user,
           fmt::format("there is no database \"{}\"{}", name,
                       meant ? fmt::format(" (did you mean {}?)", *meant) : ""),
           "Databases: " + join(there, ", ") + ".");
  }
  std::erase_if(there,
                [&](const std::string& name) { return std::ranges::count(user.databases, name) == 0; });
  return there;
}

std::vector<SchemaPrivileges> privileges_of(Session& session, std::string_view username) {
  require_postgres(session, kWhat);
  return postgres::privileges_of(session, username);
}

std::vector<std::string> missing_privileges(Session& session, const UserSpec& user) {
  require_postgres(session, kWhat);
  return postgres::missing_privileges(session, user);
}

}  // namespace aurora::db
