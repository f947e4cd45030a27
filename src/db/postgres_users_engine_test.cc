// Users on a real server, made by a master that is no superuser.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "db/testing/shop.h"
#include "db/users.h"

namespace aurora::db {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

using PostgresUsers = testing::Shop;

TEST_F(PostgresUsers, TheMasterOfTheseTestsIsNoSuperuser) {
  EXPECT_EQ(
      master()->query("SELECT rolsuper, rolcreaterole FROM pg_roles WHERE rolname = current_user").rows[0],
      (Row{"f", "t"}));
}

TEST_F(PostgresUsers, ACreatedUserCanLogIn) {
  const auto session = master();
  EXPECT_TRUE(ensure_user(*session, user_).created);
  EXPECT_EQ(log_in()->query("SELECT current_user").rows[0][0], user_.username);
}

TEST_F(PostgresUsers, AUserThatIsThereGetsTheNewPasswordAndMayLogIn) {
  const auto session = master();
  session->query("CREATE ROLE " + user_.username + " NOLOGIN PASSWORD 'old' VALID UNTIL '2001-01-01'");
  EXPECT_FALSE(ensure_user(*session, user_).created);
  EXPECT_FALSE(ensure_user(*session, user_).created);
  EXPECT_NO_THROW(log_in());
}

TEST_F(PostgresUsers, ThePasswordIsStoredAsScramAndNeverSent) {
  const auto session = master();
  ensure_user(*session, user_);
  const auto superuser = NativeConnector().connect(server_->superuser());
  EXPECT_THAT(superuser->query("SELECT rolpassword FROM pg_authid WHERE rolname = $1", {user_.username})
                  .rows[0][0]
                  .value_or(""),
              ::testing::StartsWith("SCRAM-SHA-256$"));
  const std::string log = server_->log();
  EXPECT_THAT(log, HasSubstr("\"" + user_.username + "\" WITH LOGIN"));
  EXPECT_THAT(log, Not(HasSubstr("a-user")));
}

TEST_F(PostgresUsers, TwoSetUpsAtTheSameTimeBothSucceed) {
  constexpr int kThreads = 6;
  std::vector<std::string> failures(kThreads);
  {
    std::vector<std::jthread> threads;
    for (int number = 0; number < kThreads; ++number)
      threads.emplace_back([&, number] {
        try {
          // Half of them from another database, where they do not see each other's locks.
          const auto session = NativeConnector().connect(
              server_->master(number % 2 == 0 ? database_ : std::string("postgres")));
          for (int time = 0; time < 5; ++time) ensure_user(*session, user_);
          const auto granter = master();
          for (int time = 0; time < 5; ++time) grant_privileges(*granter, user_);
        } catch (const std::exception& error) {
          failures[static_cast<std::size_t>(number)] = error.what();
        }
      });
  }
  EXPECT_THAT(failures, ::testing::Each(IsEmpty()));
  EXPECT_EQ(refused("SELECT * FROM public.users"), "");
}

TEST_F(PostgresUsers, IamMembershipEndsOnlyWhenAsked) {
  run(server_->superuser(), {"CREATE ROLE " + user_.username, "GRANT rds_iam TO " + user_.username});
  const auto session = master();
  EXPECT_THAT(ensure_user(*session, user_).notes, ElementsAre(HasSubstr("rds_iam")));
  user_.revoke_rds_iam = true;
  EXPECT_THAT(ensure_user(*session, user_).notes, IsEmpty());
  EXPECT_EQ(session->query("SELECT pg_has_role($1, 'rds_iam', 'MEMBER')", {user_.username}).rows[0][0], "f");
}

TEST_F(PostgresUsers, TheMasterItselfIsNotChanged) {
  user_.username = "dbmaster";
  try {
    ensure_user(*master(), user_);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.name(), "InvalidInput");
  }
  EXPECT_NO_THROW(master());
}

TEST_F(PostgresUsers, DatabasesOfTheSystemAreNotListed) {
  const auto names = list_databases(*master());
  EXPECT_THAT(names, Contains(database_));
  EXPECT_THAT(names, Contains("app"));
  EXPECT_THAT(names, Not(Contains("template1")));
  EXPECT_THAT(names, Not(Contains("rdsadmin")));
  EXPECT_TRUE(std::ranges::is_sorted(names));
}

}  // namespace
}  // namespace aurora::db
