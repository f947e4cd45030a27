#include "local/logs_pattern.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace aurora::local {
namespace {

bool matches(const std::string& pattern, const std::string& message) {
  return LogPattern(pattern).matches(message);
}

TEST(LogPattern, MatchesEverythingWhenItIsEmpty) {
  EXPECT_TRUE(matches("", "anything"));
}

TEST(LogPattern, WantsEveryTermWithItsCase) {
  EXPECT_TRUE(matches("ERROR op-1", "[ERROR] in op-1"));
  EXPECT_FALSE(matches("ERROR op-1", "[ERROR] in op-2"));
  EXPECT_FALSE(matches("error", "ERROR"));
}

TEST(LogPattern, TakesTheDocumentsOperationIdsWithoutQuotes) {
  EXPECT_TRUE(matches("op-12345678", R"({"operation_id":"op-12345678"})"));
  EXPECT_FALSE(matches("op-12345678", R"({"operation_id":"op-12345679"})"));
  EXPECT_FALSE(matches("op-12345678", "op 12345678"));
}

TEST(LogPattern, WantsQuotesAroundOtherCharacters) {
  for (const char* pattern : {"?Status: timeout", "a,b", "user@example.com", "(x)", "[a, b]", "*x"}) {
    try {
      LogPattern wrong(pattern);
      FAIL() << pattern;
    } catch (const Error& error) {
      EXPECT_TRUE(error.message().starts_with("Invalid character(s) in term '")) << error.message();
    }
  }
  EXPECT_TRUE(matches("\"Status: timeout\"", "Status: timeout"));
  EXPECT_TRUE(matches("größe", "die größe"));
}

TEST(LogPattern, TakesAQuotedPhraseAsOneTerm) {
  EXPECT_TRUE(matches("\"op-12345678\"", R"({"operation_id":"op-12345678"})"));
  EXPECT_TRUE(matches("\"not found\"", "it was not found"));
  EXPECT_FALSE(matches("\"not found\"", "found, or not"));
  EXPECT_TRUE(matches(R"("a \"b\"")", R"(a "b")"));
}

TEST(LogPattern, TakesAlternativesAndExclusions) {
  EXPECT_TRUE(matches("?ERROR ?WARN", "a WARN line"));
  EXPECT_FALSE(matches("?ERROR ?WARN", "an INFO line"));
  EXPECT_TRUE(matches("ERROR -Exiting", "ERROR here"));
  EXPECT_FALSE(matches("ERROR -Exiting", "ERROR Exiting"));
}

TEST(LogPattern, TakesRegularExpressions) {
  EXPECT_TRUE(matches("%op-[0-9]+%", "in op-123"));
  EXPECT_FALSE(matches("%op-[0-9]+%", "in op-x"));
  EXPECT_TRUE(matches("%op-\\d+$%", "in op-123"));
  EXPECT_TRUE(matches("%^(x|y)*$%", std::string(1'000'000, 'x'))) << "a long line exhausts no stack";
  EXPECT_THROW(matches("%[%", "x"), Error);
}

TEST(LogPattern, ComparesFieldsOfJson) {
  const std::string event =
      R"({"level":"ERROR","n":5,"user":{"name":"Anna"},"ids":["a","b"],"ok":true,"none":null})";
  for (const char* yes : {R"({ $.level = "ERROR" })", R"({$.level="ERR*"})", "{ $.n >= 5 }", "{ $.n != 6 }",
                          "{ $.level = ERROR }", R"({ $.user.name = "Anna" && $.n < 6 })",
                          R"({ $.level = "X" || ($.ids[1] = "b" && $.ok IS TRUE) })", "{ $.none IS NULL }",
                          "{ $.absent NOT EXISTS }"})
    EXPECT_TRUE(matches(yes, event)) << yes;
  for (const char* no : {R"({ $.level = "error" })", "{ $.n > 5 }", R"({ $.ids[2] = "a" })",
                         "{ $.absent IS NULL }", "{ $.ok IS FALSE }", R"({ $.level = "E" })"})
    EXPECT_FALSE(matches(no, event)) << no;
  EXPECT_FALSE(matches(R"({ $.level = "ERROR" })", "level ERROR"))
      << "an event that is no JSON has no fields";
}

TEST(LogPattern, SaysWhereItIsWrong) {
  for (const char* pattern :
       {"{ $.a = }", "{ $.a \"x\" }", "{ a = 1 }", "{ $.a = 1", "\"open", "{ ($.a = 1 }"}) {
    try {
      LogPattern wrong(pattern);
      FAIL() << pattern;
    } catch (const Error& error) {
      EXPECT_EQ(error.name(), "InvalidPattern");
    }
  }
}

TEST(LogPattern, EndsAtTooManyParentheses) {
  EXPECT_THROW(LogPattern("{" + std::string(10000, '(')), Error);
}

}  // namespace
}  // namespace aurora::local
