// Many users, roles and removals on a real PostgreSQL server, and names and words that try to be more.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "db/testing/shop.h"
#include "db/users.h"

namespace aurora::db {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class PostgresManyUsers : public testing::Shop {
 protected:
  std::string text(const std::string& sql, const ConnectOptions& login) const {
    return NativeConnector().connect(login)->query(sql).rows.at(0).at(0).value_or("NULL");
  }
  std::string text(const std::string& sql) const { return text(sql, server_->superuser(database_)); }
  std::vector<RemovedUser> remove(const std::vector<Removal>& removals) const {
    NativeConnector connector;
    return remove_users(connector, server_->master(database_), removals);
  }
  UserSpec user(const std::string& name, std::vector<std::string> privileges) const {
    return {.username = name + suffix_,
            .password = Secret(testing::kPassword),
            .privileges = std::move(privileges)};
  }
};

TEST_F(PostgresManyUsers, EachHoldsItsListAndNothingBeyond) {
  std::vector<UserSpec> users{user("reader", {"READ ONLY"}), user("writer", {"READ WRITE"}),
                              user("none", {})};
  users[2].grants = {{.privileges = {"SELECT", "UPDATE"}, .schemas = {"public"}, .tables = {"users"}},
                     {.privileges = {"EXECUTE"}, .schemas = {"side"}}};
  const auto session = master();
  ensure_users(*session, users);
  grant_privileges(*session, users);
  const auto missing = missing_privileges(*session, users);
  EXPECT_THAT(missing[0], ElementsAre("SELECT on public.theirs"));
  EXPECT_THAT(missing[1], Each(HasSubstr("public.theirs")));
  EXPECT_THAT(missing[2], IsEmpty());
  EXPECT_THAT(excess_privileges(*session, users), Each(IsEmpty()));
  user_ = users[2];
  EXPECT_EQ(refused("UPDATE public.users SET name = 'x'"), "");
  EXPECT_EQ(refused("SELECT nextval('public.users_id_seq')"), "") << "the sequence of its table";
  EXPECT_EQ(refused("SELECT * FROM public.names"), "42501") << "another table of the schema";
  EXPECT_EQ(refused("SELECT side.f(1, '')"), "");
  EXPECT_EQ(refused("SELECT * FROM side.orders"), "42501");
  run(server_->master(database_), {"CREATE TABLE public.later (a int)"});
  EXPECT_EQ(refused("SELECT * FROM public.later"), "42501") << "single tables bring none to come";
}

TEST_F(PostgresManyUsers, WhatAUserMayDoBeyondItsListIsFound) {
  set_up();
  run(server_->superuser(database_),
      {"GRANT DELETE ON public.users TO " + user_.username, "ALTER ROLE " + user_.username + " CREATEDB",
       "GRANT CREATE ON SCHEMA side TO " + user_.username});
  EXPECT_THAT(excess_privileges(*master(), std::vector{user_})[0],
              ElementsAre("CREATE on schema side", "DELETE on public.users", "attribute CREATEDB"));
  set_up();
  EXPECT_THAT(excess_privileges(*master(), std::vector{user_})[0], IsEmpty());
}

TEST_F(PostgresManyUsers, ADatabaseThatIsNotInTheListIsClosed) {
  run(server_->master("app"), {"CREATE TABLE IF NOT EXISTS t (a int)"});
  set_up();
  const auto app = NativeConnector().connect(server_->master("app"));
  grant_privileges(*app, user_);
  EXPECT_EQ(
      text("SELECT has_table_privilege('" + user_.username + "', 't', 'SELECT')", server_->master("app")),
      "t");
  user_.databases = {database_};
  grant_privileges(*app, user_);
  EXPECT_EQ(
      text("SELECT has_table_privilege('" + user_.username + "', 't', 'SELECT')", server_->master("app")),
      "f");
}

TEST_F(PostgresManyUsers, RolesAreMadeJoinedAndLeft) {
  UserSpec group{.username = "team" + suffix_, .privileges = {"READ WRITE"}, .login = false};
  user_.privileges = {};
  user_.roles = {group.username, "made" + suffix_};
  const auto session = master();
  const auto ensured = ensure_users(*session, std::vector{user_, group});
  EXPECT_THAT(ensured[0].notes, ElementsAre(HasSubstr("made" + suffix_ + " was not there")));
  grant_privileges(*session, std::vector{user_, group});
  EXPECT_EQ(refused("DELETE FROM public.users"), "") << "through its role";
  EXPECT_THAT(missing_privileges(*session, user_), IsEmpty());
  EXPECT_THAT(excess_privileges(*session, std::vector{user_})[0], IsEmpty()) << "what a promised role brings";
  user_.roles = {"made" + suffix_};
  ensure_users(*session, std::vector{user_});
  EXPECT_EQ(refused("DELETE FROM public.users"), "42501");
  EXPECT_THROW(NativeConnector().connect(server_->as(group.username, testing::kPassword, database_)),
               SqlError);
}

TEST_F(PostgresManyUsers, RolesThatMakeAdministratorsAreRefusedBeforeAnythingIsDone) {
  run(server_->superuser(), {"CREATE ROLE sneaky" + suffix_ + " IN ROLE rds_superuser"});
  user_.roles = {"sneaky" + suffix_};
  UserSpec other = user("other", {"SELECT"});
  other.roles = {"dbmaster"};
  try {
    ensure_users(*master(), std::vector{user_, other});
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.message(), AllOf(HasSubstr("sneaky" + suffix_), HasSubstr("dbmaster")));
  }
  EXPECT_EQ(text("SELECT count(*) FROM pg_roles WHERE rolname IN ('" + user_.username + "', 'other" +
                 suffix_ + "')"),
            "0");
}

TEST_F(PostgresManyUsers, IamUsersHaveNoPassword) {
  user_.iam = true;
  user_.password = Secret();
  ensure_users(*master(), std::vector{user_});
  EXPECT_EQ(text("SELECT rolpassword IS NULL AND pg_has_role(oid, 'rds_iam', 'MEMBER') FROM pg_authid WHERE "
                 "rolname = '" +
                 user_.username + "'"),
            "t");
}

TEST_F(PostgresManyUsers, LimitsAreSet) {
  user_.connection_limit = 3;
  user_.valid_until = "2031-01-31";
  ensure_users(*master(), std::vector{user_});
  EXPECT_EQ(
      text(
          "SELECT rolconnlimit || ' ' || (rolvaliduntil AT TIME ZONE 'UTC') FROM pg_roles WHERE rolname = '" +
          user_.username + "'"),
      "3 2031-01-31 00:00:00");
}

TEST_F(PostgresManyUsers, ALockedUserIsOutAndCannotComeBack) {
  set_up();
  const auto open = log_in();
  const auto removed = remove({{.username = user_.username}, {.username = "nobody" + suffix_}});
  EXPECT_EQ(removed[0].outcome, "locked");
  EXPECT_EQ(removed[0].sessions_ended, 1);
  EXPECT_EQ(removed[1].outcome, "absent");
  EXPECT_THROW(open->query("SELECT 1"), SqlError);
  EXPECT_EQ(refused("SELECT 1"), "28000");
  EXPECT_EQ(remove({{.username = user_.username}})[0].outcome, "locked") << "again";
}

TEST_F(PostgresManyUsers, ADroppedUserLeavesItsObjectsToTheMaster) {
  user_.privileges = {"ALL"};
  set_up();
  log_in()->query("CREATE TABLE side.mine AS SELECT 7 AS a");
  const auto app = NativeConnector().connect(server_->master("app"));
  grant_privileges(*app, user_);
  const auto removed =
      remove({{.username = user_.username, .drop = true}, {.username = owner_, .drop = true}});
  EXPECT_THAT(removed[0].notes, IsEmpty());
  EXPECT_EQ(removed[0].outcome, "dropped");
  EXPECT_EQ(removed[1].outcome, "dropped");
  EXPECT_EQ(text("SELECT a || tableowner FROM side.mine, pg_tables WHERE tablename = 'mine'"), "7dbmaster");
  EXPECT_EQ(text("SELECT tableowner FROM pg_tables WHERE tablename = 'orders'"), "dbmaster");
  EXPECT_EQ(remove({{.username = user_.username, .drop = true}})[0].outcome, "absent");
}

TEST_F(PostgresManyUsers, WhatCannotBeDroppedStaysLockedAndTheOthersGo) {
  ensure_users(*master(), std::vector{user_});
  run(server_->superuser(), {"CREATE ROLE stuck" + suffix_ + " LOGIN", "CREATE DATABASE closed" + suffix_});
  run(server_->superuser("closed" + suffix_),
      {"CREATE TABLE t (a int)", "ALTER TABLE t OWNER TO stuck" + suffix_});
  run(server_->superuser(), {"ALTER DATABASE closed" + suffix_ + " ALLOW_CONNECTIONS false"});
  const auto removed =
      remove({{.username = "stuck" + suffix_, .drop = true}, {.username = user_.username, .drop = true}});
  EXPECT_EQ(removed[0].outcome, "locked");
  EXPECT_THAT(removed[0].notes, ElementsAre(HasSubstr("stays locked")));
  EXPECT_EQ(removed[1].outcome, "dropped");
}

TEST_F(PostgresManyUsers, TheMasterAndSuperusersAreNotRemoved) {
  run(server_->superuser(), {"CREATE ROLE chief" + suffix_ + " SUPERUSER LOGIN"});
  for (const std::string& name : {std::string("dbmaster"), "chief" + suffix_}) {
    try {
      remove({{.username = user_.username, .drop = true}, {.username = name, .drop = true}});
      FAIL();
    } catch (const Error& error) {
      EXPECT_EQ(error.name(), "InvalidInput");
      EXPECT_THAT(error.message(), HasSubstr(name));
    }
  }
  EXPECT_NO_THROW(master());
}

// Each text would do harm if it reached a statement unquoted.
TEST_F(PostgresManyUsers, HostileTextsDoNothingButFailOrStayText) {
  set_up();
  const std::vector<std::string> hostile{"x\"; DROP TABLE public.users; --",
                                         "x'; DROP TABLE public.users; --",
                                         "$$; DROP TABLE public.users; $$",
                                         "a\\'; DROP TABLE public.users; --",
                                         "{\"a\",\"b\"}",
                                         "%s%n",
                                         "é\"'\\"};
  const auto session = master();
  for (const std::string& text : hostile) {
    UserSpec bad = user_;
    bad.username = text;
    EXPECT_THROW(ensure_users(*session, std::vector{bad}), Error) << text;
    bad = user_;
    bad.privileges = {text};
    EXPECT_THROW(grant_privileges(*session, std::vector{bad}), Error) << text;
    bad = user_;
    bad.password = Secret(text);
    ensure_users(*session, std::vector{bad});
    EXPECT_NO_THROW(NativeConnector().connect(server_->as(bad.username, text, database_))) << text;
    bad.privileges = {};
    bad.grants = {{.privileges = {"SELECT"}, .schemas = {text}, .tables = {text}}};
    EXPECT_THAT(grant_privileges(*session, std::vector{bad})[0].notes,
                Contains(HasSubstr("There is no schema")))
        << text;
    EXPECT_THAT(missing_privileges(*session, std::vector{bad})[0], Contains("schema " + text));
    bad.roles = {text};
    ensure_users(*session, std::vector{bad});
    EXPECT_EQ(session->query("SELECT count(*) FROM pg_roles WHERE rolname = $1", {text}).rows[0][0], "1")
        << text;
    EXPECT_EQ(remove({{.username = text, .drop = true}})[0].outcome, "dropped") << text;
  }
  EXPECT_EQ(text("SELECT count(*) FROM pg_tables WHERE tablename = 'users'"), "1");
}

}  // namespace
}  // namespace aurora::db
