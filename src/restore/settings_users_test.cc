#include "restore/settings_users.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace aurora::restore {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

std::string wrong(const std::string& users) {
  return check_db_users(Json::parse(users)).value_or("");
}

TEST(DbUsers, TheGuidesShapesPass) {
  EXPECT_EQ(wrong(R"([{"username":"app_user","password":"app_password","privileges":["SELECT","INSERT"]}])"),
            "");
  EXPECT_EQ(
      wrong(
          R"([{"username":"a","password_secret_id":"s","privileges":["all"],"schemas":["x"],"databases":["d"]}])"),
      "");
  EXPECT_EQ(wrong(R"([{"username":"a","host":"10.%","authentication":"iam","grants":[
      {"privileges":["SELECT"],"database":"d","table":"t"},{"privileges":["ALL"],"schemas":["s"]}]}])"),
            "");
  EXPECT_EQ(wrong(R"([{"username":"g","login":false,"privileges":["SELECT"]},
      {"username":"m","roles":["g"],"rotate":true,"password_secret_id":"s","connection_limit":5,"valid_until":"2027-01-31"}])"),
            "");
}

TEST(DbUsers, EveryFindingHasItsPathAndNoneAPassword) {
  EXPECT_THAT(
      wrong(R"([{"username":"a","password":"canary","privilege":["SELECT"]},
      {"username":"b","privileges":["SELEKT"],"password":"canary","password_secret_id":"s"},
      {"privileges":["SELECT"]},
      {"username":"c","generate_password":true,"privileges":"SELECT"},
      {"username":"d","authentication":"iam","password":"canary","grants":[{"privileges":["X"]},{"tables":["t"]}]}])"),
      AllOf(
          HasSubstr("db_users[0].privilege is no field (did you mean privileges?)"),
          HasSubstr("db_users[1].privileges has \"SELEKT\", which is not a privilege (did you mean SELECT?)"),
          HasSubstr("db_users[1] has both password and password_secret_id"),
          HasSubstr("db_users[2] must be an object with username"),
          HasSubstr("db_users[3].password_secret_id is missing: generated"),
          HasSubstr("db_users[3].privileges must be a list of strings"),
          HasSubstr("db_users[4] has a password, and does not log in with one"),
          HasSubstr("db_users[4].grants[0].privileges has \"X\""),
          HasSubstr("db_users[4].grants[1] must be an object with privileges"), Not(HasSubstr("canary"))));
}

TEST(DbUsers, WrongTypesAreNoCrash) {
  for (const char* user : {"1", "null", "\"a\"", "[]", R"({"username":1})"})
    EXPECT_THAT(wrong("[" + std::string(user) + "]"), HasSubstr("db_users[0]")) << user;
  for (const char* field :
       {"host", "password", "password_secret_id", "authentication", "valid_until", "rotate", "login",
        "generate_password", "privileges", "schemas", "databases", "roles", "connection_limit", "grants"})
    EXPECT_THAT(wrong(R"([{"username":"a","password":"x","privileges":["SELECT"],")" + std::string(field) +
                      R"(":{"x":[1]}}])"),
                HasSubstr(std::string("db_users[0].") + field))
        << field;
}

TEST(DbUsers, GrantsTakeOneNameOrMany) {
  const db::UserSpec user =
      user_spec(Json::parse(R"({"username":"a","authentication":"password","roles":[],"grants":[
      {"privileges":["SELECT"],"database":"d","schema":"s","tables":["t","u"]}]})"));
  ASSERT_EQ(user.grants.size(), 1u);
  EXPECT_THAT(user.grants[0].databases, ElementsAre("d"));
  EXPECT_THAT(user.grants[0].schemas, ElementsAre("s"));
  EXPECT_THAT(user.grants[0].tables, ElementsAre("t", "u"));
  EXPECT_TRUE(user.revoke_rds_iam);
  EXPECT_TRUE(user.roles.has_value());
  EXPECT_EQ(user.host, "%");
}

TEST(RemoveUsers, NamesAreLockedAndObjectsSayWhat) {
  const Json value = Json::parse(R"(["a",{"username":"b","action":"drop","host":"10.%"}])");
  EXPECT_EQ(check_remove_users(value), std::nullopt);
  const auto removals = removals_of(value);
  EXPECT_FALSE(removals.at(0).drop);
  EXPECT_TRUE(removals.at(1).drop);
  EXPECT_EQ(removals.at(1).host, "10.%");
  EXPECT_THAT(
      check_remove_users(Json::parse(R"(["",{"username":"b","action":"delete"},{"name":"c"}])")).value_or(""),
      AllOf(HasSubstr("remove_users[0] must be a name"),
            HasSubstr("remove_users[1].action must be lock or drop"), HasSubstr("remove_users[2]")));
}

}  // namespace
}  // namespace aurora::restore
