#include "restore/configuration.h"

#include <fmt/format.h>

#include "base/error.h"
#include "base/text.h"
#include "restore/configuration_sources.h"

namespace aurora::restore {
namespace {

constexpr std::chrono::seconds kParametersKept{30};

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
  std::vector<std::string> wrong;
  for (const Json& parameter : member_or_null(answer, "Parameters")) {
    const std::string name = string_or(parameter, "Name", "");
    std::vector<Finding> findings;
    settings.update(parameter_settings(names_, name, string_or(parameter, "Value", ""), findings));
    for (const Finding& finding : findings)
      wrong.push_back(fmt::format("SSM parameter {}: {}", name, finding.to_text()));
  }
  if (!wrong.empty())
    throw Error(
        "InvalidConfiguration", join(wrong, "; "),
        "Correct it with `aws ssm put-parameter --overwrite`; `aurora-restore config validate` checks it.");
  return settings;
}

Json environment_settings(const Environment& environment, std::vector<Finding>& findings) {
  Json given = Json::object();
  for (const Setting& setting : settings()) {
    const auto variable = variable_of(setting, environment);
    if (!variable) continue;
    std::vector<Finding> found;
    given.update(canonical_settings({{std::string(setting.name), *environment(*variable)}},
                                    "environment variable " + *variable, found));
    // Whoever reads it knows the variable, not the setting.
    for (Finding& finding : found) {
      finding.field = "environment variable " + *variable;
      findings.push_back(std::move(finding));
    }
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
