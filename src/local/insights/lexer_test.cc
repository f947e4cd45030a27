#include "local/insights/lexer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace aurora::local::insights {
namespace {

using ::testing::ElementsAre;

std::vector<std::string> words(const std::string& query) {
  std::vector<std::string> result;
  Lexer lexer(query);
  while (lexer.peek().kind != Token::Kind::kEnd) result.push_back(lexer.take().text);
  return result;
}

std::string refusal(const std::string& query) {
  try {
    words(query);
    return "none";
  } catch (const QueryError& error) {
    return error.message();
  }
}

TEST(InsightsLexer, CutsAQueryIntoItsWords) {
  EXPECT_THAT(words("filter level!=\"ERROR\" |stats count(*) by bin(5m)"),
              ElementsAre("filter", "level", "!=", "ERROR", "|", "stats", "count", "(", "*", ")", "by", "bin",
                          "(", "5m", ")"));
  EXPECT_THAT(words("@timestamp a.b.0 1.5 1e3 x<=2"),
              ElementsAre("@timestamp", "a.b.0", "1.5", "1e3", "x", "<=", "2"));
}

TEST(InsightsLexer, TakesQuotesOfThreeKinds) {
  EXPECT_THAT(words(R"('it''s' "a \"b\" \n" `foo-bar` @`aws.tag.a:b`)"),
              ElementsAre("it", "s", "a \"b\" \\n", "foo-bar", "@aws.tag.a:b"));
}

TEST(InsightsLexer, LeavesCommentsOut) {
  EXPECT_THAT(words("a # b | c\n| d # e"), ElementsAre("a", "|", "d"));
  EXPECT_THAT(words("'#'"), ElementsAre("#"));
}

TEST(InsightsLexer, TakesARegularExpressionWhenAsked) {
  const std::string query = R"(/a\/b\d|(c)/ | d)";
  Lexer lexer(query);
  EXPECT_EQ(lexer.take_regex().text, R"(a/b\d|(c))");
  EXPECT_EQ(lexer.take().text, "|");
  EXPECT_EQ(lexer.take().text, "d");
}

TEST(InsightsLexer, SaysWhereAQuoteIsNotClosed) {
  EXPECT_EQ(refusal("fields 'ü',\n  \"open"), "the \" is not closed at line 2 and position 3");
}

TEST(InsightsLexer, CountsCharactersNotBytes) {
  const std::string query = "'äöü' §";
  Lexer lexer(query);
  lexer.take();
  try {
    lexer.refuse(lexer.peek());
    FAIL();
  } catch (const QueryError& error) {
    EXPECT_EQ(error.message(), "unexpected symbol found § at line 1 and position 7");
    EXPECT_EQ(error.begin(), 6u);
    EXPECT_EQ(error.end(), 7u);
  }
}

}  // namespace
}  // namespace aurora::local::insights
