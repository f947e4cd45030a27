#include "aws/profile.h"

#include "base/error.h"
#include "base/files.h"
#include "base/text.h"

namespace aurora::aws {
namespace {

using Sections = std::map<std::string, Section>;

// What stands before a comment: " #" or " ;" ends a value.
std::string_view without_comment(std::string_view value) {
  for (const std::string_view mark : {" #", " ;", "\t#", "\t;"}) value = value.substr(0, value.find(mark));
  return value;
}

class IniParser {
 public:
  explicit IniParser(std::string_view file) : file_(file) {}

  Sections parse(std::string_view text) {
    for (const std::string& line : split(text, '\n')) {
      ++number_;
      const std::string_view content = trim(line);
      if (content.empty() || content[0] == '#' || content[0] == ';') continue;
      if (content[0] == '[')
        start_section(content);
      else
        add_setting(content, line[0] == ' ' || line[0] == '\t');
    }
    return std::move(sections_);
  }

 private:
  [[noreturn]] void refuse(std::string_view why) const {
    throw Error("InvalidProfile", fmt::format("Line {} of the AWS {} file {}.", number_, file_, why));
  }

  void start_section(std::string_view content) {
    const std::size_t end = content.find(']');
    if (end == std::string_view::npos) refuse("begins a section that does not end");
    section_ = &sections_[std::string(trim(content.substr(1, end - 1)))];
    parent_.clear();
  }

  void add_setting(std::string_view content, bool indented) {
    if (!section_) refuse("stands before the first section");
    const std::size_t equals = content.find('=');
    if (equals == std::string_view::npos) refuse("is no setting (name = value)");
    const std::string name = to_lower(trim(content.substr(0, equals)));
    const std::string_view value = trim(without_comment(content.substr(equals + 1)));
    const bool nested = indented && !parent_.empty();
    if (!indented) parent_ = value.empty() ? name : "";
    (*section_)[nested ? parent_ + "." + name : name] = value;
  }

  std::string_view file_;
  std::size_t number_ = 0;
  Sections sections_;
  Section* section_ = nullptr;
  std::string parent_;  // the setting whose nested settings follow
};

std::string file_text(const Environment& environment, const std::string& name, const std::string& fallback) {
  std::optional<std::string> path = variable(environment, name);
  if (!path)
    if (const auto home = variable(environment, "HOME")) path = *home + "/.aws/" + fallback;
  return path ? read_file_if_exists(*path).value_or("") : "";
}

}  // namespace

std::optional<std::string> variable(const Environment& environment, const std::string& name) {
  std::optional<std::string> value = environment ? environment(name) : std::nullopt;
  return value && !value->empty() ? value : std::nullopt;
}

SharedConfig SharedConfig::load(const Environment& environment) {
  return parse(file_text(environment, "AWS_CONFIG_FILE", "config"),
               file_text(environment, "AWS_SHARED_CREDENTIALS_FILE", "credentials"));
}

SharedConfig SharedConfig::parse(std::string_view config, std::string_view credentials) {
  constexpr std::string_view kProfile = "profile ";
  constexpr std::string_view kServices = "services ";
  SharedConfig shared;
  shared.profiles_ = IniParser("credentials").parse(credentials);
  for (auto& [name, section] : IniParser("config").parse(config)) {
    if (name.starts_with(kServices)) {
      shared.services_[std::string(trim(name.substr(kServices.size())))] = std::move(section);
    } else if (name == "default" || name.starts_with(kProfile)) {
      const std::string_view bare =
          name == "default" ? std::string_view(name) : trim(std::string_view(name).substr(kProfile.size()));
      shared.profiles_[std::string(bare)].merge(section);
    }
  }
  return shared;
}

std::optional<Section> SharedConfig::profile(const std::string& name) const {
  const auto found = profiles_.find(name);
  return found == profiles_.end() ? std::nullopt : std::optional(found->second);
}

std::optional<std::string> SharedConfig::service_setting(const std::string& profile_name,
                                                         const std::string& service_key,
                                                         const std::string& setting) const {
  const auto found = profiles_.find(profile_name);
  if (found == profiles_.end() || !found->second.contains("services")) return std::nullopt;
  const auto services = services_.find(found->second.at("services"));
  if (services == services_.end()) return std::nullopt;
  const auto value = services->second.find(service_key + "." + setting);
  return value == services->second.end() ? std::nullopt : std::optional(value->second);
}

std::string profile_name(const Environment& environment, const std::string& chosen) {
  if (!chosen.empty()) return chosen;
  for (const char* name : {"AWS_PROFILE", "AWS_DEFAULT_PROFILE"})
    if (const auto value = variable(environment, name)) return *value;
  return "default";
}

}  // namespace aurora::aws
