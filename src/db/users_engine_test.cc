// Users on a real server, set up by a master that is no superuser, on tables of its own and of others.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "base/text.h"
#include "db/testing/postgres_server.h"
#include "db/users.h"

namespace aurora::db {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using testing::PostgresServer;

constexpr char kPassword[] = "a-user's pass\\word";

class UsersTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    server_ = std::make_unique<PostgresServer>(
        PostgresServer::Options{.tls = false, .settings = {"log_statement=all"}});
  }
  static void TearDownTestSuite() { server_.reset(); }

  // Each test has a database and roles of its own, with objects of three owners: the master, a role that it
  // may join, and the superuser.
  void SetUp() override {
    static int number = 0;
    suffix_ = std::to_string(++number);
    database_ = "shop" + suffix_;
    owner_ = "owner" + suffix_;
    user_ = {.username = "app" + suffix_, .password = Secret(kPassword), .privileges = {"SELECT", "INSERT"}};
    run(server_->master("postgres"), {"CREATE DATABASE " + database_, "CREATE ROLE " + owner_});
    run(server_->superuser(database_),
        {"CREATE TABLE public.theirs (a int)", "CREATE SCHEMA side AUTHORIZATION " + owner_,
         "CREATE TABLE side.orders (id serial, note text)", "ALTER TABLE side.orders OWNER TO " + owner_,
         "CREATE FUNCTION side.f(int, text) RETURNS int LANGUAGE sql AS 'SELECT 1'",
         "ALTER FUNCTION side.f OWNER TO " + owner_, "REVOKE EXECUTE ON FUNCTION side.f FROM PUBLIC"});
    run(server_->master(database_), {"CREATE TABLE public.users (id bigserial, name text)",
                                     "CREATE VIEW public.names AS SELECT name FROM users",
                                     "CREATE TABLE public.\"Odd \"\"Name\"\"\" (a int)"});
  }

  static void run(const ConnectOptions& login, const std::vector<std::string>& statements) {
    const auto session = NativeConnector().connect(login);
    for (const std::string& statement : statements) session->query(statement);
  }
  std::unique_ptr<Session> master() const { return NativeConnector().connect(server_->master(database_)); }
  std::unique_ptr<Session> log_in() const {
    return NativeConnector().connect(server_->as(user_.username, kPassword, database_));
  }
  // The SQLSTATE with which the user's statement is refused; empty when it is not.
  std::string refused(const std::string& statement) const {
    try {
      log_in()->query(statement);
      return {};
    } catch (const SqlError& error) {
      return error.sql_state();
    }
  }
  GrantedPrivileges set_up() const {
    const auto session = master();
    ensure_user(*session, user_);
    return grant_privileges(*session, user_);
  }

  static std::unique_ptr<PostgresServer> server_;
  std::string suffix_;
  std::string database_;
  std::string owner_;
  UserSpec user_;
};
std::unique_ptr<PostgresServer> UsersTest::server_;

TEST_F(UsersTest, TheMasterOfTheseTestsIsNoSuperuser) {
  EXPECT_EQ(
      master()->query("SELECT rolsuper, rolcreaterole FROM pg_roles WHERE rolname = current_user").rows[0],
      (Row{"f", "t"}));
}

TEST_F(UsersTest, ACreatedUserCanLogIn) {
  const auto session = master();
  EXPECT_TRUE(ensure_user(*session, user_).created);
  EXPECT_EQ(log_in()->query("SELECT current_user").rows[0][0], user_.username);
}

TEST_F(UsersTest, AUserThatIsThereGetsTheNewPasswordAndMayLogIn) {
  const auto session = master();
  session->query("CREATE ROLE " + user_.username + " NOLOGIN PASSWORD 'old' VALID UNTIL '2001-01-01'");
  EXPECT_FALSE(ensure_user(*session, user_).created);
  EXPECT_FALSE(ensure_user(*session, user_).created);
  EXPECT_NO_THROW(log_in());
}

TEST_F(UsersTest, ThePasswordIsStoredAsScramAndNeverSent) {
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

TEST_F(UsersTest, TwoSetUpsAtTheSameTimeBothSucceed) {
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

TEST_F(UsersTest, PrivilegesAreWhatTheListSays) {
  set_up();
  EXPECT_EQ(refused("SELECT * FROM public.users"), "");
  EXPECT_EQ(refused("INSERT INTO public.users (name) VALUES ('x')"), "") << "the sequence too";
  EXPECT_EQ(refused("SELECT * FROM public.names"), "");
  EXPECT_EQ(refused("SELECT * FROM public.\"Odd \"\"Name\"\"\""), "");
  EXPECT_EQ(refused("DELETE FROM public.users"), "42501");
  EXPECT_EQ(refused("TRUNCATE public.users"), "42501");
  EXPECT_EQ(refused("CREATE TABLE public.mine (a int)"), "42501");
}

TEST_F(UsersTest, TablesOfOtherOwnersAreReachedWithoutStayingAMember) {
  set_up();
  EXPECT_EQ(refused("INSERT INTO side.orders (note) VALUES ('x')"), "");
  EXPECT_EQ(master()->query("SELECT pg_has_role($1, 'MEMBER')", {owner_}).rows[0][0], "f");
}

TEST_F(UsersTest, WhatIsNotAllowedIsReported) {
  const GrantedPrivileges granted = set_up();
  EXPECT_THAT(granted.notes, Contains("The login may not change privileges on 1 table that rdsadmin owns."));
  EXPECT_EQ(refused("SELECT * FROM public.theirs"), "42501");
  EXPECT_THAT(missing_privileges(*master(), user_),
              ElementsAre("INSERT on public.theirs", "SELECT on public.theirs"));
}

TEST_F(UsersTest, ASecondRunChangesNothing) {
  set_up();
  const auto count_entries = [&] {
    return master()
        ->query("SELECT sum(cardinality(relacl)), string_agg(relacl::text, ' ' ORDER BY oid) FROM pg_class")
        .rows;
  };
  const auto before = count_entries();
  const GrantedPrivileges again = set_up();
  EXPECT_EQ(again.granted, 0);
  EXPECT_EQ(again.revoked, 0);
  EXPECT_EQ(count_entries(), before);
}

TEST_F(UsersTest, PrivilegesThatLeftTheListAreTakenAway) {
  user_.privileges = {"ALL"};
  set_up();
  EXPECT_EQ(refused("DELETE FROM public.users"), "");
  EXPECT_EQ(refused("SELECT side.f(1, 'x')"), "");
  EXPECT_EQ(refused("CREATE TABLE side.mine (a int)"), "");
  master()->query("GRANT UPDATE (name) ON public.users TO " + user_.username);

  user_.privileges = {"read only"};
  const GrantedPrivileges granted = set_up();
  EXPECT_GT(granted.revoked, 0);
  EXPECT_EQ(refused("SELECT * FROM public.users"), "");
  EXPECT_EQ(refused("DELETE FROM public.users"), "42501");
  EXPECT_EQ(refused("UPDATE public.users SET name = ''"), "42501") << "on a column";
  EXPECT_EQ(refused("SELECT side.f(1, 'x')"), "42501");
  EXPECT_EQ(refused("CREATE TABLE side.other (a int)"), "42501");
  EXPECT_EQ(refused("DROP TABLE side.mine"), "") << "what the user owns stays its own";
}

TEST_F(UsersTest, OnlyTheChosenSchemasAreOpened) {
  user_.schemas = {"side", "nowhere"};
  const GrantedPrivileges granted = set_up();
  EXPECT_THAT(granted.schemas, ElementsAre("side"));
  EXPECT_THAT(granted.notes, Contains(HasSubstr("no schema \"nowhere\"")));
  EXPECT_THAT(missing_privileges(*master(), user_), ElementsAre("schema nowhere"));
  EXPECT_EQ(refused("SELECT * FROM side.orders"), "");
  EXPECT_EQ(refused("SELECT * FROM public.users"), "42501");

  user_.schemas = {"public"};
  set_up();
  EXPECT_EQ(refused("SELECT * FROM side.orders"), "42501") << "a schema that left the list";
  EXPECT_EQ(refused("SELECT * FROM public.users"), "");
}

TEST_F(UsersTest, TablesMadeLaterAreOpenToo) {
  set_up();
  run(server_->master(database_), {"CREATE TABLE public.later (id serial)"});
  run(server_->superuser(database_),
      {"SET ROLE " + owner_, "CREATE TABLE side.later (id serial)", "RESET ROLE"});
  EXPECT_EQ(refused("SELECT * FROM public.later"), "");
  EXPECT_EQ(refused("INSERT INTO side.later DEFAULT VALUES"), "");
  EXPECT_EQ(refused("DELETE FROM side.later"), "42501");
}

TEST_F(UsersTest, ReadsBackWhatTheServerWouldAllow) {
  set_up();
  const auto schemas = privileges_of(*master(), user_.username);
  ASSERT_EQ(schemas.size(), 2u);
  EXPECT_EQ(schemas[0].schema, "public");
  EXPECT_TRUE(schemas[0].usage);
  EXPECT_FALSE(schemas[0].create);
  EXPECT_EQ(schemas[0].tables, 4);
  EXPECT_EQ(schemas[0].on_tables.at("SELECT"), 3) << "not the superuser's";
  EXPECT_EQ(schemas[0].on_tables.at("DELETE"), 0);
  EXPECT_EQ(schemas[1].schema, "side");
  EXPECT_EQ(schemas[1].on_tables.at("INSERT"), 1);
  EXPECT_THAT(privileges_of(*master(), "nobody-of-this-name"), IsEmpty());
}

TEST_F(UsersTest, AMissingUserLacksEverything) {
  EXPECT_THAT(missing_privileges(*master(), user_), ElementsAre("the user " + user_.username));
}

TEST_F(UsersTest, ExtensionsAreLeftAlone) {
  run(server_->superuser(database_), {"CREATE EXTENSION pg_stat_statements"});
  const GrantedPrivileges granted = set_up();
  EXPECT_THAT(granted.notes, ElementsAre("The login may not change privileges on 1 table that rdsadmin owns.",
                                         "The login may not set privileges on what rdsadmin will create."));
}

TEST_F(UsersTest, AClosedDatabaseIsOpenedForTheUser) {
  run(server_->master(database_), {"REVOKE CONNECT ON DATABASE " + database_ + " FROM PUBLIC"});
  set_up();
  EXPECT_EQ(refused("SELECT 1"), "");
}

TEST_F(UsersTest, IamMembershipEndsOnlyWhenAsked) {
  run(server_->superuser(), {"CREATE ROLE " + user_.username, "GRANT rds_iam TO " + user_.username});
  const auto session = master();
  EXPECT_THAT(ensure_user(*session, user_).notes, ElementsAre(HasSubstr("rds_iam")));
  user_.revoke_rds_iam = true;
  EXPECT_THAT(ensure_user(*session, user_).notes, IsEmpty());
  EXPECT_EQ(session->query("SELECT pg_has_role($1, 'rds_iam', 'MEMBER')", {user_.username}).rows[0][0], "f");
}

TEST_F(UsersTest, TheMasterItselfIsNotChanged) {
  user_.username = "dbmaster";
  try {
    ensure_user(*master(), user_);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.name(), "InvalidInput");
  }
  EXPECT_NO_THROW(master());
}

TEST_F(UsersTest, DatabasesOfTheSystemAreNotListed) {
  const auto names = list_databases(*master());
  EXPECT_THAT(names, Contains(database_));
  EXPECT_THAT(names, Contains("app"));
  EXPECT_THAT(names, Not(Contains("template1")));
  EXPECT_THAT(names, Not(Contains("rdsadmin")));
  EXPECT_TRUE(std::ranges::is_sorted(names));
}

}  // namespace
}  // namespace aurora::db
