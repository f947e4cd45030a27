#include "local/vault.h"

#include <openssl/evp.h>

#include "base/digest.h"
#include "base/error.h"
#include "base/files.h"

namespace aurora::local {
namespace {

constexpr std::size_t kKeyBytes = 32;
constexpr std::size_t kNonceBytes = 12;
constexpr std::size_t kTagBytes = 16;

struct FreeContext {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, FreeContext>;

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* bytes_of(std::string& text) {
  return reinterpret_cast<unsigned char*>(text.data());
}

CipherContext begin(std::string_view key, std::string_view nonce, std::string_view context, bool encrypt) {
  AURORA_INVARIANT(key.size() == kKeyBytes);
  CipherContext cipher(EVP_CIPHER_CTX_new());
  int written = 0;
  AURORA_INVARIANT(cipher != nullptr);
  AURORA_INVARIANT(EVP_CipherInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, bytes_of(key), bytes_of(nonce),
                                     encrypt ? 1 : 0) == 1);
  AURORA_INVARIANT(EVP_CipherUpdate(cipher.get(), nullptr, &written, bytes_of(context),
                                    static_cast<int>(context.size())) == 1);
  return cipher;
}

std::string transform(EVP_CIPHER_CTX* cipher, std::string_view input) {
  std::string output(input.size(), '\0');
  int written = 0;
  AURORA_INVARIANT(EVP_CipherUpdate(cipher, bytes_of(output), &written, bytes_of(input),
                                    static_cast<int>(input.size())) == 1);
  return output;
}

}  // namespace

std::string aes_gcm_seal(std::string_view key, std::string_view plain, std::string_view context) {
  const std::string nonce = random_bytes(kNonceBytes);
  const CipherContext cipher = begin(key, nonce, context, true);
  const std::string sealed = transform(cipher.get(), plain);
  std::string tag(kTagBytes, '\0');
  int written = 0;
  AURORA_INVARIANT(EVP_CipherFinal_ex(cipher.get(), bytes_of(tag), &written) == 1);
  AURORA_INVARIANT(EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_GET_TAG, kTagBytes, tag.data()) == 1);
  return nonce + sealed + tag;
}

std::optional<std::string> aes_gcm_open(std::string_view key, std::string_view sealed,
                                        std::string_view context) {
  if (sealed.size() < kNonceBytes + kTagBytes) return std::nullopt;
  const CipherContext cipher = begin(key, sealed.substr(0, kNonceBytes), context, false);
  std::string plain =
      transform(cipher.get(), sealed.substr(kNonceBytes, sealed.size() - kNonceBytes - kTagBytes));
  std::string tag(sealed.substr(sealed.size() - kTagBytes));
  AURORA_INVARIANT(EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_SET_TAG, kTagBytes, tag.data()) == 1);
  int written = 0;
  unsigned char rest[kTagBytes];
  if (EVP_CipherFinal_ex(cipher.get(), rest, &written) != 1) return std::nullopt;
  return plain;
}

Vault::Vault(const std::filesystem::path& directory) {
  const std::filesystem::path path = directory / "vault.key";
  std::filesystem::create_directories(directory);
  std::optional<std::string> key = read_file_if_exists(path);
  if (!key) {
    key = random_bytes(kKeyBytes);
    write_file(path, *key, 0600);
  }
  if (key->size() != kKeyBytes)
    throw Error("StoreError", "the key file " + path.string() + " is damaged",
                "Put back the file that was there, or start with another data directory.");
  key_ = Secret(std::move(*key));
}

std::string Vault::seal(std::string_view plain, std::string_view context) const {
  return aes_gcm_seal(key_.reveal(), plain, context);
}

std::string Vault::open(std::string_view sealed, std::string_view context) const {
  if (auto plain = aes_gcm_open(key_.reveal(), sealed, context)) return *plain;
  throw Error("StoreError", "a stored value cannot be decrypted: it or vault.key was changed",
              "Put back the vault.key that belongs to this data directory.");
}

}  // namespace aurora::local
