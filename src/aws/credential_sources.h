// The single sources of the chain of credentials.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "aws/credentials.h"

namespace aurora::aws {

// What the sources work with. Each source returns nothing where it is not configured, and throws where it
// is and fails: another source must not step in for one that was asked for.
class CredentialSources {
 public:
  CredentialSources(const CredentialsConfig& config, http::Transport& transport, Clock& clock)
      : config_(config), transport_(transport), clock_(clock) {}

  std::optional<Credentials> environment() const;
  std::optional<Credentials> web_identity() const;
  std::optional<Credentials> profile(const std::string& name) const;
  std::optional<Credentials> container() const;
  // Nothing, too, where no metadata service answers.
  std::optional<Credentials> instance_metadata() const;

 private:
  std::optional<Credentials> profile(const std::string& name, std::vector<std::string>& visited) const;
  Credentials source_of_role(const std::string& name, const Section& section,
                             std::vector<std::string>& visited) const;
  Credentials assume_role(const Section& section, const Credentials& source) const;
  Credentials assume_role_with_web_identity(const std::string& role_arn, const std::string& token_file,
                                            const std::string& session_name) const;
  Credentials call_sts(std::string_view operation, const Json& input, const Credentials* credentials) const;
  std::string session_name(const std::string& configured) const;
  std::string sts_region() const;
  std::optional<std::string> env(const std::string& name) const {
    return variable(config_.endpoints.environment, name);
  }

  const CredentialsConfig& config_;
  http::Transport& transport_;
  Clock& clock_;
};

// The document that containers, instances and processes answer: AccessKeyId, SecretAccessKey, Token or
// SessionToken, Expiration. `what` names the source in errors; the document itself never shows.
Credentials parse_credentials(const std::string& document, std::string_view what);

// Runs a shell command for at most `timeout` and returns its standard output. Throws Error
// "CredentialProcessFailed".
std::string run_credential_process(const std::string& command, Duration timeout, Clock& clock);

}  // namespace aurora::aws
