#include "db/transaction.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "db/testing/fake_session.h"

namespace aurora::db {
namespace {

using ::testing::ElementsAre;
using testing::FakeConnector;
using testing::FakeDatabase;

class TransactionTest : public ::testing::Test {
 protected:
  std::vector<std::string> statements() const {
    std::vector<std::string> all;
    for (const auto& statement : database_.statements()) all.push_back(statement.sql);
    return all;
  }
  FakeDatabase database_;
  std::unique_ptr<Session> session_ = FakeConnector(database_).connect({});
};

TEST_F(TransactionTest, ACommittedOneIsNotRolledBack) {
  Transaction(*session_, "BEGIN READ ONLY").commit();
  EXPECT_THAT(statements(), ElementsAre("BEGIN READ ONLY", "SET LOCAL search_path = pg_catalog", "COMMIT"));
}

TEST_F(TransactionTest, AnAbandonedOneIsRolledBack) {
  { const Transaction transaction(*session_, "BEGIN"); }
  EXPECT_EQ(statements().back(), "ROLLBACK");
}

TEST_F(TransactionTest, OneThatBeganHalfIsRolledBack) {
  database_.fail("search_path", SqlError("DatabaseError", "no", "42501"));
  EXPECT_THROW(Transaction(*session_, "BEGIN"), SqlError);
  EXPECT_EQ(statements().back(), "ROLLBACK");
}

TEST_F(TransactionTest, AFailedCommitIsRolledBackAndPasses) {
  database_.fail("COMMIT", SqlError("DatabaseError", "was rolled back", "25P02"));
  const auto run = [&] {
    Transaction transaction(*session_, "BEGIN");
    transaction.commit();
  };
  EXPECT_THROW(run(), SqlError);
  EXPECT_EQ(statements().back(), "ROLLBACK");
}

TEST_F(TransactionTest, AConnectionLostMeanwhileDoesNotHideTheFirstError) {
  database_.fail("ROLLBACK", SqlError("DatabaseUnavailable", "gone", ""));
  EXPECT_NO_THROW({ const Transaction transaction(*session_, "BEGIN"); });
}

TEST(Transaction, OneMomentHasMySqlsOwnWords) {
  FakeDatabase database;
  const auto session = FakeConnector(database).connect({.engine = Engine::kMySql});
  Transaction(*session, kOneMoment).commit();
  ASSERT_EQ(database.statements().size(), 3u);
  EXPECT_EQ(database.statements()[0].sql, "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ");
  EXPECT_EQ(database.statements()[1].sql, "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY");
  EXPECT_EQ(database.statements()[2].sql, "COMMIT");
}

}  // namespace
}  // namespace aurora::db
