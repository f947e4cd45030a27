// The access keys that requests may be signed with.
#pragma once
#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/secret.h"
#include "local/documents.h"
#include "local/store.h"
#include "local/vault.h"

namespace aurora::local {

// The well-known pairs for loopback, one for each account; they protect nothing, but a wrong signature is
// refused all the same.
inline constexpr char kLocalAccessKeyId[] = "AKIALOCALRESTORE0001";
inline constexpr char kLocalSecretAccessKey[] = "local-restore-secret-key";
inline constexpr char kOtherAccessKeyId[] = "AKIALOCALRESTORE0002";
inline constexpr char kOtherSecretAccessKey[] = "other-restore-secret-key";

struct AccessKey {
  std::string access_key_id;
  Secret secret_access_key;
  std::string session_token;  // empty for a long-lived key
  std::optional<TimePoint> expiration;
  std::string arn;      // the principal: arn:aws:iam::…:user/… or arn:aws:sts::…:assumed-role/…
  std::string user_id;  // AIDA…, AROA…:session
};

// The well-known keys, and those that STS gave out; these last until they expire, over restarts.
// Thread-safe.
class SessionKeys {
 public:
  SessionKeys(const std::filesystem::path& directory, Clock& clock);

  // A key with fresh credentials for the principal.
  AccessKey issue(const std::string& arn, const std::string& user_id, Duration lifetime);
  // Nothing for a key that nobody gave out; expired ones are found, so that they can be refused as such.
  std::optional<AccessKey> find(const std::string& access_key_id) const;

 private:
  void forget_old_ones();

  Clock& clock_;
  Vault vault_;
  mutable std::mutex mutex_;
  // What was given out or found by this process, since every request asks.
  mutable std::map<std::string, AccessKey, std::less<>> known_;
  SQLite::Database database_;
  Documents keys_;
};

}  // namespace aurora::local
