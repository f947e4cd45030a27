#include "restore/settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>

#include "aws/regions.h"
#include "base/error.h"
#include "base/text.h"

namespace aurora::restore {
namespace {

using Rule = std::optional<std::string>;

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

std::optional<Json> to_integer(const Json& value) {
  if (value.is_number_integer()) return value;
  if (!value.is_string()) return std::nullopt;
  const std::string text = value.get<std::string>();
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return Json(number);
}

std::optional<Json> to_number(const Json& value) {
  if (value.is_number()) return value;
  if (!value.is_string()) return std::nullopt;
  const std::string text = value.get<std::string>();
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(number)) return std::nullopt;
  return Json(number);
}

std::optional<Json> to_boolean(const Json& value) {
  if (value.is_boolean()) return value;
  if (!value.is_string()) return std::nullopt;
  const std::string text = to_lower(value.get<std::string>());
  if (text == "true" || text == "yes" || text == "1") return Json(true);
  if (text == "false" || text == "no" || text == "0") return Json(false);
  return std::nullopt;
}

std::optional<Json> to_list(const Json& value) {
  if (value.is_string()) {
    Json list = Json::array();
    for (const std::string& part : split(value.get<std::string>(), ','))
      if (!trim(part).empty()) list.push_back(trim(part));
    return list;
  }
  if (!value.is_array()) return std::nullopt;
  for (const Json& part : value)
    if (!part.is_string()) return std::nullopt;
  return value;
}

// An object of strings, or "key=value,key=value".
std::optional<Json> to_map(const Json& value) {
  if (value.is_string()) {
    Json map = Json::object();
    for (const std::string& part : split(value.get<std::string>(), ',')) {
      const std::size_t equals = part.find('=');
      if (equals == std::string::npos || equals == 0) return std::nullopt;
      map[std::string(trim(part.substr(0, equals)))] = std::string(trim(part.substr(equals + 1)));
    }
    return map;
  }
  if (!value.is_object()) return std::nullopt;
  for (const Json& part : value)
    if (!part.is_string()) return std::nullopt;
  return value;
}

// The value in the setting's type, or nothing.
std::optional<Json> convert(const Setting& setting, const Json& value) {
  switch (setting.type) {
    case SettingType::kString:
      return value.is_string() ? std::optional<Json>(value) : std::nullopt;
    case SettingType::kInteger:
      return to_integer(value);
    case SettingType::kNumber:
      return to_number(value);
    case SettingType::kBoolean:
      return to_boolean(value);
    case SettingType::kStringList:
      return to_list(value);
    case SettingType::kMap:
      return to_map(value);
    case SettingType::kUsers:
      return value.is_array() ? std::optional<Json>(value) : std::nullopt;
  }
  return std::nullopt;
}

// Values that may hold a password are never shown.
std::string shown(const Setting& setting, const Json& value) {
  return setting.type == SettingType::kUsers ? "(not shown)" : dump_json(value);
}

}  // namespace

std::string_view name_of(SettingType type) {
  switch (type) {
    case SettingType::kString:
      return "a string";
    case SettingType::kInteger:
      return "a whole number";
    case SettingType::kNumber:
      return "a number";
    case SettingType::kBoolean:
      return "true or false";
    case SettingType::kStringList:
      return "a list of strings";
    case SettingType::kMap:
      return "an object of strings";
    case SettingType::kUsers:
      return "a list of users";
  }
  return "";
}

const Setting* find_setting(std::string_view name) {
  for (const Setting& setting : settings())
    if (setting.name == name ||
        std::find(setting.aliases.begin(), setting.aliases.end(), name) != setting.aliases.end())
      return &setting;
  return nullptr;
}

std::vector<std::string> setting_names() {
  std::vector<std::string> names;
  for (const Setting& setting : settings()) {
    names.emplace_back(setting.name);
    names.insert(names.end(), setting.aliases.begin(), setting.aliases.end());
  }
  return names;
}

std::string Finding::to_text() const {
  return value.empty() ? fmt::format("{}: {}", field, rule) : fmt::format("{} is {}: {}", field, value, rule);
}

Json canonical_settings(const Json& object, std::string_view where, std::vector<Finding>& findings) {
  Json result = Json::object();
  if (!object.is_object()) {
    findings.push_back({std::string(where), dump_json(object).substr(0, 80), "must be a JSON object"});
    return result;
  }
  std::map<std::string_view, std::string> spelled;  // setting -> the spelling that set it
  for (const auto& [key, value] : object.items()) {
    const Setting* setting = find_setting(key);
    if (setting == nullptr) {
      const auto near = nearest(key, setting_names());
      findings.push_back({key, "",
                          near ? fmt::format("unknown field of {}; did you mean {}?", where, *near)
                               : fmt::format("unknown field of {}", where)});
      continue;
    }
    if (value.is_null() || (value.is_string() && value.get<std::string>().empty())) continue;
    const std::optional<Json> converted = convert(*setting, value);
    if (!converted) {
      findings.push_back({key, shown(*setting, value), fmt::format("must be {}", name_of(setting->type))});
      continue;
    }
    if (setting->check != nullptr) {
      if (const Rule rule = setting->check(*converted)) {
        findings.push_back({key, shown(*setting, *converted), "allowed is " + *rule});
        continue;
      }
    }
    const std::string name(setting->name);
    const auto known = spelled.find(setting->name);
    if (known != spelled.end() && result[name] != *converted) {
      findings.push_back(
          {fmt::format("{} and {}", known->second, key),
           fmt::format("{} and {}", shown(*setting, result[name]), shown(*setting, *converted)),
           "two spellings of one setting that contradict each other; give one"});
      continue;
    }
    spelled.emplace(setting->name, key);
    result[name] = *converted;
  }
  return result;
}

void throw_if_any(const std::vector<Finding>& findings) {
  if (findings.empty()) return;
  std::vector<std::string> lines;
  for (const Finding& finding : findings) lines.push_back(finding.to_text());
  const std::string text = join(lines, "; ");
  throw Error("InvalidInput", text + (text.ends_with('?') ? "" : ".") + " Nothing was created or changed.",
              "Correct the input and start again; `aurora-restore run --help` lists every field.");
}

bool is_rds_identifier(std::string_view text) {
  if (text.empty() || text.size() > 63 || !is_letter(text.front()) || text.back() == '-') return false;
  if (text.find("--") != std::string_view::npos) return false;
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return is_letter(c) || is_digit(c) || c == '-'; });
}

// Names, not a pattern: a Region that does not exist must fail here and not after minutes of retries.
bool is_region_name(std::string_view text) {
  return aws::is_known_region(text);
}

bool is_operation_id(std::string_view text) {
  return !text.empty() && text.size() <= 80 && std::all_of(text.begin(), text.end(), [](char c) {
    return is_letter(c) || is_digit(c) || c == '.' || c == '_' || c == '-';
  });
}

}  // namespace aurora::restore
