#include "base/ids.h"

#include "base/digest.h"
#include "base/text.h"

namespace aurora {
namespace {

// Asking OpenSSL costs a microsecond, and every request has an id: so for many at once. What comes out of
// here is no secret. (A process that forks and goes on without exec would repeat its parent's.)
std::string sixteen_bytes() {
  constexpr std::size_t kBytes = 16, kPool = 64 * kBytes;
  thread_local std::string pool;
  if (pool.empty()) pool = random_bytes(kPool);
  std::string taken = pool.substr(pool.size() - kBytes);
  pool.resize(pool.size() - kBytes);
  return taken;
}

}  // namespace

std::string new_uuid() {
  std::string bytes = sixteen_bytes();
  bytes[6] = static_cast<char>((bytes[6] & 0x0F) | 0x40);
  bytes[8] = static_cast<char>((bytes[8] & 0x3F) | 0x80);
  std::string text = hex_encode(bytes);
  for (const std::size_t at : {8u, 13u, 18u, 23u}) text.insert(at, "-");
  return text;
}

std::string random_hex(std::size_t digits) {
  return hex_encode(random_bytes((digits + 1) / 2)).substr(0, digits);
}

std::string random_alphanumeric(std::size_t length) {
  static constexpr char kAlphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
  std::string text = random_bytes(length);
  for (char& c : text) c = kAlphabet[static_cast<unsigned char>(c) % 36];
  return text;
}

}  // namespace aurora
