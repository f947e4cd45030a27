#include "local/rds/parameters.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/text.h"
#include "local/rds/errors.h"

namespace aurora::local::rds {
namespace {

// "16-2147483647"; the lower bound may be negative.
bool in_range(std::string_view range, std::string_view value) {
  const std::size_t dash = range.find('-', 1);
  double low = 0;
  double high = 0;
  double number = 0;
  const auto parse = [](std::string_view text, double& into) {
    const auto result = std::from_chars(text.data(), text.data() + text.size(), into);
    return result.ec == std::errc() && result.ptr == text.data() + text.size();
  };
  return dash != std::string_view::npos && parse(range.substr(0, dash), low) &&
         parse(range.substr(dash + 1), high) && parse(value, number) && number >= low && number <= high;
}

bool is_one_of(std::string_view allowed, std::string_view value) {
  const std::vector<std::string> choices = split(allowed, ',');
  return std::find(choices.begin(), choices.end(), value) != choices.end();
}

bool is_allowed(const ParameterSpec& spec, std::string_view value) {
  // A value becomes a line of a configuration file.
  if (value.find_first_of("\r\n") != std::string_view::npos || value.find('\0') != std::string_view::npos)
    return false;
  const std::string_view allowed = spec.allowed;
  const std::string_view type = spec.type;
  if (allowed.empty() || value.empty()) return true;
  if (type == "integer" && value.find('.') != std::string_view::npos) return false;
  if ((type == "integer" || type == "float") && allowed.find(',') == std::string_view::npos)
    return in_range(allowed, value);
  if (type != "list") return is_one_of(allowed, value);
  const std::vector<std::string> items = split(value, ',');
  return std::all_of(items.begin(), items.end(),
                     [&](const std::string& item) { return is_one_of(allowed, trim(item)); });
}

}  // namespace

std::vector<const ParameterSpec*> parameter_specs(std::string_view family, bool for_cluster) {
  std::vector<const ParameterSpec*> found;
  for (const std::span<const ParameterSpec> specs : {mysql_parameters(), postgresql_parameters()})
    for (const ParameterSpec& spec : specs)
      if (family.starts_with(spec.engine) && (for_cluster || spec.instance_too)) found.push_back(&spec);
  return found;
}

const ParameterSpec* find_parameter(std::string_view family, bool for_cluster, std::string_view name) {
  for (const ParameterSpec* spec : parameter_specs(family, for_cluster))
    if (spec->name == name) return spec;
  return nullptr;
}

void check_parameter_value(const ParameterSpec& spec, std::string_view value) {
  if (!is_allowed(spec, value))
    throw invalid_value(fmt::format("Invalid parameter value: {} for: {} allowed values are: {}", value,
                                    spec.name, *spec.allowed ? spec.allowed : "text of one line"));
}

Json describe_parameter(const ParameterSpec& spec, const Json& value) {
  Json shown = {{"ParameterName", spec.name}};
  if (!value.is_null())
    shown["ParameterValue"] = value;
  else if (*spec.value)
    shown["ParameterValue"] = spec.value;
  shown["Description"] = spec.description;
  shown["Source"] = !value.is_null() ? "user" : *spec.value ? "system" : "engine-default";
  shown["ApplyType"] = spec.dynamic ? "dynamic" : "static";
  shown["DataType"] = spec.type;
  if (*spec.allowed) shown["AllowedValues"] = spec.allowed;
  shown["IsModifiable"] = true;
  shown["ApplyMethod"] = spec.dynamic ? "immediate" : "pending-reboot";
  shown["SupportedEngineModes"] = {"provisioned"};
  return shown;
}

std::map<std::string, std::string> server_parameters(std::string_view family, const Json& values) {
  std::map<std::string, std::string> parameters;
  for (const ParameterSpec* spec : parameter_specs(family, true)) {
    const Json& value = member_or_null(values, spec->name);
    if (value.is_string())
      parameters[spec->server] = value.get<std::string>();
    else if (*spec->value)
      parameters[spec->server] = spec->value;
  }
  return parameters;
}

}  // namespace aurora::local::rds
