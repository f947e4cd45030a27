// The form in which MySQL stores a password for caching_sha2_password, which is all that servers take where
// mysql_native_password is switched off (the default from 8.4 on).
#pragma once
#include <string>
#include <string_view>

#include "base/secret.h"

namespace aurora::db::mysql {

// SHA-crypt with SHA-256 (https://www.akkadia.org/drepper/SHA-crypt.txt) of 5000 rounds: 43 characters.
std::string sha256_crypt(std::string_view password, std::string_view salt);

// "$A$005$", a salt of 20 characters and the above, for IDENTIFIED WITH caching_sha2_password AS '…'.
std::string caching_sha2_verifier(const Secret& password, std::string_view salt);

}  // namespace aurora::db::mysql
