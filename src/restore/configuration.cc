#include "restore/configuration.h"

#include <fmt/format.h>

#include "base/error.h"
#include "base/text.h"

namespace aurora::restore {
namespace {

constexpr std::chrono::seconds kParametersKept{30};

// The settings that this environment variable may set are strings, numbers, booleans and lists only.
Json variable_as_setting(const Setting& setting, const Environment& environment, std::string& spelled) {
  for (const std::string_view name : setting.environment) {
    spelled = name;
    const auto value = environment(spelled);
    if (value && !value->empty()) return *value;
  }
  return nullptr;
}

}  // namespace

std::string_view name_of(Source source) {
  switch (source) {
    case Source::kEvent:
      return "event";
    case Source::kState:
      return "state";
    case Source::kEnvironment:
      return "environment";
    case Source::kParameterStore:
      return "ssm";
    case Source::kDefault:
      return "default";
  }
  return "";
}

void Configuration::set(const std::string& name, Json value, Source source) {
  values_[name] = std::move(value);
  sources_[name] = source;
}

void Configuration::add(const Json& values, Source source) {
  for (const auto& [name, value] : values.items())
    if (!has(name)) set(name, value, source);
}

std::string Configuration::text(const std::string& name) const {
  return string_or(values_, name, "");
}
std::int64_t Configuration::integer(const std::string& name) const {
  return int_or(values_, name, 0);
}
double Configuration::number(const std::string& name) const {
  const Json& value = member_or_null(values_, name);
  return value.is_number() ? value.get<double>() : 0.0;
}
bool Configuration::flag(const std::string& name) const {
  return bool_or(values_, name, false);
}

std::vector<std::string> Configuration::list(const std::string& name) const {
  std::vector<std::string> strings;
  for (const Json& element : value(name)) strings.push_back(element.get<std::string>());
  return strings;
}

std::optional<Source> Configuration::source(const std::string& name) const {
  const auto it = sources_.find(name);
  return it == sources_.end() ? std::nullopt : std::optional(it->second);
}

ParameterStore::ParameterStore(aws::Api& api, const Clock& clock, PipelineNames names)
    : api_(api), clock_(clock), names_(std::move(names)) {}

Json ParameterStore::settings() {
  const std::lock_guard lock(mutex_);
  const TimePoint now = clock_.now();
  if (!fetched_ || now - *fetched_ >= kParametersKept) {
    cached_ = fetch();
    fetched_ = now;
  }
  return cached_;
}

Json ParameterStore::fetch() {
  const Json answer = api_.call(
      "ssm", names_.region, "GetParameters",
      {{"Names", {names_.config_parameter(), names_.db_users_parameter()}}, {"WithDecryption", true}});
  Json settings = Json::object();
  for (const Json& parameter : member_or_null(answer, "Parameters")) {
    const std::string name = string_or(parameter, "Name", "");
    const std::string what = "SSM parameter " + name;
    std::vector<Finding> findings;
    try {
      Json value = parse_json(string_or(parameter, "Value", ""), what);
      if (name == names_.db_users_parameter()) value = Json{{"db_users", value}};
      settings.update(canonical_settings(value, what, findings));
    } catch (const Error& e) {
      throw Error("InvalidConfiguration", e.message(), e.hint());
    }
    if (!findings.empty())
      throw Error("InvalidConfiguration", fmt::format("{}: {}", what, findings.front().to_text()),
                  "Correct it with `aws ssm put-parameter --overwrite`.");
  }
  return settings;
}

Json environment_settings(const Environment& environment, std::vector<Finding>& findings) {
  Json given = Json::object();
  for (const Setting& setting : settings()) {
    std::string variable;
    const Json value = variable_as_setting(setting, environment, variable);
    if (value.is_null()) continue;
    given.update(canonical_settings({{std::string(setting.name), value}}, "environment variable " + variable,
                                    findings));
  }
  return given;
}

Json default_settings() {
  Json defaults = Json::object();
  for (const Setting& setting : settings())
    if (!setting.fallback.empty()) defaults[std::string(setting.name)] = Json::parse(setting.fallback);
  return defaults;
}

std::vector<std::string> function_variables() {
  std::vector<std::string> names{"LOG_LEVEL",        "STATE_TABLE_NAME",   "DYNAMODB_TABLE_NAME",
                                 "AUDIT_TABLE_NAME", "STATE_MACHINE_NAME", "FUNCTION_NAME_PATTERN"};
  for (const Setting& setting : settings())
    names.insert(names.end(), setting.environment.begin(), setting.environment.end());
  return names;
}

}  // namespace aurora::restore
