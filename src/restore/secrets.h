// Credentials from Secrets Manager. They live in memory only, for as long as a step needs them.
#pragma once
#include <string>

#include "aws/client.h"
#include "base/secret.h"

namespace aurora::restore {

struct Credentials {
  std::string username;
  Secret password;
};

// The secret's JSON keys username and password. Throws Error "SecretNotFound" or "SecretMalformed"; both
// name the secret and never its content.
Credentials read_credentials(aws::Api& api, const std::string& region, const std::string& secret_id);

}  // namespace aurora::restore
