#include "local/s3_checksum.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <array>

#include "aws/error.h"
#include "base/digest.h"
#include "base/error.h"
#include "base/text.h"

namespace aurora::local {
namespace {

// A reflected cyclic redundancy check: register and final value are inverted.
template <typename Register, Register kPolynomial>
class Crc {
 public:
  static std::string of(std::string_view bytes) {
    static const std::array<Register, 256> kTable = table();
    Register crc = static_cast<Register>(~Register{0});
    for (const char c : bytes) crc = kTable[(crc ^ static_cast<unsigned char>(c)) & 0xFF] ^ (crc >> 8);
    crc = static_cast<Register>(~crc);
    std::string big_endian;
    for (int shift = (sizeof(Register) - 1) * 8; shift >= 0; shift -= 8)
      big_endian.push_back(static_cast<char>((crc >> shift) & 0xFF));
    return big_endian;
  }

 private:
  static std::array<Register, 256> table() {
    std::array<Register, 256> entries{};
    for (unsigned i = 0; i < 256; ++i) {
      Register entry = i;
      for (int bit = 0; bit < 8; ++bit) entry = (entry & 1) ? (entry >> 1) ^ kPolynomial : entry >> 1;
      entries[i] = entry;
    }
    return entries;
  }
};

std::string sha1(std::string_view bytes) {
  std::string result(EVP_MAX_MD_SIZE, '\0');
  unsigned int size = 0;
  AURORA_INVARIANT(EVP_Digest(bytes.data(), bytes.size(), reinterpret_cast<unsigned char*>(result.data()),
                              &size, EVP_sha1(), nullptr) == 1);
  result.resize(size);
  return result;
}

}  // namespace

std::optional<std::string> s3_checksum(std::string_view name, std::string_view bytes) {
  if (name == "ChecksumCRC32") return base64_encode(Crc<std::uint32_t, 0xEDB88320u>::of(bytes));
  if (name == "ChecksumCRC32C") return base64_encode(Crc<std::uint32_t, 0x82F63B78u>::of(bytes));
  if (name == "ChecksumCRC64NVME") return base64_encode(Crc<std::uint64_t, 0x9A6C9329AC4BC9B5u>::of(bytes));
  if (name == "ChecksumSHA1") return base64_encode(sha1(bytes));
  if (name == "ChecksumSHA256") return base64_encode(sha256(bytes));
  return std::nullopt;
}

Json checked_checksums(const Json& input, std::string_view bytes) {
  const std::string md5_given = string_or(input, "ContentMD5", "");
  if (!md5_given.empty() && md5_given != base64_encode(md5(bytes)))
    throw aws::ServiceError("BadDigest", "The Content-MD5 you specified did not match what we received.");
  Json checksums = Json::object();
  for (const auto& [name, value] : input.items()) {
    if (!name.starts_with("Checksum") || name == "ChecksumAlgorithm" || name == "ChecksumMode" ||
        name == "ChecksumType" || !value.is_string())
      continue;
    const auto computed = s3_checksum(name, bytes);
    if (!computed)
      throw aws::ServiceError("InvalidRequest",
                              fmt::format("{} is not checked by the local endpoint; CRC32, CRC32C, "
                                          "CRC64NVME, SHA1 and SHA256 are.",
                                          name));
    if (value != *computed)
      throw aws::ServiceError(
          "BadDigest",
          fmt::format("The {} you specified did not match the calculated checksum.", name.substr(8)));
    checksums[name] = value;
  }
  return checksums;
}

}  // namespace aurora::local
