#include "db/users.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "db/testing/fake_session.h"

namespace aurora::db {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using testing::FakeConnector;
using testing::FakeDatabase;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::rows;

UserSpec app_user() {
  return {.username = "app_user", .password = Secret("hidden-word"), .privileges = {"SELECT", "insert"}};
}

// The error that `user` is refused with; empty when it is not.
std::string refusal(const UserSpec& user, Engine engine = Engine::kPostgreSql) {
  try {
    validate_user(user, engine);
    return {};
  } catch (const Error& error) {
    EXPECT_EQ(error.name(), "InvalidInput");
    EXPECT_FALSE(error.hint().empty());
    return error.message() + " | " + error.hint();
  }
}

UserSpec named(std::string name) {
  UserSpec user = app_user();
  user.username = std::move(name);
  return user;
}

TEST(ValidateUser, OrdinaryUsersPass) {
  EXPECT_EQ(refusal(app_user()), "");
  for (const char* name : {"_a", "App.User-1", "john@example.org", "postgres_reader", "rdsync", "a$b"})
    EXPECT_EQ(refusal(named(name)), "") << name;
}

TEST(ValidateUser, ReservedNamesAreRefused) {
  for (const char* name : {"rdsadmin", "RDSAdmin", "rds_superuser", "rds_iam", "rdsrepladmin", "postgres",
                           "pg_monitor", "pg_x", "public", "none"})
    EXPECT_THAT(refusal(named(name)), HasSubstr("reserved")) << name;
  for (const char* name : {"root", "mysql.sys", "rdsadmin", "AWS_S3_ACCESS"})
    EXPECT_THAT(refusal(named(name), Engine::kMySql), HasSubstr("reserved")) << name;
  EXPECT_EQ(refusal(named("root")), "") << "no name of PostgreSQL's";
}

TEST(ValidateUser, MalformedNamesAreRefused) {
  for (const std::string& name :
       {std::string(), std::string("a b"), std::string("1a"), std::string("-a"), std::string("a\"b"),
        std::string("a;b"), std::string("ü"), std::string(64, 'a'), std::string("a\0b", 3)})
    EXPECT_THAT(refusal(named(name)), HasSubstr("name")) << name;
  EXPECT_EQ(refusal(named(std::string(63, 'a'))), "");
  EXPECT_NE(refusal(named(std::string(33, 'a')), Engine::kMySql), "");
}

TEST(ValidateUser, EmptyPasswordsAreRefused) {
  UserSpec user = app_user();
  user.password = Secret();
  EXPECT_THAT(refusal(user), AllOf(HasSubstr("app_user"), HasSubstr("password is empty")));
}

TEST(ValidateUser, UnknownPrivilegesNameTheNearestOne) {
  UserSpec user = app_user();
  user.privileges = {"SELECT", "INSRT"};
  EXPECT_THAT(refusal(user),
              AllOf(HasSubstr("\"INSRT\""), HasSubstr("did you mean INSERT?"), HasSubstr("TRUNCATE")));
  user.privileges = {"SELECT; DROP TABLE users"};
  EXPECT_THAT(refusal(user), AllOf(HasSubstr("is not a privilege"), Not(HasSubstr("did you mean"))));
  user.privileges = {};
  EXPECT_THAT(refusal(user), HasSubstr("empty"));
}

TEST(ValidateUser, EnginesHaveTheirOwnPrivileges) {
  UserSpec user = app_user();
  user.privileges = {"LOCK TABLES"};
  EXPECT_EQ(refusal(user, Engine::kMySql), "");
  EXPECT_NE(refusal(user, Engine::kPostgreSql), "");
  user.privileges = {"TRUNCATE"};
  EXPECT_NE(refusal(user, Engine::kMySql), "");
}

TEST(Users, MySqlIsRefusedByNameAndNothingIsRun) {
  FakeDatabase database;
  const auto session = FakeConnector(database).connect({.engine = Engine::kMySql});
  for (const auto& action : std::vector<std::function<void()>>{
           [&] { ensure_user(*session, app_user()); }, [&] { grant_privileges(*session, app_user()); },
           [&] { list_databases(*session); }, [&] { privileges_of(*session, "app_user"); },
           [&] { missing_privileges(*session, app_user()); }}) {
    try {
      action();
      FAIL();
    } catch (const Error& error) {
      EXPECT_EQ(error.name(), "EngineNotSupported");
    }
  }
  EXPECT_TRUE(database.statements().empty());
}

TEST(Users, ThePasswordIsInNoStatement) {
  FakeDatabase database;
  const auto session = FakeConnector(database).connect({});
  EXPECT_TRUE(ensure_user(*session, app_user()).created);
  EXPECT_EQ(database.count("CREATE ROLE \"app_user\""), 1);
  EXPECT_EQ(database.count("verifier-of-app_user"), 1);
  EXPECT_EQ(database.count("hidden-word"), 0);
}

TEST(Users, ACreationThatLosesARaceAltersInstead) {
  FakeDatabase database;
  database.fail("CREATE ROLE", SqlError("DatabaseError", "role exists", "42710"));
  const auto session = FakeConnector(database).connect({});
  EXPECT_THROW(ensure_user(*session, app_user()), SqlError) << "the fake never lets it see the role";
  EXPECT_EQ(database.count("CREATE ROLE"), 25) << "attempts have a limit";
  database.answer("FROM pg_roles", rows({"x"}, {{"1"}}));
  EXPECT_FALSE(ensure_user(*session, app_user()).created);
}

TEST(Users, OtherErrorsAreNotRepeated) {
  FakeDatabase database;
  database.fail("CREATE ROLE", SqlError("DatabaseError", "permission denied", "42501"));
  const auto session = FakeConnector(database).connect({});
  EXPECT_THROW(ensure_user(*session, app_user()), SqlError);
  EXPECT_EQ(database.count("CREATE ROLE"), 1);
  EXPECT_EQ(database.count("ROLLBACK"), 1);
}

TEST(Users, ADatabaseThatIsNotThereIsNamedWithTheNearest) {
  FakeDatabase database;
  database.answer("pg_database", rows({"datname"}, {{"app"}, {"orders"}, {"postgres"}}));
  const auto session = FakeConnector(database).connect({});
  UserSpec user = app_user();
  EXPECT_EQ(databases_of(*session, user), (std::vector<std::string>{"app", "orders", "postgres"}));
  user.databases = {"postgres", "app"};
  EXPECT_EQ(databases_of(*session, user), (std::vector<std::string>{"app", "postgres"}));
  user.databases = {"order"};
  try {
    databases_of(*session, user);
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.message(), HasSubstr("did you mean orders?"));
  }
}

}  // namespace
}  // namespace aurora::db
