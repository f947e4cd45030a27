#include "aws/credentials.h"

#include "aws/credential_sources.h"
#include "base/error.h"
#include "base/text.h"

namespace aurora::aws {
namespace {

using namespace std::chrono_literals;
constexpr auto kRefreshBefore = 5min;

class Chain {
 public:
  Chain(CredentialsConfig config, http::Transport& transport, Clock& clock)
      : config_(std::move(config)), sources_(config_, transport, clock) {}

  Credentials load() const {
    std::vector<std::string> tried;
    const auto attempt = [&](const char* name, auto source) {
      std::optional<Credentials> found = source();
      if (!found) tried.emplace_back(name);
      return found;
    };
    const std::string& profile = config_.endpoints.profile;
    if (config_.profile_is_explicit) {
      if (auto found = attempt("the profile", [&] { return sources_.profile(profile); })) return *found;
      throw_nothing(tried);
    }
    if (auto found = attempt("the environment (AWS_ACCESS_KEY_ID)", [&] { return sources_.environment(); }))
      return *found;
    if (auto found =
            attempt("web identity (AWS_WEB_IDENTITY_TOKEN_FILE)", [&] { return sources_.web_identity(); }))
      return *found;
    if (auto found = attempt("the profile", [&] { return sources_.profile(profile); })) return *found;
    if (auto found =
            attempt("the container (AWS_CONTAINER_CREDENTIALS_*)", [&] { return sources_.container(); }))
      return *found;
    if (auto found = attempt("instance metadata", [&] { return sources_.instance_metadata(); }))
      return *found;
    throw_nothing(tried);
  }

 private:
  [[noreturn]] void throw_nothing(std::vector<std::string> tried) const {
    for (std::string& name : tried)
      if (name == "the profile")
        name =
            fmt::format("the profile \"{}\" (~/.aws/config, ~/.aws/credentials)", config_.endpoints.profile);
    throw Error("NoCredentials", fmt::format("No AWS credentials were found. Tried: {}.", join(tried, "; ")),
                "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE.");
  }

  const CredentialsConfig config_;
  const CredentialSources sources_;
};

}  // namespace

Credentials CachedCredentials::get() {
  const std::lock_guard lock(mutex_);
  const TimePoint now = clock_.now();
  const auto holds_at = [&](TimePoint when) {
    return cached_ && (!cached_->expires_at || *cached_->expires_at > when);
  };
  if (holds_at(now + kRefreshBefore)) return *cached_;
  try {
    cached_ = load_();
  } catch (const Error&) {
    // The service that gives credentials may be away for a moment; those at hand still hold.
    if (!holds_at(now)) throw;
  }
  return *cached_;
}

std::unique_ptr<CredentialsProvider> default_credentials(CredentialsConfig config, http::Transport& transport,
                                                         Clock& clock) {
  auto chain = std::make_shared<const Chain>(std::move(config), transport, clock);
  return std::make_unique<CachedCredentials>([chain] { return chain->load(); }, clock);
}

}  // namespace aurora::aws
