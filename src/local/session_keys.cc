#include "local/session_keys.h"

#include <fmt/format.h>

#include "base/dates.h"
#include "base/digest.h"
#include "base/ids.h"
#include "base/text.h"
#include "local/service.h"

namespace aurora::local {
namespace {

constexpr char kEverywhere[] = "";  // keys belong to no Region
// An expired key is known for a while, so that its holder hears "expired" and not "unknown".
constexpr auto kRemembered = std::chrono::hours(24);

std::optional<AccessKey> well_known(const std::string& access_key_id) {
  const auto user = [&](const char* secret, const char* account, const char* id) {
    return AccessKey{access_key_id,
                     Secret(secret),
                     "",
                     std::nullopt,
                     fmt::format("arn:aws:iam::{}:user/local", account),
                     id};
  };
  if (access_key_id == kLocalAccessKeyId)
    return user(kLocalSecretAccessKey, kAccountId, "AIDALOCALRESTORE0001");
  if (access_key_id == kOtherAccessKeyId)
    return user(kOtherSecretAccessKey, kOtherAccountId, "AIDALOCALRESTORE0002");
  return std::nullopt;
}

}  // namespace

SessionKeys::SessionKeys(const std::filesystem::path& directory, Clock& clock)
    : clock_(clock),
      vault_(directory),
      database_(open_store(directory, "sts", {Documents::schema("keys")})),
      keys_(database_, "keys") {}

AccessKey SessionKeys::issue(const std::string& arn, const std::string& user_id, Duration lifetime) {
  AccessKey key{"ASIA" + random_alphanumeric(16),
                Secret(base64_encode(random_bytes(30))),
                base64_encode(random_bytes(96)),
                clock_.now() + lifetime,
                arn,
                user_id};
  const std::lock_guard lock(mutex_);
  WriteTransaction transaction(database_);
  forget_old_ones();
  keys_.put(kEverywhere, key.access_key_id,
            {{"secret", base64_encode(vault_.seal(key.secret_access_key.reveal(), key.access_key_id))},
             {"token", key.session_token},
             {"expiration", format_iso_micros(*key.expiration)},
             {"arn", arn},
             {"user_id", user_id}});
  transaction.commit();
  known_.insert_or_assign(key.access_key_id, key);
  return key;
}

void SessionKeys::forget_old_ones() {
  for (const auto& [id, document] : keys_.list(kEverywhere)) {
    const auto expiration = parse_iso(string_or(document, "expiration", ""));
    if (!expiration || *expiration + kRemembered >= clock_.now()) continue;
    keys_.erase(kEverywhere, id);
    known_.erase(id);
  }
}

std::optional<AccessKey> SessionKeys::find(const std::string& access_key_id) const {
  if (auto key = well_known(access_key_id)) return key;
  const std::lock_guard lock(mutex_);
  if (const auto known = known_.find(access_key_id); known != known_.end()) return known->second;
  const auto document = keys_.get(kEverywhere, access_key_id);
  if (!document) return std::nullopt;
  const auto sealed = base64_decode(string_or(*document, "secret", ""));
  AURORA_INVARIANT(sealed.has_value());
  AccessKey key{access_key_id,
                Secret(vault_.open(*sealed, access_key_id)),
                string_or(*document, "token", ""),
                parse_iso(string_or(*document, "expiration", "")),
                string_or(*document, "arn", ""),
                string_or(*document, "user_id", "")};
  known_.emplace(access_key_id, key);
  return key;
}

}  // namespace aurora::local
