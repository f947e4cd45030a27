#include "cli/deploy/bucket.h"

#include <fmt/format.h>

#include "base/digest.h"
#include "base/text.h"
#include "restore/pipeline.h"

namespace aurora::cli {
namespace {

[[noreturn]] void not_ours(const std::string& name, const std::string& account) {
  throw Error("BucketNotOurs",
              fmt::format("bucket {} does not belong to account {}, or these credentials may not look at it",
                          name, account),
              "Nothing was sent. Give a bucket of the account with --bucket, or the right s3:ListBucket on "
              "this one.");
}

}  // namespace

Json DeployBucket::call(std::string_view operation, Json input) {
  input["Bucket"] = name_;
  input["ExpectedBucketOwner"] = account_;
  return api_.call("s3", region_, operation, input);
}

bool DeployBucket::exists() {
  try {
    call("HeadBucket", Json::object());
    return true;
  } catch (const aws::ServiceError& error) {
    if (error.status() == 404) return false;
    if (error.status() == 403) not_ours(name_, account_);
    if (error.status() == 301 || error.status() == 400)
      throw Error(
          "BucketElsewhere", fmt::format("bucket {} is not in {}", name_, region_),
          "Nothing was sent. CloudFormation takes functions from a bucket of the stack's own Region: give "
          "another one with --bucket.");
    throw;
  }
}

void DeployBucket::make(const ParameterValues& tags) {
  Json input{{"Bucket", name_}};
  if (region_ != "us-east-1") input["CreateBucketConfiguration"] = {{"LocationConstraint", region_}};
  try {
    api_.call("s3", region_, "CreateBucket", input);
  } catch (const aws::ServiceError& error) {
    if (error.is("BucketAlreadyExists")) not_ours(name_, account_);
    if (!error.is("BucketAlreadyOwnedByYou")) throw;
  }
  call("PutPublicAccessBlock", {{"PublicAccessBlockConfiguration",
                                 {{"BlockPublicAcls", true},
                                  {"IgnorePublicAcls", true},
                                  {"BlockPublicPolicy", true},
                                  {"RestrictPublicBuckets", true}}}});
  const Json rule{{"ApplyServerSideEncryptionByDefault", {{"SSEAlgorithm", "AES256"}}}};
  call("PutBucketEncryption", {{"ServerSideEncryptionConfiguration", {{"Rules", Json::array({rule})}}}});
  Json tag_set = Json::array();
  tag_set.push_back({{"Key", restore::kManagedTag}, {"Value", "true"}});
  for (const auto& [key, value] : tags) tag_set.push_back({{"Key", key}, {"Value", value}});
  call("PutBucketTagging", {{"Tagging", {{"TagSet", tag_set}}}});
}

bool DeployBucket::ensure(const ParameterValues& tags) {
  if (exists()) return false;
  make(tags);
  return true;
}

bool DeployBucket::holds(const std::string& key) {
  try {
    call("HeadObject", {{"Key", key}});
    return true;
  } catch (const aws::ServiceError& error) {
    if (error.status() == 404) return false;
    if (error.status() == 403) not_ours(name_, account_);
    throw;
  }
}

void DeployBucket::put(const std::string& key, const std::string& content_type, const std::string& bytes) {
  call("PutObject", {{"Key", key},
                     {"ContentType", content_type},
                     {"ChecksumSHA256", base64_encode(sha256(bytes))},
                     {"Body", bytes}});
}

std::string DeployBucket::url_of(const std::string& key) const {
  const std::string suffix = region_.starts_with("cn-") ? "amazonaws.com.cn" : "amazonaws.com";
  return fmt::format("https://{}.s3.{}.{}/{}", name_, region_, suffix, uri_encode(key, true));
}

std::string deploy_bucket_name(const std::string& account, const std::string& region) {
  return fmt::format("aurora-restore-{}-{}", account, region);
}

}  // namespace aurora::cli
