// AWS KMS: symmetric keys with real material, aliases, policies, grants.
#pragma once
#include <mutex>

#include "base/clock.h"
#include "local/documents.h"
#include "local/service_support.h"
#include "local/store.h"
#include "local/vault.h"

namespace aurora::local {

// Key material lies sealed in kms.db. A key that is disabled or waits for its deletion refuses to work, as
// it does at AWS. AWS managed keys (alias/aws/rds) come into being when they are first asked for.
class Kms final : public Service {
 public:
  Kms(const std::filesystem::path& directory, Clock& clock);
  Json handle(const Call& call) override;

 private:
  struct Key {
    std::string id;
    Json document;  // metadata, material, policy, tags, grants
    const Json& metadata() const { return document.at("metadata"); }
    std::string arn() const { return metadata().at("Arn").get<std::string>(); }
  };

  Json create_key(const Call& call);
  Json replicate_key(const Call& call);
  Json describe_key(const Call& call);
  Json list_keys(const Call& call);
  Json enable_key(const Call& call);
  Json disable_key(const Call& call);
  Json update_key_description(const Call& call);
  Json schedule_key_deletion(const Call& call);
  Json cancel_key_deletion(const Call& call);
  Json create_alias(const Call& call);
  Json update_alias(const Call& call);
  Json delete_alias(const Call& call);
  Json list_aliases(const Call& call);
  Json get_key_policy(const Call& call);
  Json put_key_policy(const Call& call);
  Json tag_resource(const Call& call);
  Json untag_resource(const Call& call);
  Json list_resource_tags(const Call& call);

  Json encrypt(const Call& call);
  Json decrypt(const Call& call);
  Json re_encrypt(const Call& call);
  Json generate_data_key(const Call& call);
  Json generate_data_key_without_plaintext(const Call& call);
  Json generate_random(const Call& call);

  Json create_grant(const Call& call);
  Json list_grants(const Call& call);
  Json revoke_grant(const Call& call);

  // The key that `reference` (id, ARN, alias name, alias ARN) means in the call's Region.
  Key find(const Call& call, const std::string& reference);
  Key of_another_account(const Call& call, const std::string& arn);
  Key find_usable(const Call& call, const std::string& reference);
  std::optional<Key> load(const std::string& region, const std::string& id);
  Key make(const Call& call, std::string_view manager);
  void store(const Key& key);
  Key by_alias(const Call& call, const std::string& alias);
  // The key of a customer's request that changes it; AWS managed keys are refused.
  Key find_own(const Call& call);
  Json set_enabled(const Call& call, bool enabled);
  std::string checked_new_alias(const Call& call) const;
  std::vector<Documents::Entry> live_keys(const std::string& region);

  std::string seal(const Key& key, std::string_view plain, const Json& context) const;
  struct Opened {
    std::string key_arn;
    std::string plain;
  };
  Opened open(const Call& call, const std::string& blob, const Json& context,
              const std::string& expected_key);
  std::string material(const Key& key) const;

  Clock& clock_;
  Vault vault_;
  std::mutex mutex_;
  SQLite::Database database_;
  Documents keys_;
  Documents aliases_;
};

}  // namespace aurora::local
