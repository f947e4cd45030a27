// Parameter Store of AWS Systems Manager.
#pragma once
#include <mutex>

#include "base/clock.h"
#include "local/documents.h"
#include "local/kms_envelope.h"
#include "local/service_support.h"
#include "local/store.h"

namespace aurora::local {

// String, StringList and SecureString parameters with versions, labels, paths and tags. SecureStrings lie
// encrypted under their KMS key.
class Ssm final : public Service {
 public:
  Ssm(const std::filesystem::path& directory, Clock& clock, Router& router);
  Json handle(const Call& call) override;

 private:
  Json put_parameter(const Call& call);
  Json get_parameter(const Call& call);
  Json get_parameters(const Call& call);
  Json get_parameters_by_path(const Call& call);
  Json get_parameter_history(const Call& call);
  Json describe_parameters(const Call& call);
  Json delete_parameter(const Call& call);
  Json delete_parameters(const Call& call);
  Json label_parameter_version(const Call& call);
  Json add_tags_to_resource(const Call& call);
  Json remove_tags_from_resource(const Call& call);
  Json list_tags_for_resource(const Call& call);

  // Holds the new version to what is known of the parameter, and takes over what it leaves open.
  void check_replacement(const Call& call, const std::string& name, Json& version);
  // Seals a SecureString by KMS: without the lock.
  void add_value(const Call& call, const std::string& name, Json& version) const;
  struct Found {
    Json version;          // the version as stored, its value perhaps sealed
    std::string selector;  // ":3" or ":label" as asked for, or empty
    std::string name;
  };
  // Throws ParameterNotFound or ParameterVersionNotFound.
  Found find(const Call& call, const std::string& reference);
  // The stored name (which an ARN leaves open) and document; throws ParameterNotFound.
  std::pair<std::string, Json> document(const Call& call, const std::string& reference);
  // The Parameter of an answer; opens a SecureString when the caller asked for it. Call it without the lock.
  Json shown(const Call& call, const Found& found) const;
  std::string value_of(const Call& call, const Json& version, const std::string& name) const;

  Clock& clock_;
  KmsEnvelope envelope_;
  std::mutex mutex_;
  SQLite::Database database_;
  Documents parameters_;
};

std::string parameter_arn(const std::string& region, const std::string& name);
// Whether a parameter (its stored document and latest version) passes DescribeParameters' filters; in
// ssm_filters.cc.
bool passes_parameter_filters(const Call& call, const std::string& name, const Json& document);

}  // namespace aurora::local
