// What a request is signed with.
#pragma once
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/secret.h"

namespace aurora::aws {

struct Credentials {
  std::string access_key_id;
  Secret secret_access_key;
  // Empty for long-term credentials.
  Secret session_token;
  // Nothing for credentials that do not expire.
  std::optional<TimePoint> expires_at;
};

// What a signature holds for.
struct SigningScope {
  std::string region;
  std::string service;  // the model's signing_name: "states"
};

}  // namespace aurora::aws
