#include "restore/scripts_split.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace aurora::restore {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr auto kPostgreSql = db::Engine::kPostgreSql;
constexpr auto kMySql = db::Engine::kMySql;

std::vector<std::string> texts(std::string_view sql, db::Engine engine) {
  std::vector<std::string> found;
  for (const SqlStatement& statement : split_sql(sql, engine).statements) found.push_back(statement.text);
  return found;
}

std::string error_of(std::string_view sql, db::Engine engine) {
  try {
    split_sql(sql, engine);
  } catch (const Error& e) {
    return e.what();
  }
  return "none";
}

TEST(SplitSql, SemicolonsInsideLiteralsEndNothing) {
  EXPECT_THAT(texts("SELECT 'a;''b', \"c;d\"; SELECT E'e\\';f' ;SELECT 3", kPostgreSql),
              ElementsAre("SELECT 'a;''b', \"c;d\"", "SELECT E'e\\';f'", "SELECT 3"));
  EXPECT_THAT(texts("SELECT 'a\\';b', \"c;\", `d;`; SELECT 2;", kMySql),
              ElementsAre("SELECT 'a\\';b', \"c;\", `d;`", "SELECT 2"));
}

TEST(SplitSql, BackslashIsALetterInPlainPostgresStrings) {
  EXPECT_THAT(texts("SELECT 'c:\\'; SELECT 2", kPostgreSql), ElementsAre("SELECT 'c:\\'", "SELECT 2"));
}

TEST(SplitSql, DollarQuotesEndAtTheirOwnTag) {
  EXPECT_THAT(texts("DO $b$ BEGIN PERFORM $$;$$; END $b$; SELECT $1 + a$b$ ; SELECT 2", kPostgreSql),
              ElementsAre("DO $b$ BEGIN PERFORM $$;$$; END $b$", "SELECT $1 + a$b$", "SELECT 2"));
}

TEST(SplitSql, CommentsNestInPostgresOnly) {
  EXPECT_THAT(texts("/* a /* ; */ ; */ SELECT 1 /* ; */; SELECT 2", kPostgreSql),
              ElementsAre("SELECT 1 /* ; */", "SELECT 2"));
  EXPECT_THAT(texts("/* a /* ; */ SELECT 1; # no; end\nSELECT 5--1;", kMySql),
              ElementsAre("SELECT 1", "SELECT 5--1"));
}

TEST(SplitSql, ExecutableCommentOfMySqlIsAStatement) {
  EXPECT_THAT(texts("/*!40101 SET NAMES utf8mb4; */; SELECT 1", kMySql),
              ElementsAre("/*!40101 SET NAMES utf8mb4; */", "SELECT 1"));
}

TEST(SplitSql, RulesAndAtomicBodiesKeepTheirSemicolons) {
  EXPECT_THAT(
      texts("CREATE RULE r AS ON INSERT TO t DO (DELETE FROM a; DELETE FROM b); SELECT 1", kPostgreSql),
      ElementsAre("CREATE RULE r AS ON INSERT TO t DO (DELETE FROM a; DELETE FROM b)", "SELECT 1"));
  EXPECT_THAT(
      texts("CREATE OR REPLACE FUNCTION f() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT CASE WHEN true "
            "THEN 1 END; SELECT 2; END; SELECT 3",
            kPostgreSql),
      ElementsAre(HasSubstr("SELECT 2; END"), "SELECT 3"));
}

TEST(SplitSql, DelimiterOfTheMySqlClient) {
  EXPECT_THAT(
      texts("delimiter //\nCREATE PROCEDURE p() BEGIN SELECT 1; SELECT 2; END//\nDELIMITER ;\nCALL p();",
            kMySql),
      ElementsAre("CREATE PROCEDURE p() BEGIN SELECT 1; SELECT 2; END", "CALL p()"));
}

TEST(SplitSql, LinesAndCommentsAreToldOfEachStatement) {
  const SplitSql split =
      split_sql("-- one\n--two\n\nSELECT 1\n -- inside\n;\n\n  -- three\nSELECT 2;\n-- end\n", kPostgreSql);
  ASSERT_EQ(split.statements.size(), 2u);
  EXPECT_EQ(split.statements[0].line, 4u);
  ASSERT_EQ(split.statements[0].above.size(), 2u);
  EXPECT_EQ(split.statements[0].above[1].text, "two");
  EXPECT_EQ(split.statements[0].above[1].line, 2u);
  EXPECT_EQ(split.statements[1].line, 9u);
  ASSERT_EQ(split.statements[1].above.size(), 1u);
  EXPECT_EQ(split.statements[1].above[0].text, "three");
  ASSERT_EQ(split.below.size(), 1u);
  EXPECT_EQ(split.below[0].text, "end");
}

TEST(SplitSql, NothingIsNoStatement) {
  EXPECT_THAT(texts(" ;; -- x\n/* y */;", kPostgreSql), IsEmpty());
}

TEST(SplitSql, WhatDoesNotEndIsNamedWithItsLine) {
  EXPECT_THAT(error_of("SELECT 1;\nSELECT 'abc;\n", kPostgreSql), HasSubstr("line 2: a string"));
  EXPECT_THAT(error_of("\nDO $x$ SELECT", kPostgreSql), HasSubstr("line 2: a string $x$"));
  EXPECT_THAT(error_of("/* a", kMySql), HasSubstr("line 1: a comment"));
  EXPECT_THAT(error_of("SELECT (1;", kPostgreSql), HasSubstr("parentheses"));
}

TEST(SplitSql, CommandsOfPsqlAreRefused) {
  EXPECT_THAT(error_of("SELECT 1;\n\\i other.sql\n", kPostgreSql), HasSubstr("line 2: commands of psql"));
}

TEST(FirstWords, PassCommentsAndParentheses) {
  EXPECT_THAT(first_words("create /* x */ unique\nINDEX concurrently i", kPostgreSql, 4),
              ElementsAre("CREATE", "UNIQUE", "INDEX", "CONCURRENTLY"));
  EXPECT_THAT(first_words("/*!40101 SET NAMES utf8 */", kMySql, 2), ElementsAre("SET", "NAMES"));
  EXPECT_THAT(first_words("(SELECT 1)", kPostgreSql, 1), ElementsAre("SELECT"));
}

}  // namespace
}  // namespace aurora::restore
