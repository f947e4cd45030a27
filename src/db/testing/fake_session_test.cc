#include "db/testing/fake_session.h"

#include <gtest/gtest.h>

namespace aurora::db::testing {
namespace {

TEST(FakeSession, TheRuleAddedLastWins) {
  FakeDatabase database;
  database.answer("SELECT", rows({"a"}, {{"1"}})).answer("SELECT", rows({"a"}, {{"2"}}));
  const auto session = FakeConnector(database).connect({});
  EXPECT_EQ(session->query("SELECT a").rows[0][0], "2");
  EXPECT_TRUE(session->query("DELETE").rows.empty());
}

TEST(FakeSession, StatementsAreRecordedWithWhoAndWhere) {
  FakeDatabase database;
  const auto session = FakeConnector(database).connect({.user = "app", .database = "shop"});
  session->query("SELECT $1", {"x"});
  ASSERT_EQ(database.statements().size(), 1u);
  EXPECT_EQ(database.statements()[0].user, "app");
  EXPECT_EQ(database.statements()[0].database, "shop");
  EXPECT_EQ(database.statements()[0].parameters[0], "x");
}

TEST(FakeConnector, RefusalsAreUsedUp) {
  FakeDatabase database;
  database.refuse(SqlError("DatabaseUnavailable", "starting", "57P03"), 2);
  FakeConnector connector(database);
  EXPECT_THROW(connector.connect({}), SqlError);
  EXPECT_THROW(connector.connect({}), SqlError);
  EXPECT_NO_THROW(connector.connect({}));
  EXPECT_EQ(database.connections().size(), 3u);
}

TEST(FakeSession, AFailureInABatchSaysItsNumberAndStopsIt) {
  FakeDatabase database;
  database.fail("b", SqlError("DatabaseError", "no", "42000"));
  const auto session = FakeConnector(database).connect({});
  const std::vector<std::string> statements{"a", "b", "c"};
  try {
    session->run_all(statements);
    FAIL();
  } catch (const SqlError& error) {
    EXPECT_EQ(error.message(), "statement 2 of 3: no");
    EXPECT_EQ(error.sql_state(), "42000");
  }
  EXPECT_EQ(database.statements().size(), 2u);
  EXPECT_EQ(database.statements()[1].batch, 1);
  EXPECT_EQ(database.round_trips(), 1);
}

TEST(FakeSession, QuotesAsItsEngineDoes) {
  FakeDatabase database;
  FakeConnector connector(database);
  EXPECT_EQ(connector.connect({})->quote_identifier("a\"b"), "\"a\"\"b\"");
  EXPECT_EQ(connector.connect({.engine = Engine::kMySql})->quote_identifier("a`b"), "`a``b`");
  EXPECT_EQ(connector.connect({})->quote_literal("it's"), "'it''s'");
}

}  // namespace
}  // namespace aurora::db::testing
