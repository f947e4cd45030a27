// Joining the roles of other owners on a real server.
#include <gtest/gtest.h>

#include "db/postgres_borrowing.h"
#include "db/testing/postgres_server.h"
#include "db/transaction.h"

namespace aurora::db::postgres {
namespace {

class BorrowingTest : public ::testing::Test {
 protected:
  void SetUp() override {
    session_->query("CREATE ROLE owner");
    session_->query("CREATE ROLE above IN ROLE rds_iam ROLE dbmaster");
    session_->query("CREATE ROLE below IN ROLE dbmaster");
  }
  bool is_member(const std::string& role) {
    return session_->query("SELECT pg_has_role($1, 'MEMBER')", {role}).rows[0][0] == "t";
  }

  testing::PostgresServer server_;
  std::unique_ptr<Session> session_ = NativeConnector().connect(server_.master());
};

TEST_F(BorrowingTest, ARoleIsJoinedAndLeft) {
  Transaction transaction(*session_, "BEGIN");
  Borrowing borrowing(*session_);
  EXPECT_TRUE(borrowing.may_act_as("owner"));
  EXPECT_TRUE(is_member("owner"));
  borrowing.give_back();
  EXPECT_FALSE(is_member("owner"));
  transaction.commit();
  EXPECT_FALSE(is_member("owner"));
}

TEST_F(BorrowingTest, AFailureLeavesNoMembership) {
  {
    const Transaction transaction(*session_, "BEGIN");
    EXPECT_TRUE(Borrowing(*session_).may_act_as("owner"));
  }
  EXPECT_FALSE(is_member("owner"));
}

TEST_F(BorrowingTest, MembershipsFromBeforeStay) {
  Transaction transaction(*session_, "BEGIN");
  Borrowing borrowing(*session_);
  EXPECT_TRUE(borrowing.may_act_as("above"));
  EXPECT_TRUE(borrowing.may_act_as("dbmaster"));
  borrowing.give_back();
  transaction.commit();
  EXPECT_TRUE(is_member("above"));
}

TEST_F(BorrowingTest, WhatMayNotBeJoinedLeavesTheTransactionUsable) {
  Transaction transaction(*session_, "BEGIN");
  Borrowing borrowing(*session_);
  EXPECT_FALSE(borrowing.may_act_as("rdsadmin")) << "a superuser";
  EXPECT_FALSE(borrowing.may_act_as("below")) << "a member of ours: it would be a circle";
  EXPECT_TRUE(borrowing.may_act_as("owner"));
  borrowing.give_back();
  EXPECT_NO_THROW(transaction.commit());
}

}  // namespace
}  // namespace aurora::db::postgres
