// What KMS does with key material. A ciphertext carries the id of its key: byte 1, the id's length, the id,
// then nonce, sealed bytes and tag of AES-256-GCM with the encryption context as associated data.
#include <fmt/format.h>

#include "base/digest.h"
#include "base/text.h"
#include "local/kms.h"

namespace aurora::local {
namespace {

constexpr char kVersion = 1;
constexpr std::size_t kPlaintextBytesMax = 4096;

// The same context gives the same bytes, in whatever order it was written.
std::string canonical(const Json& context) {
  std::map<std::string, std::string> sorted;
  for (const auto& [key, value] : context.items()) sorted[key] = value.get<std::string>();
  return dump_json(Json(sorted));
}

aws::ServiceError invalid_ciphertext() {
  return {"InvalidCiphertextException", ""};
}

std::size_t data_key_bytes(const Call& call) {
  const std::string spec = text_or(call, "KeySpec");
  const std::int64_t bytes = int_or(call.input, "NumberOfBytes", 0);
  if (spec.empty() == (bytes == 0))
    throw invalid_parameter(call, "Please specify either number of bytes or key spec.");
  if (spec == "AES_256") return 32;
  if (spec == "AES_128") return 16;
  if (!spec.empty()) throw invalid_parameter(call, "KeySpec must be AES_256 or AES_128.");
  if (bytes < 1 || bytes > 1024) throw invalid_parameter(call, "NumberOfBytes must be between 1 and 1024.");
  return static_cast<std::size_t>(bytes);
}

}  // namespace

std::string Kms::material(const Key& key) const {
  const auto sealed = base64_decode(string_or(key.document, "material", ""));
  AURORA_INVARIANT(sealed.has_value());
  return vault_.open(*sealed, "kms/" + key.id);
}

std::string Kms::seal(const Key& key, std::string_view plain, const Json& context) const {
  return fmt::format("{}{}{}{}", kVersion, static_cast<char>(key.id.size()), key.id,
                     aes_gcm_seal(material(key), plain, canonical(context)));
}

Kms::Opened Kms::open(const Call& call, const std::string& blob, const Json& context,
                      const std::string& expected_key) {
  if (blob.size() < 2 || blob[0] != kVersion) throw invalid_ciphertext();
  const std::size_t id_bytes = static_cast<unsigned char>(blob[1]);
  if (blob.size() < 2 + id_bytes) throw invalid_ciphertext();
  const std::string id = blob.substr(2, id_bytes);
  if (!load(call.region, id))
    throw aws::ServiceError(
        "AccessDeniedException",
        "The ciphertext refers to a customer master key that does not exist, does not exist "
        "in this region, or you are not allowed to access.");
  const Key key = find_usable(call, id);
  if (!expected_key.empty() && find(call, expected_key).id != id)
    throw aws::ServiceError(
        "IncorrectKeyException",
        "The key ID in the request does not identify a CMK that can perform this operation.");
  auto plain = aes_gcm_open(material(key), std::string_view(blob).substr(2 + id_bytes), canonical(context));
  if (!plain) throw invalid_ciphertext();
  return {key.arn(), std::move(*plain)};
}

Json Kms::encrypt(const Call& call) {
  const Key key = find_usable(call, required(call, "KeyId"));
  const std::string plain = required(call, "Plaintext");
  if (plain.size() > kPlaintextBytesMax)
    throw invalid_parameter(call, fmt::format("Plaintext must have at most {} bytes.", kPlaintextBytesMax));
  return {{"CiphertextBlob", seal(key, plain, member_or_null(call.input, "EncryptionContext"))},
          {"KeyId", key.arn()},
          {"EncryptionAlgorithm", "SYMMETRIC_DEFAULT"}};
}

Json Kms::decrypt(const Call& call) {
  Opened opened = open(call, required(call, "CiphertextBlob"),
                       member_or_null(call.input, "EncryptionContext"), text_or(call, "KeyId"));
  return {{"KeyId", opened.key_arn},
          {"Plaintext", std::move(opened.plain)},
          {"EncryptionAlgorithm", "SYMMETRIC_DEFAULT"}};
}

Json Kms::re_encrypt(const Call& call) {
  const Opened opened =
      open(call, required(call, "CiphertextBlob"), member_or_null(call.input, "SourceEncryptionContext"),
           text_or(call, "SourceKeyId"));
  const Key target = find_usable(call, required(call, "DestinationKeyId"));
  return {{"CiphertextBlob",
           seal(target, opened.plain, member_or_null(call.input, "DestinationEncryptionContext"))},
          {"SourceKeyId", opened.key_arn},
          {"KeyId", target.arn()},
          {"SourceEncryptionAlgorithm", "SYMMETRIC_DEFAULT"},
          {"DestinationEncryptionAlgorithm", "SYMMETRIC_DEFAULT"}};
}

Json Kms::generate_data_key(const Call& call) {
  const Key key = find_usable(call, required(call, "KeyId"));
  const std::string plain = random_bytes(data_key_bytes(call));
  return {{"CiphertextBlob", seal(key, plain, member_or_null(call.input, "EncryptionContext"))},
          {"Plaintext", plain},
          {"KeyId", key.arn()}};
}

Json Kms::generate_data_key_without_plaintext(const Call& call) {
  Json answer = generate_data_key(call);
  answer.erase("Plaintext");
  return answer;
}

Json Kms::generate_random(const Call& call) {
  const std::int64_t bytes = int_or(call.input, "NumberOfBytes", 0);
  if (bytes < 1 || bytes > 1024) throw invalid_parameter(call, "NumberOfBytes must be between 1 and 1024.");
  return {{"Plaintext", random_bytes(static_cast<std::size_t>(bytes))}};
}

}  // namespace aurora::local
