#include "db/mysql_sha2.h"

#include <array>

#include "base/digest.h"
#include "base/error.h"

namespace aurora::db::mysql {
namespace {

constexpr int kRounds = 5000;

// `block` again and again, cut to `size`.
std::string repeated(std::string_view block, std::size_t size) {
  std::string text;
  while (text.size() < size) text += block.substr(0, size - text.size());
  return text;
}

std::string times(std::string_view text, std::size_t count) {
  std::string all;
  for (std::size_t time = 0; time < count; ++time) all += text;
  return all;
}

// The first digest, into which the password's own length is mixed bit by bit.
std::string first_digest(std::string_view password, std::string_view salt) {
  const std::string other = sha256(std::string(password) + std::string(salt) + std::string(password));
  std::string text = std::string(password) + std::string(salt) + repeated(other, password.size());
  for (std::size_t left = password.size(); left > 0; left >>= 1)
    text += (left & 1) != 0 ? other : std::string(password);
  return sha256(text);
}

// Three bytes as four characters, the lowest six bits first; the bytes stand in the order that SHA-crypt has.
std::string encoded(const std::string& digest) {
  static constexpr std::string_view kCharacters =
      "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  static constexpr std::array<std::array<int, 3>, 10> kOrder{{{0, 10, 20},
                                                              {21, 1, 11},
                                                              {12, 22, 2},
                                                              {3, 13, 23},
                                                              {24, 4, 14},
                                                              {15, 25, 5},
                                                              {6, 16, 26},
                                                              {27, 7, 17},
                                                              {18, 28, 8},
                                                              {9, 19, 29}}};
  std::string text;
  const auto byte = [&](int at) {
    return static_cast<unsigned>(static_cast<unsigned char>(digest[static_cast<std::size_t>(at)]));
  };
  const auto add = [&](unsigned bits, int characters) {
    for (; characters > 0; --characters, bits >>= 6) text += kCharacters[bits & 63];
  };
  for (const auto& [high, middle, low] : kOrder) add(byte(high) << 16 | byte(middle) << 8 | byte(low), 4);
  add(byte(31) << 8 | byte(30), 3);
  return text;
}

}  // namespace

std::string sha256_crypt(std::string_view password, std::string_view salt) {
  std::string digest = first_digest(password, salt);
  const std::string p = repeated(sha256(times(password, password.size())), password.size());
  const std::string s =
      repeated(sha256(times(salt, 16 + static_cast<unsigned char>(digest[0]))), salt.size());
  for (int round = 0; round < kRounds; ++round) {
    const bool odd = round % 2 != 0;
    std::string text = odd ? p : digest;
    if (round % 3 != 0) text += s;
    if (round % 7 != 0) text += p;
    text += odd ? digest : p;
    digest = sha256(text);
  }
  return encoded(digest);
}

std::string caching_sha2_verifier(const Secret& password, std::string_view salt) {
  AURORA_INVARIANT(salt.size() == 20);
  return "$A$005$" + std::string(salt) + sha256_crypt(password.reveal(), salt);
}

}  // namespace aurora::db::mysql
