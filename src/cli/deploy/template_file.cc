#include "cli/deploy/template_file.h"

#include <fmt/format.h>

#include <charconv>

#include "base/error.h"
#include "cli/yaml.h"

namespace aurora::cli {
namespace {

// CloudFormation takes every value as text: 07 stays 07, and true stays what was typed.
class ParameterReader {
 public:
  explicit ParameterReader(const YamlDocument& document) : document_(document) {}

  TemplateParameter read(const std::string& name, const Json& body) const {
    const std::string at = "/Parameters/" + name;
    TemplateParameter parameter;
    parameter.name = name;
    parameter.type = string_or(body, "Type", "String");
    parameter.description = string_or(body, "Description", "");
    parameter.fallback = text(body, "Default", at);
    parameter.allowed_pattern = string_or(body, "AllowedPattern", "");
    parameter.constraint_description = string_or(body, "ConstraintDescription", "");
    const Json& values = member_or_null(body, "AllowedValues");
    for (std::size_t i = 0; values.is_array() && i < values.size(); ++i)
      parameter.allowed_values.push_back(typed(values[i], fmt::format("{}/AllowedValues/{}", at, i)));
    parameter.least = number(body, parameter.is_number() ? "MinValue" : "MinLength", at);
    parameter.most = number(body, parameter.is_number() ? "MaxValue" : "MaxLength", at);
    parameter.no_echo = text(body, "NoEcho", at).value_or("") == "true";
    return parameter;
  }

 private:
  std::string typed(const Json& value, const std::string& pointer) const {
    if (value.is_string()) return value.get<std::string>();
    const auto found = document_.typed.find(pointer);
    return found == document_.typed.end() ? dump_json(value) : found->second;
  }

  std::optional<std::string> text(const Json& body, const std::string& key, const std::string& at) const {
    const Json& value = member_or_null(body, key);
    if (!body.is_object() || !body.contains(key)) return std::nullopt;
    return value.is_null() ? std::string() : typed(value, at + "/" + key);
  }

  std::optional<double> number(const Json& body, const std::string& key, const std::string& at) const {
    const auto typed_text = text(body, key, at);
    double value = 0;
    if (!typed_text) return std::nullopt;
    const auto [end, error] =
        std::from_chars(typed_text->data(), typed_text->data() + typed_text->size(), value);
    return error == std::errc() ? std::optional<double>(value) : std::nullopt;
  }

  const YamlDocument& document_;
};

}  // namespace

const TemplateParameter* TemplateFile::parameter(std::string_view name) const {
  for (const TemplateParameter& candidate : parameters)
    if (candidate.name == name) return &candidate;
  return nullptr;
}

TemplateFile read_template(const std::string& text, std::string_view what) {
  const YamlDocument document = parse_yaml(text, what, YamlTags::kLeftOut);
  if (!member_or_null(document.value, "Resources").is_object())
    throw Error(
        "TemplateUnusable", fmt::format("{} has no Resources: it is no CloudFormation template", what),
        "Give the pipeline's template with --template, or leave the option out: this program has it.");
  TemplateFile result;
  result.text = text;
  const ParameterReader reader(document);
  const Json& parameters = member_or_null(document.value, "Parameters");
  if (parameters.is_object())
    for (const auto& [name, body] : parameters.items()) result.parameters.push_back(reader.read(name, body));
  for (const auto& [name, body] : document.value["Resources"].items())
    result.resources[name] = {string_or(body, "Type", ""), string_or(body, "DeletionPolicy", "")};
  return result;
}

}  // namespace aurora::cli
