#include "asl/utf8.h"

#include <gtest/gtest.h>

namespace aurora::asl {
namespace {

TEST(Utf8, NeverCutsACharacter) {
  EXPECT_EQ(utf8_prefix("aéb", 3), "aé");
  EXPECT_EQ(utf8_prefix("aéb", 2), "a");
  EXPECT_EQ(utf8_prefix("a😀", 4), "a");
  EXPECT_EQ(utf8_prefix("ab", 9), "ab");
  EXPECT_EQ(character_at("a€b", 1), "€");
}

}  // namespace
}  // namespace aurora::asl
