// What deployment has to know of a CloudFormation template: its parameters and its resources.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace aurora::cli {

struct TemplateParameter {
  std::string name;
  std::string type;
  std::string description;
  std::optional<std::string> fallback;  // the template's Default
  std::string allowed_pattern;
  std::string constraint_description;
  std::vector<std::string> allowed_values;
  std::optional<double> least;  // MinValue, or MinLength of text
  std::optional<double> most;
  bool no_echo = false;

  bool is_number() const { return type == "Number"; }
  bool is_list() const { return type.starts_with("List<") || type == "CommaDelimitedList"; }
};

struct TemplateResource {
  std::string type;
  std::string deletion_policy;
};

struct TemplateFile {
  std::string text;
  std::vector<TemplateParameter> parameters;          // in the template's order
  std::map<std::string, TemplateResource> resources;  // by logical id

  const TemplateParameter* parameter(std::string_view name) const;
};

// YAML with or without short forms, or JSON. Throws Error "InvalidYaml" for what cannot be read, and
// "TemplateUnusable" for a document that is no template.
TemplateFile read_template(const std::string& text, std::string_view what);

}  // namespace aurora::cli
