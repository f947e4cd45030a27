#include "restore/secrets.h"

#include <fmt/format.h>

namespace aurora::restore {
namespace {

// Parses without ever letting the text into an error.
Json parse_quietly(const std::string& text) {
  return Json::parse(text, nullptr, false);
}

}  // namespace

Credentials read_credentials(aws::Api& api, const std::string& region, const std::string& secret_id) {
  Json answer;
  try {
    answer = api.call("secretsmanager", region, "GetSecretValue", {{"SecretId", secret_id}});
  } catch (const aws::ServiceError& e) {
    if (!e.is("ResourceNotFoundException")) throw;
    throw Error("SecretNotFound", fmt::format("there is no secret {} in {}.", secret_id, region),
                "Create it with `aws secretsmanager create-secret`, with the keys username and password.");
  }
  const Json value = parse_quietly(string_or(answer, "SecretString", ""));
  Credentials credentials{string_or(value, "username", ""), Secret(string_or(value, "password", ""))};
  if (credentials.username.empty() || credentials.password.empty())
    throw Error(
        "SecretMalformed",
        fmt::format("secret {} in {} is no JSON object with username and password.", secret_id, region),
        "Store {\"username\": \"...\", \"password\": \"...\"} in it.");
  return credentials;
}

}  // namespace aurora::restore
