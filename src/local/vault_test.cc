#include "local/vault.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "base/files.h"
#include "base/text.h"
#include "local/testing/temporary_directory.h"

namespace aurora::local {
namespace {

TEST(Vault, OpensWhatItSealedAfterARestart) {
  const testing::TemporaryDirectory directory;
  const std::string sealed = Vault(directory.path()).seal("the password", "secret/a");
  EXPECT_EQ(sealed.find("password"), std::string::npos);
  EXPECT_EQ(Vault(directory.path()).open(sealed, "secret/a"), "the password");
}

TEST(Vault, NeverSealsTheSameTextTwiceTheSameWay) {
  const testing::TemporaryDirectory directory;
  const Vault vault(directory.path());
  EXPECT_NE(vault.seal("x", ""), vault.seal("x", ""));
}

TEST(Vault, RefusesAnotherContextAndEveryChangedByte) {
  const testing::TemporaryDirectory directory;
  const Vault vault(directory.path());
  const std::string sealed = vault.seal("abc", "a");
  EXPECT_THROW(vault.open(sealed, "b"), Error);
  EXPECT_THROW(vault.open("", "a"), Error);
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    std::string changed = sealed;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    EXPECT_THROW(vault.open(changed, "a"), Error) << "byte " << i;
  }
}

TEST(Vault, KeepsItsKeyFromOthers) {
  const testing::TemporaryDirectory directory;
  const Vault vault(directory.path());
  const auto mode = std::filesystem::status(directory.path() / "vault.key").permissions();
  EXPECT_EQ(mode & std::filesystem::perms::mask, std::filesystem::perms(0600));
}

TEST(Vault, SaysThatItsKeyFileIsDamaged) {
  const testing::TemporaryDirectory directory;
  write_file(directory.path() / "vault.key", "short");
  EXPECT_THROW(Vault{directory.path()}, Error);
}

// Test case 16 of the GCM specification (McGrew and Viega, 2005), with its nonce put in front.
TEST(Vault, DecryptsAsTheSpecificationOfGcmDoes) {
  const auto bytes = [](std::string_view hex) {
    std::string result;
    for (std::size_t i = 0; i < hex.size(); i += 2)
      result.push_back(static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16)));
    return result;
  };
  const std::string key = bytes("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308");
  const std::string sealed = bytes(
      "cafebabefacedbaddecaf888"
      "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
      "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
      "76fc6ece0f4e1768cddf8853bb2d551b");
  const auto plain = aes_gcm_open(key, sealed, bytes("feedfacedeadbeeffeedfacedeadbeefabaddad2"));
  ASSERT_TRUE(plain.has_value());
  EXPECT_EQ(hex_encode(*plain),
            "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
            "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39");
}

}  // namespace
}  // namespace aurora::local
