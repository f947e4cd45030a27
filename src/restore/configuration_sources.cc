#include "restore/configuration_sources.h"

#include <algorithm>
#include <array>

#include "base/error.h"

namespace aurora::restore {
namespace {

constexpr std::array<std::array<std::string_view, 3>, 2> kStandForEachOther{
    {{"subnet_ids", "db_subnet_group_name", ""}, {"snapshot_name", "snapshot_date", "restore_to_time"}}};

// The first source that gives one of the settings; nothing when none does.
std::optional<Source> first_source(const Configuration& configuration,
                                   const std::array<std::string_view, 3>& group) {
  std::optional<Source> first;
  for (const std::string_view name : group)
    if (const auto from = configuration.source(std::string(name)); from && (!first || *from < *first))
      first = from;
  return first;
}

// Whether one that stands for it comes from a source that goes before.
bool is_overruled(const Configuration& configuration, const std::string& name, Source source) {
  return std::ranges::any_of(kStandForEachOther, [&](const auto& group) {
    return std::ranges::find(group, name) != group.end() && first_source(configuration, group) < source;
  });
}

}  // namespace

Json parameter_settings(const PipelineNames& names, const std::string& parameter, const std::string& text,
                        std::vector<Finding>& findings) {
  const std::string what = "SSM parameter " + parameter;
  Json value;
  try {
    value = parse_json(text, "the text");
  } catch (const Error& e) {
    findings.push_back({"value", "", e.message()});
    return Json::object();
  }
  if (parameter == names.db_users_parameter()) value = Json{{"db_users", value}};
  return canonical_settings(value, what, findings);
}

std::optional<std::string> variable_of(const Setting& setting, const Environment& environment) {
  for (const std::string_view name : setting.environment) {
    const auto value = environment(std::string(name));
    if (value && !value->empty()) return std::string(name);
  }
  return std::nullopt;
}

Configuration settled(const Configuration& configuration) {
  Configuration result;
  for (const auto& [name, value] : configuration.values().items()) {
    const Source source = configuration.source(name).value_or(Source::kDefault);
    if (!is_overruled(configuration, name, source)) result.set(name, value, source);
  }
  return result;
}

Json shown_value(const Setting& setting, const Json& value) {
  if (setting.type != SettingType::kUsers || !value.is_array()) return value;
  Json shown = value;
  for (Json& user : shown)
    if (user.is_object() && user.contains("password")) user["password"] = "(not shown)";
  return shown;
}

}  // namespace aurora::restore
