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

// The messages of all findings, with their fields.
std::vector<std::string> findings(const std::vector<UserSpec>& users, Engine engine = Engine::kPostgreSql) {
  std::vector<std::string> texts;
  for (const UserFinding& finding : check_users(users, engine)) {
    EXPECT_FALSE(finding.hint.empty());
    texts.push_back(finding.field + " " + finding.text);
  }
  return texts;
}

TEST(CheckUsers, EverythingWrongIsSaidAtOnceWithItsField) {
  UserSpec first = app_user();
  first.password = Secret();
  first.privileges = {"SELEKT"};
  UserSpec second = named("rdsadmin");
  second.grants = {{.privileges = {"EXECUTE"}, .tables = {"orders"}}, {.privileges = {}, .schemas = {""}}};
  second.roles = {"rds_superuser", "pg_monitor", "pg_execute_server_program"};
  EXPECT_THAT(
      findings({first, second, named("rdsadmin")}),
      ::testing::ElementsAre(
          "[0].password the password is empty",
          "[0].privileges \"SELEKT\" is not a privilege (did you mean SELECT?)",
          "[1].username the name is reserved by the database engine or by RDS",
          "[1].grants[0].privileges \"EXECUTE\" is not a privilege of tables",
          "[1].grants[1].privileges the list of privileges is empty",
          "[1].grants[1].schemas there is an empty or too long name, or one with bytes that are no text",
          "[1].roles \"rds_superuser\" belongs to the database engine or to RDS",
          "[1].roles \"pg_execute_server_program\" belongs to the database engine or to RDS",
          "[2].username the name is reserved by the database engine or by RDS",
          "[2].username \"rdsadmin\" is in the list twice"));
}

TEST(CheckUsers, WaysInExcludeEachOther) {
  UserSpec user = app_user();
  user.iam = true;
  EXPECT_THAT(findings({user}),
              ::testing::ElementsAre(HasSubstr("[0].password it has a password and logs in")));
  user.password = Secret();
  EXPECT_THAT(findings({user}), ::testing::IsEmpty());
  user.login = false;
  EXPECT_THAT(findings({user}), ::testing::ElementsAre(HasSubstr("[0].login")));
  user.iam = false;
  EXPECT_THAT(findings({user}), ::testing::IsEmpty()) << "a group role needs no password";
}

TEST(CheckUsers, HostsAreForMySqlAndMustBeHosts) {
  UserSpec user = app_user();
  for (const char* host : {"10.0.%", "10.0.0.0/255.255.0.0", "app.example.org", "localhost", "::1"}) {
    user.host = host;
    EXPECT_THAT(findings({user}, Engine::kMySql), ::testing::IsEmpty()) << host;
    EXPECT_THAT(findings({user}), ::testing::ElementsAre(HasSubstr("[0].host")));
  }
  for (const char* host : {"", "a b", "x'@'y", "%' IDENTIFIED BY '"}) {
    user.host = host;
    EXPECT_THAT(findings({user}, Engine::kMySql), ::testing::ElementsAre(HasSubstr("[0].host"))) << host;
  }
}

TEST(CheckUsers, LimitsAreChecked) {
  UserSpec user = app_user();
  user.connection_limit = -1;
  user.valid_until = "soon";
  EXPECT_THAT(findings({user}),
              ::testing::ElementsAre(HasSubstr("[0].connection_limit"), HasSubstr("[0].valid_until")));
  user.connection_limit = 5;
  user.valid_until = "2027-01-31";
  EXPECT_THAT(findings({user}), ::testing::IsEmpty());
  EXPECT_THAT(findings({user}, Engine::kMySql), ::testing::ElementsAre(HasSubstr("no last day")));
}

TEST(CheckRemovals, TheEnginesOwnUsersStay) {
  const auto refused = [](const char* name, Engine engine) {
    return check_removals(std::vector<Removal>{{.username = name}}, engine).size() == 1;
  };
  for (const char* name : {"", "rdsadmin", "rds_superuser", "rdsrepladmin"})
    for (const Engine engine : {Engine::kPostgreSql, Engine::kMySql})
      EXPECT_TRUE(refused(name, engine)) << name;
  for (const char* name : {"pg_monitor", "postgres"}) EXPECT_TRUE(refused(name, Engine::kPostgreSql)) << name;
  for (const char* name : {"mysql.sys", "mysql.session", "root", "mariadb.sys"})
    EXPECT_TRUE(refused(name, Engine::kMySql)) << name;
  EXPECT_FALSE(refused("old user; DROP", Engine::kPostgreSql)) << "names are quoted, and need not be pretty";
}

TEST(Users, RoundTripsDoNotDependOnTheNumberOfUsers) {
  const auto trips = [](Engine engine, int count) {
    FakeDatabase database;
    database.answer("VERSION()", rows({"v", "u", "p"}, {{"10.11.6-MariaDB", "dbmaster@%", ""}}));
    database.answer("GET_LOCK", rows({"l"}, {{"1"}}));
    database.answer("SELECT current_user", rows({"u"}, {{"dbmaster"}}));
    const auto session = FakeConnector(database).connect({.engine = engine});
    std::vector<UserSpec> users;
    for (int number = 0; number < count; ++number) users.push_back(named("user" + std::to_string(number)));
    ensure_users(*session, users);
    grant_privileges(*session, users);
    missing_privileges(*session, users);
    excess_privileges(*session, users);
    return database.round_trips();
  };
  for (const Engine engine : {Engine::kPostgreSql, Engine::kMySql}) {
    EXPECT_EQ(trips(engine, 1), trips(engine, 300));
    EXPECT_LT(trips(engine, 1), 45);
  }
}

TEST(Users, MySqlsPasswordsTravelAsTheServersOwnHashes) {
  const auto sent = [](const char* version, const char* plugins) {
    FakeDatabase database;
    database.answer("VERSION()", rows({"v", "u", "p"}, {{version, "dbmaster@%", plugins}}));
    const auto session = FakeConnector(database).connect({.engine = Engine::kMySql});
    ensure_user(*session, app_user());
    EXPECT_EQ(database.count("hidden-word"), 0);
    for (const auto& one : database.statements())
      if (one.sql.starts_with("CREATE USER")) return one.sql;
    return std::string();
  };
  EXPECT_THAT(sent("10.11.6-MariaDB", ""), HasSubstr("IDENTIFIED BY PASSWORD 'verifier-of-app_user'"));
  EXPECT_THAT(sent("8.0.36", "mysql_native_password"),
              HasSubstr("IDENTIFIED WITH mysql_native_password AS 'verifier-of-app_user'"));
  EXPECT_THAT(sent("8.4.3", ""), HasSubstr("IDENTIFIED WITH caching_sha2_password AS '$A$005$"));
}

TEST(Users, MySqlsIamUsersNameThePluginAndItsString) {
  FakeDatabase database;
  database.answer("VERSION()", rows({"v", "u", "p"}, {{"8.0.36", "dbmaster@%", "AWSAuthenticationPlugin"}}));
  const auto session = FakeConnector(database).connect({.engine = Engine::kMySql});
  UserSpec user = app_user();
  user.iam = true;
  user.password = Secret();
  ensure_user(*session, user);
  EXPECT_EQ(database.count("IDENTIFIED WITH AWSAuthenticationPlugin AS 'RDS' ACCOUNT UNLOCK"), 1);
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
  database.answer("FROM pg_roles", rows({"kind", "name", "super", "makes", "powerful"},
                                        {{"role", "app_user", "false", "f", "f"}}));
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
