#include "asl/string_match.h"

#include <gtest/gtest.h>

#include <string>

namespace aurora::asl {
namespace {

TEST(StringMatches, StarsMatchAnythingUnlessEscaped) {
  EXPECT_TRUE(string_matches("foobar.zebra", "foo*.*"));
  EXPECT_TRUE(string_matches("", "*"));
  EXPECT_TRUE(string_matches("", ""));
  EXPECT_TRUE(string_matches("abc", "**b**"));
  EXPECT_FALSE(string_matches("foo", "fo"));
  EXPECT_FALSE(string_matches("a", "a*a"));
  EXPECT_TRUE(string_matches("a*b", "a\\*b"));
  EXPECT_FALSE(string_matches("axb", "a\\*b"));
  EXPECT_TRUE(string_matches("a\\b", "a\\\\b"));
  EXPECT_TRUE(string_matches("a\\xb", "a\\\\*b"));
  EXPECT_TRUE(string_matches("a\\", "a\\"));
}

TEST(StringMatches, DoesNotBacktrackForEver) {
  std::string pattern;
  for (int i = 0; i < 50'000; ++i) pattern += "*a";
  EXPECT_FALSE(string_matches(std::string(200'000, 'a'), pattern + "b"));
  EXPECT_FALSE(string_matches(std::string(262'144, 'a'), "*" + std::string(131'072, 'a') + "b*"));
}

TEST(FindText, FindsTheFirst) {
  EXPECT_EQ(find_text("xabab", "ab"), 1U);
  EXPECT_EQ(find_text("x", "ab"), std::string_view::npos);
  EXPECT_EQ(find_text("", ""), 0U);
}

}  // namespace
}  // namespace aurora::asl
