#include "db/mysql_sha2.h"

#include <gtest/gtest.h>

namespace aurora::db::mysql {
namespace {

// As `openssl passwd -5 -salt <salt> <password>` prints them.
TEST(Sha256Crypt, GivesWhatOpenSslGives) {
  EXPECT_EQ(sha256_crypt("Hello world!", "saltstring123456"), "yMy3BBhWMJcHf6aHBCvhuVmYiar7AUFzNKVTuWsqPm.");
  EXPECT_EQ(sha256_crypt("a much longer password, of more than thirty-two bytes", "0123456789abcdef"),
            "gmx51vLbdYQGJPDYfCCqO4pwuocGpWJyQzWvkDSFI9A");
}

TEST(CachingSha2, TheVerifierHasMySqlsLayout) {
  const std::string verifier = caching_sha2_verifier(Secret("word"), "abcdefghij0123456789");
  EXPECT_EQ(verifier.size(), 70u);
  EXPECT_TRUE(verifier.starts_with("$A$005$abcdefghij0123456789"));
  EXPECT_NE(verifier, caching_sha2_verifier(Secret("other"), "abcdefghij0123456789"));
}

}  // namespace
}  // namespace aurora::db::mysql
