#include "local/kms_envelope.h"

#include <fmt/format.h>

#include "base/text.h"
#include "local/vault.h"

namespace aurora::local {

Json KmsEnvelope::kms(const std::string& region, const char* operation, Json input) const {
  Call call;
  call.service = "kms";
  call.region = region;
  call.operation = operation;
  call.input = std::move(input);
  return router_.call(call);
}

std::string KmsEnvelope::seal(const std::string& region, const std::string& key_id, std::string_view plain,
                              const std::string& resource) const {
  const Json data_key =
      kms(region, "GenerateDataKey",
          {{"KeyId", key_id}, {"KeySpec", "AES_256"}, {"EncryptionContext", {{"resource", resource}}}});
  const std::string sealed = aes_gcm_seal(data_key.at("Plaintext").get<std::string>(), plain, resource);
  return fmt::format("{}.{}", base64_encode(data_key.at("CiphertextBlob").get<std::string>()),
                     base64_encode(sealed));
}

std::string KmsEnvelope::open(const std::string& region, const std::string& sealed,
                              const std::string& resource) const {
  const auto parts = split(sealed, '.');
  const auto key_blob = base64_decode(parts.front());
  const auto bytes = base64_decode(parts.back());
  if (parts.size() != 2 || !key_blob || !bytes)
    throw Error("StoreError", "the stored value of " + resource + " is damaged");
  const Json data_key = kms(region, "Decrypt",
                            {{"CiphertextBlob", *key_blob}, {"EncryptionContext", {{"resource", resource}}}});
  auto plain = aes_gcm_open(data_key.at("Plaintext").get<std::string>(), *bytes, resource);
  if (!plain) throw Error("StoreError", "the stored value of " + resource + " is damaged");
  return *plain;
}

}  // namespace aurora::local
