// Users of a restored cluster: what the step asks of the database and of Secrets Manager, and what it says.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "restore/testing/step_world.h"

namespace aurora::restore {
namespace {

using db::SqlError;
using db::testing::rows;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class SetupDbUsers : public testing::StepWorld {
 protected:
  SetupDbUsers() {
    database.answer("FROM pg_catalog.pg_database", rows({"datname"}, {{"app"}, {"orders"}}));
    database.answer("SELECT current_user", rows({"current_user"}, {{"dbmaster"}}));
  }

  Json set_up(const std::vector<Json>& users, const Json& more = Json::object()) {
    if (!restored_) restore();
    restored_ = true;
    put_users(Json(users));
    const Json event = more;
    clock.advance(std::chrono::minutes(1));  // the parameter store's cache
    return until_done("setup_db_users", event);
  }

  // In the parameter, since an event may hold no passwords.
  void put_users(const Json& users) {
    api.call("ssm", "us-west-2", "PutParameter",
             {{"Name", names.db_users_parameter()},
              {"Value", users.dump()},
              {"Type", "SecureString"},
              {"Overwrite", true}});
  }

  Json secret(const std::string& id, const Json& more = Json::object()) {
    Json input{{"SecretId", id}};
    input.update(more);
    const Json answer = api.call("secretsmanager", "us-west-2", "GetSecretValue", input);
    return Json::parse(answer["SecretString"].get<std::string>());
  }
  void make_secret(const std::string& id, const std::string& user, const std::string& password) {
    api.call("secretsmanager", "us-west-2", "CreateSecret",
             {{"Name", id},
              {"SecretString", Json{{"username", user}, {"password", password}, {"kept", 1}}.dump()}});
  }
  // Everything that was sent to the database, logged, recorded or stored, in one text.
  std::string everything() {
    std::string text = operations.load("op-1")->item().dump();
    for (const std::string& line : log_lines) text += line;
    for (const auto& one : database.statements()) text += one.sql;
    AuditTrail audit(aws::DynamoDb(api, "us-west-2"), names.audit_table(), clock);
    for (const Json& event : audit.events("op-1")) text += event.dump();
    return text;
  }
  std::string audit_text() {
    std::string text;
    AuditTrail audit(aws::DynamoDb(api, "us-west-2"), names.audit_table(), clock);
    for (const Json& event : audit.events("op-1")) text += event.dump() + "\n";
    return text;
  }
  bool logged_in_as(const std::string& user) const {
    return std::ranges::any_of(database.connections(), [&](const auto& one) { return one.user == user; });
  }

 private:
  bool restored_ = false;
};

const Json kReader{{"username", "reader"}, {"password", "canary-plain"}, {"privileges", {"SELECT"}}};

TEST_F(SetupDbUsers, FunctionWithAShortTimeoutComesToAnEnd) {
  restore();
  make_secret("app/one", "one", "first");
  make_secret("app/two", "two", "second");
  put_users(Json::array({{{"username", "one"}, {"password_secret_id", "app/one"}, {"privileges", {"SELECT"}}},
                         {{"username", "two"}, {"password_secret_id", "app/two"}, {"privileges", {"SELECT"}}}}));
  clock.advance(std::chrono::minutes(1));
  const Json answer = runner.run(*find_step("setup_db_users"), {{"operation_id", "op-1"}},
                                 clock.now() + std::chrono::seconds(30));
  EXPECT_THAT(answer["message"].get<std::string>(), HasSubstr("Successfully set up 2 users"));
}

TEST_F(SetupDbUsers, AnswersAsTheGuideSays) {
  const Json answer = set_up({kReader}, {{"remove_users", {"old"}}});
  EXPECT_EQ(answer["message"], "Successfully set up 1 users for cluster dev-target-cluster");
  EXPECT_EQ(answer["users_created"].dump(), R"([{"username":"reader","privileges":["SELECT"]}])");
  EXPECT_EQ(answer["users_removed"].dump(), R"([{"username":"old","action":"absent"}])");
  EXPECT_EQ(answer["next_step"], "verify_restore");
  EXPECT_EQ(database.count("CREATE ROLE \"reader\" WITH LOGIN"), 1);
  EXPECT_THAT(everything(), AllOf(HasSubstr("plain text"), Not(HasSubstr("canary-plain"))));
}

TEST_F(SetupDbUsers, EveryFindingIsSaidAtOnceBeforeAnythingIsAsked) {
  EXPECT_THAT(
      error_of([&] {
        set_up({{{"username", "pg_x"}, {"password", "canary"}, {"privileges", {"SELECT"}}},
                {{"username", "b"}, {"password", "canary"}, {"privileges", {"LOCK TABLES"}}}},
               {{"remove_users", {"b", "rdsadmin"}}});
      }),
      AllOf(HasSubstr("InvalidInput"), HasSubstr("db_users[0].username"), HasSubstr("db_users[1].privileges"),
            HasSubstr("remove_users[0].username: \"b\" is in db_users too"),
            HasSubstr("remove_users[1].username"), Not(HasSubstr("canary"))));
  EXPECT_THAT(database.statements(), IsEmpty());
}

TEST_F(SetupDbUsers, DatabasesThatAreNotThereAreSaidBeforeAUserIsMade) {
  Json user = kReader;
  user["databases"] = {"aap"};
  EXPECT_THAT(error_of([&] { set_up({user}); }),
              HasSubstr("db_users[0].databases: there is no database \"aap\" (did you mean app?)"));
  EXPECT_EQ(database.count("CREATE ROLE"), 0);
}

TEST_F(SetupDbUsers, AGeneratedPasswordIsStoredTriedAndMadeCurrent) {
  set_up({{{"username", "reader"},
           {"generate_password", true},
           {"password_secret_id", "team/reader"},
           {"privileges", {"SELECT"}}}});
  const Json stored = secret("team/reader");
  EXPECT_EQ(stored["username"], "reader");
  EXPECT_EQ(stored["engine"], "postgres");
  const std::string password = stored["password"];
  EXPECT_EQ(password.size(), 32u);
  EXPECT_EQ(password.find_first_of("/\"@' \\"), std::string::npos);
  EXPECT_TRUE(logged_in_as("reader"));
  EXPECT_THAT(everything(), AllOf(Not(HasSubstr(password)), HasSubstr("password_set")));
  const Json described =
      api.call("secretsmanager", "us-west-2", "DescribeSecret", {{"SecretId", "team/reader"}});
  EXPECT_THAT(described["Tags"].dump(), AllOf(HasSubstr("aurora-restore:managed"), HasSubstr("op-1")));

  step("setup_db_users");
  EXPECT_EQ(secret("team/reader")["password"], password) << "the step run again keeps it";
}

TEST_F(SetupDbUsers, ARotatedPasswordIsAnotherAndTheSecretKeepsItsOtherKeys) {
  make_secret("team/reader", "reader", "canary-old");
  const Json user{{"username", "reader"},
                  {"rotate", true},
                  {"password_secret_id", "team/reader"},
                  {"privileges", {"SELECT"}}};
  set_up({user});
  const Json stored = secret("team/reader");
  EXPECT_NE(stored["password"], "canary-old");
  EXPECT_EQ(stored["kept"], 1);
  EXPECT_EQ(secret("team/reader", {{"VersionStage", "AWSPREVIOUS"}})["password"], "canary-old");
  set_up({user});
  EXPECT_EQ(secret("team/reader")["password"], stored["password"]) << "once for an operation";
}

TEST_F(SetupDbUsers, AGeneratedPasswordThatIsThereIsKept) {
  make_secret("team/reader", "reader", "canary-old");
  set_up({{{"username", "reader"},
           {"generate_password", true},
           {"password_secret_id", "team/reader"},
           {"privileges", {"SELECT"}}}});
  EXPECT_EQ(secret("team/reader")["password"], "canary-old");
}

TEST_F(SetupDbUsers, ALoginThatFailsLeavesTheOldPasswordCurrentAndIsResumed) {
  make_secret("team/reader", "reader", "canary-old");
  const Json user{{"username", "reader"},
                  {"rotate", true},
                  {"password_secret_id", "team/reader"},
                  {"privileges", {"SELECT"}}};
  database.fail("ROLE \"reader\"", SqlError("DatabaseUnavailable", "gone", ""));
  EXPECT_THAT(error_of([&] { set_up({user}); }), HasSubstr("DatabaseUnavailable"));
  EXPECT_EQ(secret("team/reader")["password"], "canary-old");
  const std::string pending = secret("team/reader", {{"VersionStage", "AWSPENDING"}})["password"];
  database.answer("ROLE \"reader\"", {});
  set_up({user});
  EXPECT_EQ(secret("team/reader")["password"], pending) << "the password that the database may already have";
}

TEST_F(SetupDbUsers, ASecretOfAnotherUserIsNotOverwritten) {
  EXPECT_THAT(error_of([&] {
                set_up({{{"username", "reader"},
                         {"rotate", true},
                         {"password_secret_id", "aurora-restore/master-credentials"},
                         {"privileges", {"SELECT"}}}});
              }),
              AllOf(HasSubstr("SecretMalformed"), HasSubstr("another user")));
  EXPECT_EQ(secret("aurora-restore/master-credentials")["password"], "canary-Passw0rd");
}

TEST_F(SetupDbUsers, NotesOfManyUsersAreOneWarning) {
  std::vector<Json> users;
  for (const char* name : {"a", "b", "c"}) {
    users.push_back(kReader);
    users.back()["username"] = name;
    users.back()["schemas"] = {"nowhere"};
  }
  set_up(users);
  const std::string audit = audit_text();
  EXPECT_THAT(audit, HasSubstr(R"(There is no schema \"nowhere\")"));
  EXPECT_THAT(audit, HasSubstr(R"("usernames":["a","b","c"])"));
}

TEST_F(SetupDbUsers, IamUsersNeedNoSecretAndTheClustersConsent) {
  set_up({{{"username", "reader"}, {"authentication", "iam"}, {"privileges", {"SELECT"}}}});
  EXPECT_EQ(database.count("PASSWORD NULL"), 1);
  EXPECT_FALSE(logged_in_as("reader"));
  EXPECT_THAT(audit_text(), HasSubstr("iam_database_authentication"));
}

}  // namespace
}  // namespace aurora::restore
