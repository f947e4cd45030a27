// SCRAM-SHA-256 verifiers as PostgreSQL keeps them (RFC 5802, RFC 7677).
#pragma once
#include <string>
#include <string_view>

#include "base/secret.h"

namespace aurora::local::engines {

// "SCRAM-SHA-256$<iterations>:<salt>$<StoredKey>:<ServerKey>". Passwords are ASCII here, which SASLprep
// leaves as they are.
std::string scram_verifier(const Secret& password, std::string_view salt, int iterations = 4096);

}  // namespace aurora::local::engines
