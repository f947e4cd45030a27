#include "local/rds/keys.h"

#include <fmt/format.h>

#include "local/place.h"
#include "local/service_support.h"

namespace aurora::local::rds {
namespace {

constexpr char kOwnKey[] = "alias/aws/rds";

aws::ServiceError no_such_key(const std::string& key) {
  return fault(
      "KMSKeyNotAccessibleFault",
      fmt::format("The specified KMS key [{}] does not exist, is not enabled or you do not have permissions "
                  "to access it.",
                  key));
}

Key taken_for_granted(const std::string& wanted, const std::string& region) {
  const bool own = wanted.ends_with(kOwnKey);
  if (wanted.starts_with("arn:")) return {wanted, own};
  return {make_arn("kms", region, wanted.starts_with("alias/") ? wanted : "key/" + wanted), own};
}

Key known_to_kms(const Call& call, const std::string& wanted, Router& router) {
  Call question = call;
  question.service = "kms";
  question.operation = "DescribeKey";
  question.input = {{"KeyId", wanted}};
  question.http = nullptr;
  Json answer;
  try {
    answer = router.call(question);
  } catch (const aws::ServiceError&) {
    throw no_such_key(wanted);
  }
  const Json& metadata = answer.at("KeyMetadata");
  if (string_or(metadata, "KeyState", "") != "Enabled") throw no_such_key(wanted);
  return {metadata.at("Arn").get<std::string>(), string_or(metadata, "KeyManager", "") == "AWS"};
}

}  // namespace

Key usable_key(const Call& call, const std::string& wanted, Router* router) {
  if (wanted.starts_with("arn:") && arn_part(wanted, 3) != call.region) throw no_such_key(wanted);
  return router ? known_to_kms(call, wanted, *router) : taken_for_granted(wanted, place_of(call));
}

Key key_for(const Call& call, Router* router) {
  const std::string named = string_or(call.input, "KmsKeyId", "");
  const bool new_cluster = call.operation == "CreateDBCluster";
  if (named.empty() && !(new_cluster && bool_or(call.input, "StorageEncrypted", false))) return {};
  if (new_cluster && !bool_or(call.input, "StorageEncrypted", true))
    throw invalid_combination("KmsKeyId cannot be given when StorageEncrypted is false.");
  return usable_key(call, named.empty() ? kOwnKey : named, router);
}

void set_encryption(Resource& resource, const Key& key) {
  resource.body["StorageEncrypted"] = !key.arn.empty();
  resource.body["StorageEncryptionType"] = key.arn.empty() ? "none" : "sse-kms";
  if (key.arn.empty()) return;
  resource.body["KmsKeyId"] = key.arn;
  resource.internal["aws_managed_key"] = key.aws_managed;
}

Key key_of(const Resource& resource) {
  return {string_or(resource.body, "KmsKeyId", ""), bool_or(resource.internal, "aws_managed_key", false)};
}

}  // namespace aurora::local::rds
