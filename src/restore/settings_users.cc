#include "restore/settings_users.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "db/privileges.h"

namespace aurora::restore {
namespace {

using Rule = std::optional<std::string>;
using Names = std::vector<std::string>;

const Names kUserFields{"username",  "host",           "password", "password_secret_id", "generate_password",
                        "rotate",    "authentication", "login",    "privileges",         "schemas",
                        "databases", "grants",         "roles",    "connection_limit",   "valid_until"};
const Names kGrantFields{"privileges", "database", "databases", "schema", "schemas", "table", "tables"};
const Names kRemovalFields{"username", "host", "action"};

bool is_filled_string(const Json& value) {
  return value.is_string() && !value.get_ref<const std::string&>().empty();
}

bool is_list_of_strings(const Json& value) {
  return value.is_array() &&
         std::all_of(value.begin(), value.end(), [](const Json& one) { return one.is_string(); });
}

// A string, a list of strings, or nothing.
Names names_in(const Json& object, std::string_view singular, std::string_view plural) {
  Names names;
  for (const std::string_view key : {singular, plural}) {
    const Json& value = member_or_null(object, key);
    if (value.is_string()) names.push_back(value.get<std::string>());
    if (value.is_array())
      for (const Json& one : value) names.push_back(one.get<std::string>());
  }
  return names;
}

// Collects what is wrong, each with the path of its field. Never a value: fields hold passwords.
class Shape {
 public:
  explicit Shape(std::string list) : list_(std::move(list)) {}

  void add(const std::string& path, const std::string& rule) { lines_.push_back(list_ + path + " " + rule); }

  void only_fields(const std::string& path, const Json& object, const Names& fields) {
    for (const auto& [key, ignored] : object.items()) {
      if (std::ranges::count(fields, key) > 0) continue;
      const auto meant = nearest(key, fields);
      add(path + "." + key,
          fmt::format("is no field{}; the fields are {}",
                      meant ? fmt::format(" (did you mean {}?)", *meant) : "", join(fields, ", ")));
    }
  }
  void strings(const std::string& path, const Json& object, const Names& fields) {
    for (const std::string& field : fields)
      if (const Json& value = member_or_null(object, field); !value.is_null() && !value.is_string())
        add(path + "." + field, "must be a string");
  }
  void booleans(const std::string& path, const Json& object, const Names& fields) {
    for (const std::string& field : fields)
      if (const Json& value = member_or_null(object, field); !value.is_null() && !value.is_boolean())
        add(path + "." + field, "must be true or false");
  }
  void lists(const std::string& path, const Json& object, const Names& fields, bool single = false) {
    for (const std::string& field : fields) {
      const Json& value = member_or_null(object, field);
      if (value.is_null() || is_list_of_strings(value) || (single && is_filled_string(value))) continue;
      add(path + "." + field, "must be a list of strings");
    }
  }
  void privileges(const std::string& path, const Json& object) {
    const Json& words = member_or_null(object, "privileges");
    if (!is_list_of_strings(words)) return;
    Names known = db::known_privileges(db::Engine::kPostgreSql);
    for (const std::string& word : db::known_privileges(db::Engine::kMySql))
      if (std::ranges::count(known, word) == 0) known.push_back(word);
    for (const Json& word : words) {
      const std::string canonical = db::canonical_privilege(word.get<std::string>());
      if (std::ranges::count(known, canonical) > 0) continue;
      const auto meant = nearest(canonical, known);
      add(path + ".privileges", fmt::format("has \"{}\", which is not a privilege{}", word.get<std::string>(),
                                            meant ? fmt::format(" (did you mean {}?)", *meant) : ""));
    }
  }

  Rule outcome() const {
    if (lines_.empty()) return {};
    return join(lines_, "; ");
  }

 private:
  std::string list_;
  Names lines_;
};

void check_grants(Shape& shape, const std::string& path, const Json& grants) {
  if (grants.is_null()) return;
  if (!grants.is_array()) return shape.add(path, "must be a list of objects with privileges");
  for (std::size_t at = 0; at < grants.size(); ++at) {
    const std::string one = fmt::format("{}[{}]", path, at);
    if (!grants[at].is_object() || !grants[at].contains("privileges")) {
      shape.add(one, "must be an object with privileges");
      continue;
    }
    shape.only_fields(one, grants[at], kGrantFields);
    shape.lists(one, grants[at], {"privileges"});
    shape.lists(one, grants[at], {"database", "databases", "schema", "schemas", "table", "tables"}, true);
    shape.privileges(one, grants[at]);
  }
}

// How the user proves who it is: one way, or none for a group role.
void check_way_in(Shape& shape, const std::string& path, const Json& user) {
  const std::string authentication = string_or(user, "authentication", "");
  if (!authentication.empty() && authentication != "password" && authentication != "iam")
    return shape.add(path + ".authentication", "must be password or iam");
  const bool has_text = !string_or(user, "password", "").empty();
  const bool has_secret = !string_or(user, "password_secret_id", "").empty();
  const bool has_password = has_text || has_secret || is_password_generated(user);
  if (authentication == "iam" || !bool_or(user, "login", true)) {
    if (has_password) shape.add(path, "has a password, and does not log in with one");
    return;
  }
  if (has_text && has_secret) shape.add(path, "has both password and password_secret_id");
  if (is_password_generated(user) && !has_secret)
    shape.add(path + ".password_secret_id", "is missing: generated passwords are stored there");
  else if (!has_password)
    shape.add(path + ".password_secret_id", "is missing (or password, or authentication: iam)");
}

void check_user(Shape& shape, const std::string& path, const Json& user) {
  if (!user.is_object() || !is_filled_string(member_or_null(user, "username")))
    return shape.add(path,
                     "must be an object with username, privileges and password_secret_id (or password)");
  shape.only_fields(path, user, kUserFields);
  shape.strings(path, user, {"host", "password", "password_secret_id", "authentication", "valid_until"});
  shape.booleans(path, user, {"generate_password", "rotate", "login"});
  shape.lists(path, user, {"privileges", "schemas", "databases", "roles"});
  const Json& limit = member_or_null(user, "connection_limit");
  if (!limit.is_null() && (!limit.is_number_integer() || limit < 0 || limit > 1'000'000))
    shape.add(path + ".connection_limit", "must be a number from 0 to 1000000");
  shape.privileges(path, user);
  check_grants(shape, path + ".grants", member_or_null(user, "grants"));
  for (const char* field : {"password", "password_secret_id", "authentication"})
    if (const Json& value = member_or_null(user, field); !value.is_null() && !value.is_string()) return;
  for (const char* field : {"generate_password", "rotate", "login"})
    if (const Json& value = member_or_null(user, field); !value.is_null() && !value.is_boolean()) return;
  check_way_in(shape, path, user);
}

}  // namespace

Rule check_db_users(const Json& value) {
  Shape shape("db_users");
  for (std::size_t at = 0; at < value.size(); ++at) check_user(shape, fmt::format("[{}]", at), value[at]);
  return shape.outcome();
}

Rule check_remove_users(const Json& value) {
  Shape shape("remove_users");
  for (std::size_t at = 0; at < value.size(); ++at) {
    const Json& user = value[at];
    const std::string path = fmt::format("[{}]", at);
    if (is_filled_string(user)) continue;
    if (!user.is_object() || !is_filled_string(member_or_null(user, "username"))) {
      shape.add(path, "must be a name, or an object with username and action");
      continue;
    }
    shape.only_fields(path, user, kRemovalFields);
    shape.strings(path, user, {"host"});
    const Json& action = member_or_null(user, "action");
    if (!action.is_null() && action != "lock" && action != "drop")
      shape.add(path + ".action", "must be lock or drop");
  }
  return shape.outcome();
}

db::UserSpec user_spec(const Json& user) {
  db::UserSpec spec;
  spec.username = string_or(user, "username", "");
  spec.host = string_or(user, "host", "%");
  spec.password = Secret(string_or(user, "password", ""));
  spec.privileges = names_in(user, "", "privileges");
  spec.schemas = names_in(user, "", "schemas");
  spec.databases = names_in(user, "", "databases");
  const std::string authentication = string_or(user, "authentication", "");
  spec.revoke_rds_iam = authentication == "password";
  spec.iam = authentication == "iam";
  spec.login = bool_or(user, "login", true);
  for (const Json& grant : member_or_null(user, "grants"))
    spec.grants.push_back({.privileges = names_in(grant, "", "privileges"),
                           .databases = names_in(grant, "database", "databases"),
                           .schemas = names_in(grant, "schema", "schemas"),
                           .tables = names_in(grant, "table", "tables")});
  if (!member_or_null(user, "roles").is_null()) spec.roles = names_in(user, "", "roles");
  if (const Json& limit = member_or_null(user, "connection_limit"); !limit.is_null())
    spec.connection_limit = limit.get<int>();
  spec.valid_until = string_or(user, "valid_until", "");
  return spec;
}

std::string password_secret(const Json& user) {
  return string_or(user, "password_secret_id", "");
}

bool is_password_generated(const Json& user) {
  return bool_or(user, "generate_password", false) || is_password_rotated(user);
}

bool is_password_rotated(const Json& user) {
  return bool_or(user, "rotate", false);
}

std::vector<db::Removal> removals_of(const Json& remove_users) {
  std::vector<db::Removal> removals;
  for (const Json& one : remove_users) {
    const bool is_name = one.is_string();
    removals.push_back({.username = is_name ? one.get<std::string>() : string_or(one, "username", ""),
                        .host = is_name ? "" : string_or(one, "host", ""),
                        .drop = !is_name && string_or(one, "action", "lock") == "drop"});
  }
  return removals;
}

Finding finding_of(const std::string& list, const db::UserFinding& finding) {
  std::string hint = finding.hint;
  if (hint.ends_with('.')) hint.pop_back();
  return {.field = list + finding.field, .value = "", .rule = finding.text + "; " + hint};
}

std::vector<Finding> user_findings(const Configuration& settings, db::Engine engine) {
  std::vector<Finding> findings;
  const auto add = [&](const std::string& list, const std::vector<db::UserFinding>& found) {
    for (const db::UserFinding& one : found) findings.push_back(finding_of(list, one));
  };
  std::vector<db::UserSpec> users;
  for (const Json& user : settings.value("db_users")) {
    db::UserSpec spec = user_spec(user);
    // What a secret holds is not known yet; that there is one is.
    if (!password_secret(user).empty()) spec.password = Secret("in a secret");
    users.push_back(std::move(spec));
  }
  const std::vector<db::Removal> removals = removals_of(settings.value("remove_users"));
  add("db_users", db::check_users(users, engine));
  add("remove_users", db::check_removals(removals, engine));
  for (std::size_t at = 0; at < removals.size(); ++at)
    for (const db::UserSpec& user : users)
      if (user.username == removals[at].username &&
          (removals[at].host.empty() || removals[at].host == user.host))
        findings.push_back(
            {.field = fmt::format("remove_users[{}].username", at),
             .value = "",
             .rule = fmt::format("\"{}\" is in db_users too; take it out of one of them", user.username)});
  return findings;
}

}  // namespace aurora::restore
