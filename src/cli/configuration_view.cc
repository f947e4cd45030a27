#include "cli/configuration_view.h"

#include <fmt/format.h>

#include "restore/configuration_sources.h"

namespace aurora::cli {
namespace {

using restore::Source;

// The functions all have the same variables.
Json function_variables(World& world, std::vector<std::string>& findings) {
  const std::string name = world.names.function("snapshot_check");
  try {
    const Json answer =
        world.api->call("lambda", world.region(), "GetFunctionConfiguration", {{"FunctionName", name}});
    return member_or_null(member_or_null(answer, "Environment"), "Variables");
  } catch (const aws::ServiceError& e) {
    findings.push_back(fmt::format("The variables of function {} are not known: {}", name, e.what()));
    return Json::object();
  }
}

void add_environment(ConfigurationView& view, const Json& variables) {
  const restore::Environment environment = [&](const std::string& name) -> std::optional<std::string> {
    const Json& value = member_or_null(variables, name);
    return value.is_string() ? std::optional(value.get<std::string>()) : std::nullopt;
  };
  std::vector<restore::Finding> findings;
  view.settings.add(restore::environment_settings(environment, findings), Source::kEnvironment);
  for (const restore::Setting& setting : restore::settings())
    if (const auto variable = restore::variable_of(setting, environment))
      view.from[std::string(setting.name)] = *variable;
  for (const restore::Finding& finding : findings) view.findings.push_back(finding.to_text());
}

void add_parameters(ConfigurationView& view, World& world) {
  for (const auto& [parameter, text] : read_parameters(world)) {
    std::vector<restore::Finding> findings;
    const Json values = restore::parameter_settings(world.names, parameter, text, findings);
    for (const auto& [name, value] : values.items())
      if (!view.settings.has(name)) view.from[name] = parameter;
    view.settings.add(values, Source::kParameterStore);
    for (const restore::Finding& finding : findings)
      view.findings.push_back(fmt::format("{}: {}", parameter, finding.to_text()));
  }
}

}  // namespace

std::map<std::string, std::string> read_parameters(World& world) {
  const Json answer =
      world.api->call("ssm", world.region(), "GetParameters",
                      {{"Names", {world.names.config_parameter(), world.names.db_users_parameter()}},
                       {"WithDecryption", true}});
  std::map<std::string, std::string> texts;
  for (const Json& parameter : member_or_null(answer, "Parameters"))
    texts[string_or(parameter, "Name", "")] = string_or(parameter, "Value", "");
  return texts;
}

ConfigurationView read_configuration(World& world) {
  ConfigurationView view;
  add_environment(view, function_variables(world, view.findings));
  add_parameters(view, world);
  view.settings.add(restore::default_settings(), Source::kDefault);
  view.settings.add({{"target_region", world.region()}}, Source::kDefault);
  return view;
}

}  // namespace aurora::cli
