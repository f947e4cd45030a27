#include "cli/deploy/parameters.h"

#include <fmt/format.h>

#include <charconv>
#include <regex>

#include "base/error.h"
#include "base/files.h"
#include "base/text.h"
#include "cli/yaml.h"

namespace aurora::cli {
namespace {

using restore::Finding;
using Findings = std::vector<Finding>;

ParameterValues read_pairs(const std::vector<std::string>& pairs, const char* what, Findings& findings) {
  ParameterValues values;
  for (const std::string& pair : pairs) {
    const std::size_t equals = pair.find('=');
    if (equals == std::string::npos || equals == 0)
      findings.push_back({what, dump_json(pair), "give KEY=VALUE"});
    else
      values[pair.substr(0, equals)] = pair.substr(equals + 1);
  }
  return values;
}

std::string text_of(const YamlDocument& document, const std::string& pointer, const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_null()) return "";
  const auto typed = document.typed.find(pointer);
  return typed == document.typed.end() ? dump_json(value) : typed->second;
}

void read_file_of_parameters(const std::string& path, ParameterValues& values, Findings& findings) {
  YamlDocument document;
  try {
    document = parse_yaml(read_file(path), path);
  } catch (const Error& error) {
    findings.push_back({"--parameters", dump_json(path), error.message()});
    return;
  }
  if (!document.value.is_object()) {
    findings.push_back({"--parameters", dump_json(path), "the file holds lines of KEY: value"});
    return;
  }
  for (const auto& [name, value] : document.value.items()) {
    const std::string pointer = (Json::json_pointer() / name).to_string();
    if (value.is_object()) {
      findings.push_back({name, dump_json(value), "a parameter is text, a number, or a list of them"});
    } else if (value.is_array()) {
      std::vector<std::string> parts;
      for (std::size_t i = 0; i < value.size(); ++i)
        parts.push_back(text_of(document, fmt::format("{}/{}", pointer, i), value[i]));
      values[name] = join(parts, ",");
    } else {
      values[name] = text_of(document, pointer, value);
    }
  }
}

std::string shown(const TemplateParameter& parameter, const std::string& value) {
  return parameter.no_echo ? "\"****\"" : dump_json(value);
}

std::optional<std::string> broken_range(const TemplateParameter& parameter, const std::string& value) {
  double number = static_cast<double>(value.size());
  if (parameter.is_number()) {
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
    if (error != std::errc() || end != value.data() + value.size()) return "a number is allowed";
  } else if (parameter.is_list()) {
    return std::nullopt;
  }
  const char* unit = parameter.is_number() ? "" : " characters";
  if (parameter.least && number < *parameter.least)
    return fmt::format("at least {}{} are allowed", *parameter.least, unit);
  if (parameter.most && number > *parameter.most)
    return fmt::format("at most {}{} are allowed", *parameter.most, unit);
  return std::nullopt;
}

bool fits_pattern(const std::string& pattern, const std::string& value) {
  try {
    return std::regex_match(value, std::regex(pattern));
  } catch (const std::regex_error&) {
    // A pattern of Java's that this library does not read: CloudFormation will check it.
    return true;
  }
}

// Of a list, each element has to obey
// (https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/parameters-section-structure.html).
std::optional<std::string> broken_rule(const TemplateParameter& parameter, const std::string& value) {
  if (parameter.is_list() && value.find(',') != std::string::npos) {
    for (const std::string& element : split(value, ','))
      if (const auto rule = broken_rule(parameter, std::string(trim(element)))) return rule;
    return std::nullopt;
  }
  const auto& choices = parameter.allowed_values;
  if (!choices.empty() && std::find(choices.begin(), choices.end(), value) == choices.end())
    return "allowed is one of " + join(choices, ", ");
  if (const auto range = broken_range(parameter, value)) return range;
  if (parameter.allowed_pattern.empty() || fits_pattern(parameter.allowed_pattern, value))
    return std::nullopt;
  return "allowed is " + (parameter.constraint_description.empty()
                              ? "what matches " + parameter.allowed_pattern
                              : parameter.constraint_description);
}

Finding unknown_parameter(const TemplateFile& file, const std::string& name) {
  std::vector<std::string> names;
  for (const TemplateParameter& parameter : file.parameters) names.push_back(parameter.name);
  const auto near = nearest(name, names);
  return {name, "",
          "the template has no such parameter" + (near ? fmt::format("; did you mean {}?", *near) : "")};
}

}  // namespace

ParameterValues read_parameters(const std::vector<std::string>& pairs, const std::string& file,
                                Findings& findings) {
  ParameterValues values;
  if (!file.empty()) read_file_of_parameters(file, values, findings);
  for (auto& [name, value] : read_pairs(pairs, "--parameter", findings)) values[name] = value;
  return values;
}

ParameterValues read_tags(const std::vector<std::string>& pairs, Findings& findings) {
  ParameterValues tags = read_pairs(pairs, "--tag", findings);
  for (const auto& [key, value] : tags)
    if (key.starts_with("aws:")) findings.push_back({"--tag", dump_json(key), "AWS keeps aws: for itself"});
  return tags;
}

void check_parameters(const TemplateFile& file, const ParameterValues& given, const ParameterValues& own,
                      const ParameterValues& before, Findings& findings) {
  for (const auto& [name, value] : given) {
    const TemplateParameter* parameter = file.parameter(name);
    if (parameter == nullptr)
      findings.push_back(unknown_parameter(file, name));
    else if (own.contains(name))
      findings.push_back({name, shown(*parameter, value), "the deployment sets it itself"});
    else if (const auto rule = broken_rule(*parameter, value))
      findings.push_back({name, shown(*parameter, value), *rule});
  }
  for (const TemplateParameter& parameter : file.parameters) {
    const auto set = own.find(parameter.name);
    if (set != own.end() && !set->second.empty())
      if (const auto rule = broken_rule(parameter, set->second))
        findings.push_back({parameter.name, dump_json(set->second), *rule});
    if (!parameter.fallback && !own.contains(parameter.name) && !given.contains(parameter.name) &&
        !before.contains(parameter.name))
      findings.push_back({parameter.name, "",
                          fmt::format("the template wants it: {} Give --parameter {}=…",
                                      parameter.description, parameter.name)});
  }
}

Json parameters_of_change_set(const TemplateFile& file, const ParameterValues& given,
                              const ParameterValues& own, const ParameterValues& before) {
  Json list = Json::array();
  for (const TemplateParameter& parameter : file.parameters) {
    const std::string& name = parameter.name;
    if (const auto found = own.find(name); found != own.end())
      list.push_back({{"ParameterKey", name}, {"ParameterValue", found->second}});
    else if (const auto typed = given.find(name); typed != given.end())
      list.push_back({{"ParameterKey", name}, {"ParameterValue", typed->second}});
    else if (before.contains(name))
      list.push_back({{"ParameterKey", name}, {"UsePreviousValue", true}});
  }
  return list;
}

}  // namespace aurora::cli
