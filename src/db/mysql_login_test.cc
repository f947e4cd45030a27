#include "db/mysql_login.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "db/mysql_session.h"

namespace aurora::db {
namespace {

// Computed with Python's hashlib from the formula in MySQL's documentation.
TEST(CachingSha2, TheAnswerIsTheDocumentedOne) {
  EXPECT_EQ(hex_encode(mysql::caching_sha2_answer("secret", "0123456789abcdefghij")),
            "7e4adda2f2d5ef09b4147518becb0cee2939376203650a8c2bb2815959364bd0");
}

// SELECT PASSWORD('secret') on a server says the same.
TEST(NativePassword, TheHashIsTheServersOwn) {
  EXPECT_EQ(native_password_hash(Secret("secret")), "*14E65567ABDB5135D0CFD9A70B3032C179A49EE7");
  EXPECT_EQ(native_password_hash(Secret("")), "");
}

}  // namespace
}  // namespace aurora::db
