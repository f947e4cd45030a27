// The S3 bucket that a deployment's files lie in, each under its content's hash.
#pragma once
#include <string>

#include "aws/client.h"
#include "cli/deploy/parameters.h"

namespace aurora::cli {

class DeployBucket {
 public:
  DeployBucket(aws::Api& api, std::string region, std::string account, std::string name)
      : api_(api), region_(std::move(region)), account_(std::move(account)), name_(std::move(name)) {}

  const std::string& name() const { return name_; }

  // Throws Error "BucketNotOurs" for a bucket that another account has, or that we may not look at. Every
  // call names the account that must own it, so that nothing is ever sent to somebody else's bucket.
  bool exists();
  // Private, encrypted, with tags. True when it was made now.
  bool ensure(const ParameterValues& tags);
  bool holds(const std::string& key);
  void put(const std::string& key, const std::string& content_type, const std::string& bytes);
  // For CloudFormation's TemplateURL.
  std::string url_of(const std::string& key) const;

 private:
  Json call(std::string_view operation, Json input);
  void make(const ParameterValues& tags);

  aws::Api& api_;
  std::string region_;
  std::string account_;
  std::string name_;
};

// aurora-restore-<account>-<region>
std::string deploy_bucket_name(const std::string& account, const std::string& region);

}  // namespace aurora::cli
