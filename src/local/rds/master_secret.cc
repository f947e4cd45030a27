#include "local/rds/master_secret.h"

#include <fmt/format.h>

#include "base/ids.h"
#include "local/rds/keys.h"
#include "local/router_api.h"

namespace aurora::local::rds {
namespace {

constexpr char kService[] = "secretsmanager";
constexpr char kDefaultKey[] = "alias/aws/secretsmanager";
constexpr int kPasswordLength = 28;

std::string version_with(const Json& description, std::string_view stage) {
  for (const auto& [version, stages] : member_or_null(description, "VersionIdsToStages").items())
    for (const Json& one : stages)
      if (one == stage) return version;
  return {};
}

Secret password_of(const Json& value) {
  const Json login = parse_json(string_or(value, "SecretString", ""), "a managed master secret");
  return Secret(login.at("password").get<std::string>());
}

}  // namespace

bool wants_managed_password(const Call& call) {
  if (call.operation != "CreateDBCluster" && call.operation != "ModifyDBCluster") return false;
  const bool manage = bool_or(call.input, "ManageMasterUserPassword", false);
  if (manage && call.input.contains("MasterUserPassword"))
    throw invalid_combination(
        "You can't specify MasterUserPassword when ManageMasterUserPassword is enabled: RDS makes the "
        "password.");
  if (!manage && call.input.contains("MasterUserSecretKmsKeyId"))
    throw invalid_combination("MasterUserSecretKmsKeyId needs ManageMasterUserPassword.");
  return manage;
}

MasterSecret make_master_secret(const Call& call, Router& router) {
  const std::string key = string_or(call.input, "MasterUserSecretKmsKeyId", kDefaultKey);
  MasterSecret secret{.arn = {}, .key = usable_key(call, key, &router).arn};
  Json input{{"Name", "rds!cluster-" + new_uuid()},
             {"Description", "The secret associated with the master user of an RDS DB cluster"},
             {"KmsKeyId", secret.key},
             {"Tags", {{{"Key", "aws:secretsmanager:owningService"}, {"Value", "rds"}}}}};
  secret.arn =
      RouterApi(router).call(kService, call.region, "CreateSecret", input).at("ARN").get<std::string>();
  return secret;
}

Json shown_secret(const MasterSecret& secret) {
  return {{"SecretArn", secret.arn}, {"SecretStatus", "creating"}, {"KmsKeyId", secret.key}};
}

Json secret_details(const std::string& arn) {
  return {{"secret", arn}, {"secret_version", new_uuid()}};
}

Secret pending_password(Router& router, const std::string& region, const Json& details,
                        const std::string& user) {
  RouterApi api(router);
  const std::string secret = details.at("secret").get<std::string>();
  const std::string version = details.at("secret_version").get<std::string>();
  try {
    return password_of(
        api.call(kService, region, "GetSecretValue", {{"SecretId", secret}, {"VersionId", version}}));
  } catch (const aws::ServiceError& error) {
    if (!error.is("ResourceNotFoundException")) throw;
  }
  const std::string password = api.call(kService, region, "GetRandomPassword",
                                        {{"PasswordLength", kPasswordLength},
                                         {"ExcludeCharacters", "/\"@'\\ "},
                                         {"IncludeSpace", false}})
                                   .at("RandomPassword")
                                   .get<std::string>();
  api.call(kService, region, "PutSecretValue",
           {{"SecretId", secret},
            {"ClientRequestToken", version},
            {"VersionStages", {"AWSPENDING"}},
            {"SecretString", dump_json({{"username", user}, {"password", password}})}});
  return Secret(password);
}

void make_current(Router& router, const std::string& region, const Json& details) {
  RouterApi api(router);
  const std::string secret = details.at("secret").get<std::string>();
  const std::string version = details.at("secret_version").get<std::string>();
  const Json description = api.call(kService, region, "DescribeSecret", {{"SecretId", secret}});
  const std::string current = version_with(description, "AWSCURRENT");
  if (current != version) {
    Json move{{"SecretId", secret}, {"VersionStage", "AWSCURRENT"}, {"MoveToVersionId", version}};
    if (!current.empty()) move["RemoveFromVersionId"] = current;
    api.call(kService, region, "UpdateSecretVersionStage", move);
  }
  if (version_with(description, "AWSPENDING") == version)
    api.call(kService, region, "UpdateSecretVersionStage",
             {{"SecretId", secret}, {"VersionStage", "AWSPENDING"}, {"RemoveFromVersionId", version}});
}

// A secret that is gone already is as good as deleted.
void delete_master_secret(Router& router, const std::string& region, const std::string& arn) {
  try {
    RouterApi(router).call(kService, region, "DeleteSecret",
                           {{"SecretId", arn}, {"ForceDeleteWithoutRecovery", true}});
  } catch (const aws::ServiceError& error) {
    if (!error.is("ResourceNotFoundException")) throw;
  }
}

}  // namespace aurora::local::rds
