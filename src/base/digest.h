// Digests and random bytes, from OpenSSL. Results are raw bytes; see hex_encode and base64_encode.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace aurora {

std::string sha256(std::string_view bytes);
std::string md5(std::string_view bytes);  // for checksums that AWS defines as MD5, not for security
// For the state language's States.Hash, which offers them; not for anything new.
std::string sha1(std::string_view bytes);
std::string sha384(std::string_view bytes);
std::string sha512(std::string_view bytes);
std::string hmac_sha256(std::string_view key, std::string_view bytes);
std::string random_bytes(std::size_t count);
// Compares in time that does not depend on the contents.
bool equals_constant_time(std::string_view a, std::string_view b);

}  // namespace aurora
