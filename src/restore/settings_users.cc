// The rules of db_users and remove_users.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "restore/settings.h"

namespace aurora::restore {
namespace {

using Rule = std::optional<std::string>;

}  // namespace

Rule check_db_users(const Json& value) {
  for (const Json& user : value) {
    if (!user.is_object() || string_or(user, "username", "").empty())
      return "a list of objects with username, privileges and password_secret_id (or password)";
    if (string_or(user, "password", "").empty() && string_or(user, "password_secret_id", "").empty())
      return fmt::format("user {} needs password_secret_id (or password)", string_or(user, "username", ""));
    for (const auto& [key, field] : user.items()) {
      static const std::vector<std::string> kKeys{"username",   "password", "password_secret_id",
                                                  "privileges", "schemas",  "databases"};
      if (std::find(kKeys.begin(), kKeys.end(), key) == kKeys.end())
        return fmt::format("{} is no field of a user; the fields are {}", key, join(kKeys, ", "));
      if (key == "privileges" || key == "schemas" || key == "databases") {
        if (!field.is_array() ||
            !std::all_of(field.begin(), field.end(), [](const Json& j) { return j.is_string(); }))
          return fmt::format("{} of user {} must be a list of strings", key, string_or(user, "username", ""));
      } else if (!field.is_string()) {
        return fmt::format("{} must be a string", key);
      }
    }
  }
  return {};
}

// Names, or objects with username and action.
Rule check_remove_users(const Json& value) {
  for (const Json& user : value) {
    const bool is_name = user.is_string() && !user.get_ref<const std::string&>().empty();
    if (!is_name && (!user.is_object() || string_or(user, "username", "").empty()))
      return "a list of names, or of objects with username and action";
    if (user.is_object())
      if (const std::string action = string_or(user, "action", "lock"); action != "lock" && action != "drop")
        return fmt::format("action of user {} must be lock or drop", string_or(user, "username", ""));
  }
  return {};
}

}  // namespace aurora::restore
