#include "cli/configuration_check.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "base/text.h"
#include "cli/yaml.h"
#include "restore/settings.h"

namespace aurora::cli {
namespace {

// JSON that YAML's reader does not take (tabs, very long keys) has findings all the same, without places.
std::map<std::string, YamlPosition> places_in(const std::string& text) {
  try {
    return parse_yaml(text, "the text").positions;
  } catch (const Error&) {
    return {};
  }
}

// A finding about two spellings stands where the second is.
std::string key_of(const restore::Finding& finding) {
  const std::size_t both = finding.field.find(" and ");
  return both == std::string::npos ? finding.field : finding.field.substr(both + 5);
}

PlacedFinding placed(const restore::Finding& finding, const std::map<std::string, YamlPosition>& places) {
  const auto place = places.find("/" + key_of(finding));
  PlacedFinding result{.field = finding.field, .message = finding.to_text()};
  if (place == places.end()) return result;
  result.line = place->second.line;
  result.column = place->second.column;
  return result;
}

}  // namespace

std::vector<PlacedFinding> check_configuration(const std::string& text, ConfigurationFormat format) {
  Json value;
  std::map<std::string, YamlPosition> places;
  try {
    if (format == ConfigurationFormat::kJson) {
      value = parse_json(text, "the text");
      places = places_in(text);
    } else {
      YamlDocument document = parse_yaml(text, "the text");
      value = std::move(document.value);
      places = std::move(document.positions);
    }
  } catch (const Error& e) {
    return {{.field = "", .message = e.message()}};
  }
  if (value.is_array()) value = Json{{"db_users", std::move(value)}};
  std::vector<restore::Finding> findings;
  restore::canonical_settings(value, "the configuration", findings);
  std::vector<PlacedFinding> result;
  for (const restore::Finding& finding : findings) result.push_back(placed(finding, places));
  std::ranges::stable_sort(result, {}, &PlacedFinding::line);
  return result;
}

std::vector<std::string> users_with_passwords(const std::string& text) {
  std::vector<std::string> names;
  Json value;
  try {
    value = parse_yaml(text, "the text").value;
  } catch (const Error&) {
    return names;
  }
  const Json& users = value.is_array() ? value : member_or_null(value, "db_users");
  for (const Json& user : users)
    if (user.is_object() && user.contains("password")) names.push_back(string_or(user, "username", "?"));
  return names;
}

}  // namespace aurora::cli
