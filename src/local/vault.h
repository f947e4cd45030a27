// Encryption at rest: what the endpoint's services must not leave readable on the disk.
#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "base/secret.h"

namespace aurora::local {

// AES-256-GCM (NIST SP 800-38D) under a key that is made once per data directory, in the file vault.key
// that only its owner can read. Thread-safe.
class Vault {
 public:
  // Makes the key when there is none. Throws Error "FileError", "DiskFull", or "StoreError" for a key file
  // that is damaged.
  explicit Vault(const std::filesystem::path& directory);

  // `context` is bound to the result: opening it under another context fails.
  std::string seal(std::string_view plain, std::string_view context) const;
  // Throws Error "StoreError" when `sealed` was changed or belongs to another key or context.
  std::string open(std::string_view sealed, std::string_view context) const;

 private:
  Secret key_;
};

// The same with a key of the caller's (32 bytes). Nothing when it does not fit key, context or itself.
std::string aes_gcm_seal(std::string_view key, std::string_view plain, std::string_view context);
std::optional<std::string> aes_gcm_open(std::string_view key, std::string_view sealed,
                                        std::string_view context);

}  // namespace aurora::local
