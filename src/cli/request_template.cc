#include "cli/request_template.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "cli/style.h"
#include "cli/yaml.h"
#include "restore/settings.h"

namespace aurora::cli {
namespace {

using restore::Setting;
using restore::SettingType;

constexpr std::size_t kWidth = 96;

// In the order in which a person thinks of them.
constexpr std::array<std::string_view, 9> kFirst{
    "snapshot_date",          "source_cluster_id", "source_region",
    "target_cluster_id",      "target_region",     "db_subnet_group_name",
    "vpc_security_group_ids", "db_instance_class", "master_credentials_secret_id"};

constexpr char kUsersExample[] =
    "#db_users:\n"
    "#  - username: app_user\n"
    "#    password_secret_id: dev/db-users/app_user\n"
    "#    privileges: [SELECT, INSERT, UPDATE, DELETE]\n";
constexpr char kRemoveUsersExample[] =
    "#remove_users:\n"
    "#  - username: old_user\n";

bool is_first(const Setting& setting) {
  return std::find(kFirst.begin(), kFirst.end(), setting.name) != kFirst.end();
}

std::string comment(const std::string& text) {
  return "# " + replace_all(wrap_words(text, kWidth - 2, 0), "\n", "\n# ") + "\n";
}

// Under its own name or an alias.
Json value_in(const Json& configuration, const Setting& setting) {
  if (configuration.contains(setting.name)) return configuration[std::string(setting.name)];
  for (const std::string_view alias : setting.aliases)
    if (configuration.contains(alias)) return configuration[std::string(alias)];
  return nullptr;
}

std::string kind_of(const Setting& setting) {
  return setting.type == SettingType::kString ? "" : fmt::format(" ({})", name_of(setting.type));
}

std::string line_of(const Setting& setting, const Json& value) {
  return value.is_null() ? fmt::format("{}:\n", setting.name) : to_yaml({{std::string(setting.name), value}});
}

std::string as_comment(const std::string& yaml) {
  std::string text;
  for (const std::string& line : split(yaml.substr(0, yaml.size() - 1), '\n')) text += "#" + line + "\n";
  return text;
}

std::string first_entry(const Setting& setting, const Json& configuration) {
  Json value = value_in(configuration, setting);
  if (setting.name == "snapshot_date") value = "latest";
  const std::string text = comment(std::string(setting.meaning) + kind_of(setting));
  if (!value.is_null()) return text + line_of(setting, value);
  return text +
         as_comment(line_of(setting, setting.fallback.empty() ? Json() : Json::parse(setting.fallback)));
}

std::string entry(const Setting& setting) {
  std::string text = comment(std::string(setting.meaning) + kind_of(setting));
  if (setting.name == "db_users") return text + kUsersExample;
  if (setting.name == "remove_users") return text + kRemoveUsersExample;
  return text +
         as_comment(line_of(setting, setting.fallback.empty() ? Json() : Json::parse(setting.fallback)));
}

}  // namespace

std::string request_template(const Json& configuration, const std::string& environment,
                             const std::string& program) {
  std::string text =
      comment(fmt::format("A restore into environment {}. Look what it would do, then run it:", environment));
  text += fmt::format("# $ {0} plan -f FILE\n# $ {0} run -f FILE\n#\n", program);
  text += comment(
      "What is left out comes from the environment's configuration in SSM Parameter Store, then from the "
      "defaults. Options of the command line go before this file.");
  for (const std::string_view name : kFirst)
    text += "\n" + first_entry(*restore::find_setting(name), configuration);
  text +=
      "\n" + comment("All other settings with their defaults; take the # away from those that you change.");
  for (const Setting& setting : restore::settings())
    if (!is_first(setting)) text += "\n" + entry(setting);
  return text;
}

}  // namespace aurora::cli
