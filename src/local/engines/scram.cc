#include "local/engines/scram.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include "base/digest.h"
#include "base/error.h"
#include "base/text.h"

namespace aurora::local::engines {

std::string scram_verifier(const Secret& password, std::string_view salt, int iterations) {
  const std::string& text = password.reveal();
  std::string salted(32, '\0');
  const int done = PKCS5_PBKDF2_HMAC(
      text.data(), static_cast<int>(text.size()), reinterpret_cast<const unsigned char*>(salt.data()),
      static_cast<int>(salt.size()), iterations, EVP_sha256(), static_cast<int>(salted.size()),
      reinterpret_cast<unsigned char*>(salted.data()));
  AURORA_INVARIANT(done == 1);
  const std::string stored_key = sha256(hmac_sha256(salted, "Client Key"));
  const std::string server_key = hmac_sha256(salted, "Server Key");
  return fmt::format("SCRAM-SHA-256${}:{}${}:{}", iterations, base64_encode(salt), base64_encode(stored_key),
                     base64_encode(server_key));
}

}  // namespace aurora::local::engines
