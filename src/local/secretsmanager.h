// AWS Secrets Manager.
#pragma once
#include <mutex>

#include "base/clock.h"
#include "local/documents.h"
#include "local/kms_envelope.h"
#include "local/service_support.h"
#include "local/store.h"

namespace aurora::local {

// Secrets with versions, staging labels, recovery windows, tags and policies. Values lie encrypted under
// their KMS key, alias/aws/secretsmanager where none is named.
class SecretsManager final : public Service {
 public:
  SecretsManager(const std::filesystem::path& directory, Clock& clock, Router& router);
  Json handle(const Call& call) override;

 private:
  struct Secret {
    std::string name;
    Json document;
    std::string arn() const { return document.at("arn").get<std::string>(); }
  };
  struct Value {
    bool binary = false;
    std::string bytes;
  };

  Json create_secret(const Call& call);
  Json put_secret_value(const Call& call);
  Json update_secret(const Call& call);
  Json get_secret_value(const Call& call);
  Json batch_get_secret_value(const Call& call);
  Json describe_secret(const Call& call);
  Json list_secrets(const Call& call);
  Json list_secret_version_ids(const Call& call);
  Json delete_secret(const Call& call);
  Json restore_secret(const Call& call);
  Json update_secret_version_stage(const Call& call);
  Json get_random_password(const Call& call);
  Json tag_resource(const Call& call);
  Json untag_resource(const Call& call);
  Json get_resource_policy(const Call& call);
  Json put_resource_policy(const Call& call);
  Json delete_resource_policy(const Call& call);

  // Those that begin with "find" and "load" want the lock held.
  std::optional<Secret> load(const std::string& region, const std::string& reference);
  Secret find(const Call& call);       // throws when it is not there
  Secret find_live(const Call& call);  // throws when it waits for its deletion too
  void store(const Call& call, const Secret& secret);
  std::vector<Secret> all(const std::string& region);

  // Nothing when the input has no value.
  static std::optional<Value> value_of(const Call& call);
  // These call KMS: without the lock.
  Json sealed_version(const Call& call, const Value& value, const std::string& key_id,
                      const std::string& arn) const;
  Value opened(const Call& call, const Json& version, const std::string& arn) const;
  // True when the version with the caller's token has this very value; throws when it has another.
  bool repeats(const Call& call, const Secret& secret, const std::string& token, const Value& value) const;
  // Adds a version under the caller's token and moves the labels to it; the answer's members.
  Json add_version(const Call& call, const Secret& seen, const Value& value, const Json& stages,
                   const Json& changes);
  Json shown_value(const Call& call, const Secret& secret, const std::string& version_id) const;

  Clock& clock_;
  KmsEnvelope envelope_;
  std::mutex mutex_;
  SQLite::Database database_;
  Documents secrets_;
};

// Pure helpers, in secretsmanager_versions.cc.
// Moves a staging label to `version_id`; AWSCURRENT leaves AWSPREVIOUS where it was.
void move_label(Json& versions, const std::string& label, const std::string& version_id);
// The id of the version that carries `label`, or empty.
std::string version_with_label(const Json& versions, const std::string& label);
// Drops the oldest versions without labels when there are more than a hundred.
void drop_unlabelled(Json& versions);
// A password as GetRandomPassword's input wants it.
std::string random_password(const Call& call);
bool passes_secret_filters(const Json& filters, const std::string& name, const Json& document);

}  // namespace aurora::local
