// The files that the AWS CLI and every SDK share: ~/.aws/config and ~/.aws/credentials.
#pragma once
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace aurora::aws {

// The environment as a function, so that only the programs themselves read it.
using Environment = std::function<std::optional<std::string>(const std::string& name)>;

// The variable's value where it is set and not empty.
std::optional<std::string> variable(const Environment& environment, const std::string& name);

// Settings of one section; a nested one ("s3 =", then an indented "addressing_style = path") is
// "s3.addressing_style".
using Section = std::map<std::string, std::string>;

class SharedConfig {
 public:
  SharedConfig() = default;
  // Reads the files that AWS_CONFIG_FILE, AWS_SHARED_CREDENTIALS_FILE or HOME point to; absent files are
  // empty ones. Throws Error "InvalidProfile" for a file that cannot be understood.
  static SharedConfig load(const Environment& environment);
  // For files already read.
  static SharedConfig parse(std::string_view config, std::string_view credentials);

  // Both files' settings, those of the credentials file first. Nothing where neither has the profile.
  std::optional<Section> profile(const std::string& name) const;
  // A setting of a service in the section that the profile's "services" names ("endpoint_url").
  std::optional<std::string> service_setting(const std::string& profile, const std::string& service_key,
                                             const std::string& setting) const;

 private:
  std::map<std::string, Section> profiles_;
  std::map<std::string, Section> services_;
};

// The profile in use: `chosen`, else AWS_PROFILE, else AWS_DEFAULT_PROFILE, else "default".
std::string profile_name(const Environment& environment, const std::string& chosen);

}  // namespace aurora::aws
