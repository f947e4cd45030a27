// What whoever deploys must be allowed: one table, from which the policy of docs/DEPLOY.md is made, and by
// which `deploy --check` asks IAM.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "aws/client.h"
#include "base/json.h"

namespace aurora::cli {

struct RightsPlace {
  std::string account;
  std::string region;
  std::string environment;
  std::string bucket;
  std::string stack;
};

struct Right {
  std::string_view sid;
  std::string_view
      types;  // of the template's resources that it is for, between spaces; empty: the command's own
  std::string_view actions;    // between spaces
  std::string_view resources;  // between spaces; {account}, {region}, {environment}, {bucket}, {stack}
  std::string_view passed_to;  // services that a role may be passed to, between spaces
};
const std::vector<Right>& deployer_rights();

// The policy, as IAM wants it.
Json deployer_policy(const RightsPlace& place);

struct RightsReport {
  std::vector<std::string> missing;  // "dynamodb:CreateTable on arn:…"
  std::string not_asked;             // why IAM could not be asked; empty when it could
};
// Asks IAM's simulator. `caller` is what STS says of the credentials.
RightsReport check_rights(aws::Api& api, const std::string& caller, const RightsPlace& place);

}  // namespace aurora::cli
