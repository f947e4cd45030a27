// Where credentials come from: the chain that every SDK has.
#pragma once
#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "aws/endpoint.h"
#include "aws/identity.h"
#include "aws/profile.h"
#include "base/clock.h"
#include "http/transport.h"

namespace aurora::aws {

// Thread-safe.
class CredentialsProvider {
 public:
  virtual ~CredentialsProvider() = default;
  // Throws Error "NoCredentials" that lists what was tried.
  virtual Credentials get() = 0;
};

class StaticCredentials final : public CredentialsProvider {
 public:
  explicit StaticCredentials(Credentials credentials) : credentials_(std::move(credentials)) {}
  Credentials get() override { return credentials_; }

 private:
  const Credentials credentials_;
};

// Keeps what `load` gave, and loads again five minutes before it expires. While loading fails, what has
// not expired yet is still used.
class CachedCredentials final : public CredentialsProvider {
 public:
  CachedCredentials(std::function<Credentials()> load, const Clock& clock)
      : load_(std::move(load)), clock_(clock) {}
  Credentials get() override;

 private:
  const std::function<Credentials()> load_;
  const Clock& clock_;
  std::mutex mutex_;
  std::optional<Credentials> cached_;
};

struct CredentialsConfig {
  EndpointConfig endpoints;  // environment, files and profile; STS is called at these endpoints
  // A profile that was asked for by name goes before the environment's keys.
  bool profile_is_explicit = false;
};

// The first source that has credentials: environment, web identity, profile (keys, credential_process,
// role_arn with source_profile or credential_source, web identity), container, instance metadata
// (version 2). Single sign-on is refused with what to do instead. The transport and the clock outlive it.
std::unique_ptr<CredentialsProvider> default_credentials(CredentialsConfig config, http::Transport& transport,
                                                         Clock& clock);

}  // namespace aurora::aws
