#include "asl/pattern.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace aurora::asl {
namespace {

bool matches(const std::string& text, const std::string& pattern, bool ignore_case = false) {
  Meter meter;
  return Pattern::compile(pattern, ignore_case).matches(text, meter);
}

TEST(Pattern, MatchesTheWholeText) {
  EXPECT_TRUE(matches("abc", "abc"));
  EXPECT_FALSE(matches("abcd", "abc"));
  EXPECT_TRUE(matches("", ""));
  EXPECT_TRUE(matches("foo-42", "foo-\\d+"));
  EXPECT_TRUE(matches("b", "a|b|c"));
  EXPECT_TRUE(matches("abab", "(?:ab){2}"));
  EXPECT_FALSE(matches("ababab", "(ab){1,2}"));
  EXPECT_TRUE(matches("aaa", "a{2,}"));
  EXPECT_TRUE(matches("é€", "^..$"));
  EXPECT_TRUE(matches("x-]", "[x\\]-]*"));
  EXPECT_FALSE(matches("b", "[^a-c]"));
  EXPECT_TRUE(matches("HeLLo", "hel+o", true));
  EXPECT_TRUE(matches("a.b", "a\\.b"));
  EXPECT_FALSE(matches("axb", "a\\.b"));
}

TEST(Pattern, RefusesWhatItDoesNotKnow) {
  for (const char* pattern :
       {"(", ")", "[", "[]", "*a", "a**", "a{2,1}", "a{9999}", "(?=a)", "\\1", "\\q", "\\"})
    EXPECT_THROW(Pattern::compile(pattern, false), Error) << pattern;
  EXPECT_THROW(Pattern::compile(std::string(100'000, '('), false), Error);
  EXPECT_THROW(Pattern::compile("((((){1000}){1000}){1000}){1000}", false), Error);
  EXPECT_THROW(Pattern::compile("((((a{100}){100}){100}){100})", false), Error);
}

TEST(Pattern, TakesTimeLinearInTheText) {
  EXPECT_FALSE(matches(std::string(100'000, 'a'), "(a|aa)*(a|a?)*b"));
}

}  // namespace
}  // namespace aurora::asl
