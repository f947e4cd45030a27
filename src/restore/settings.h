// Every setting of a restore, in one table: its names, type, default and rule. Events, state,
// environment variables, SSM parameters, the command line's help and the documents all follow it.
#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"

namespace aurora::restore {

// kMap is an object of strings; kUsers a list of objects that may hold passwords and are never shown.
enum class SettingType { kString, kInteger, kNumber, kBoolean, kStringList, kMap, kUsers };

std::string_view name_of(SettingType type);

struct Setting {
  std::string_view name;
  SettingType type = SettingType::kString;
  std::vector<std::string_view> aliases;      // other spellings in events, state and SSM
  std::vector<std::string_view> environment;  // variables that set it, the most specific first
  std::string_view fallback;                  // the default as JSON text; empty when there is none
  // Says what is allowed when `value` (already of the right type) is not; nothing when it is.
  std::optional<std::string> (*check)(const Json& value) = nullptr;
  std::string_view meaning;
};

std::span<const Setting> settings();
// By name or alias; null when there is none.
const Setting* find_setting(std::string_view name_or_alias);
// All names and aliases, for suggesting the nearest.
std::vector<std::string> setting_names();

// One thing that is wrong with an input.
struct Finding {
  std::string field;
  std::string value;  // as JSON text; empty when the field is missing
  std::string rule;   // what is allowed
  std::string to_text() const;
};

// `object` with every alias replaced by its canonical name and every value in its canonical type ("3306"
// becomes 3306, "a,b" a list, "true" a boolean). Unknown fields, wrong types, broken rules and two
// spellings of one setting that contradict each other are added to `findings`. Fields whose value is
// null or an empty string count as absent. `where` names the source in messages ("the input", "SSM
// parameter /aurora-restore/dev/config").
Json canonical_settings(const Json& object, std::string_view where, std::vector<Finding>& findings);

// Throws Error "InvalidInput" with all findings in one message, when there are any.
void throw_if_any(const std::vector<Finding>& findings);

// What is allowed when `users` (a list) is no valid db_users, or no valid remove_users; nothing when it is.
std::optional<std::string> check_db_users(const Json& users);
std::optional<std::string> check_remove_users(const Json& users);

// RDS's rule for identifiers of clusters, instances and manual snapshots: 1 to 63 letters, digits and
// hyphens, first a letter, no hyphen at the end, no two in a row.
bool is_rds_identifier(std::string_view text);
bool is_region_name(std::string_view text);
bool is_operation_id(std::string_view text);

}  // namespace aurora::restore
