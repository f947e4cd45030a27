// The checksums of S3 objects ("Checking object integrity" of the S3 guide).
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "base/json.h"

namespace aurora::local {

// The checksum of that name ("ChecksumCRC32", "ChecksumCRC32C", "ChecksumCRC64NVME", "ChecksumSHA1",
// "ChecksumSHA256") in base64; nothing for a name that is none of these.
std::optional<std::string> s3_checksum(std::string_view name, std::string_view bytes);
// Checks Content-MD5 and every checksum among the members of `input` against `bytes`, and returns the
// checksums. Throws ServiceError BadDigest, or InvalidRequest for a kind that cannot be checked here.
Json checked_checksums(const Json& input, std::string_view bytes);

}  // namespace aurora::local
