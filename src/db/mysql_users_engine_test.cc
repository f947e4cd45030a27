// Users on a real MariaDB server, made by a master as Aurora MySQL has one.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "db/testing/mariadb_server.h"
#include "db/users.h"

namespace aurora::db {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr char kPassword[] = "a-user's pass\\word";

class MySqlUsers : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    server_ = std::make_unique<testing::MariaDbServer>(
        testing::MariaDbServer::Options{.settings = {"general-log=1", "log-output=TABLE"}});
  }
  static void TearDownTestSuite() { server_.reset(); }

  // With an underscore, which GRANT takes for any letter.
  void SetUp() override {
    static int number = 0;
    suffix_ = std::to_string(++number);
    shop_ = "my_shop" + suffix_;
    other_ = "myxshop" + suffix_;
    user_ = {.username = "app" + suffix_,
             .password = Secret(kPassword),
             .privileges = {"SELECT", "INSERT"},
             .databases = {shop_}};
    const auto session = master();
    for (const std::string& database : {shop_, other_}) {
      session->query("CREATE DATABASE " + database);
      session->query("CREATE TABLE " + database + ".users (id int AUTO_INCREMENT PRIMARY KEY, name text)");
      session->query("CREATE TABLE " + database + ".`odd ``name` (a int)");
    }
  }

  std::unique_ptr<Session> master() const { return NativeConnector().connect(server_->master({})); }
  std::unique_ptr<Session> log_in(const std::string& password = kPassword) const {
    return NativeConnector().connect(server_->as(user_.username, password, ""));
  }
  // The number of the error; 0 when there is none.
  int refused(const std::string& statement) const {
    try {
      log_in()->query(statement);
      return 0;
    } catch (const SqlError& error) {
      return error.number();
    }
  }
  GrantedPrivileges set_up() const {
    const auto session = master();
    ensure_users(*session, std::vector{user_});
    return grant_privileges(*session, std::vector{user_})[0];
  }
  std::vector<RemovedUser> remove(const std::vector<Removal>& removals) const {
    NativeConnector connector;
    return remove_users(connector, server_->master({}), removals);
  }

  static constexpr int kDenied = 1142;
  static inline std::unique_ptr<testing::MariaDbServer> server_;
  std::string suffix_;
  std::string shop_;
  std::string other_;
  UserSpec user_;
};

TEST_F(MySqlUsers, ACreatedUserLogsInAndMayDoWhatItsListSays) {
  const auto session = master();
  EXPECT_TRUE(ensure_user(*session, user_).created);
  EXPECT_FALSE(ensure_user(*session, user_).created);
  EXPECT_THAT(missing_privileges(*session, user_), ElementsAre("INSERT on " + shop_, "SELECT on " + shop_));
  EXPECT_THAT(grant_privileges(*session, user_).schemas, ElementsAre(shop_));
  EXPECT_EQ(refused("INSERT INTO " + shop_ + ".users (name) VALUES ('x')"), 0);
  EXPECT_EQ(refused("SELECT * FROM " + shop_ + ".`odd ``name`"), 0);
  EXPECT_EQ(refused("DELETE FROM " + shop_ + ".users"), kDenied);
  EXPECT_EQ(refused("SELECT * FROM " + other_ + ".users"), kDenied) << "the name is no pattern";
  session->query("CREATE TABLE " + shop_ + ".later (a int)");
  EXPECT_EQ(refused("SELECT * FROM " + shop_ + ".later"), 0);
  EXPECT_THAT(missing_privileges(*session, user_), IsEmpty());
  EXPECT_THAT(missing_privileges(*log_in(), user_), IsEmpty()) << "asked by the user itself";
  EXPECT_THAT(excess_privileges(*session, std::vector{user_})[0], IsEmpty());
}

TEST_F(MySqlUsers, ThePasswordIsInNoLog) {
  set_up();
  EXPECT_NO_THROW(log_in());
  std::string log;
  for (const Row& row :
       NativeConnector().connect(server_->superuser())->query("SELECT argument FROM mysql.general_log").rows)
    log += row.at(0).value_or("") + "\n";
  EXPECT_THAT(log, HasSubstr(user_.username));
  EXPECT_THAT(log, Not(HasSubstr("a-user")));
}

TEST_F(MySqlUsers, ASecondRunChangesNothing) {
  EXPECT_EQ(set_up().granted, 1);
  const GrantedPrivileges again = set_up();
  EXPECT_EQ(again.granted, 0);
  EXPECT_EQ(again.revoked, 0);
}

TEST_F(MySqlUsers, PrivilegesThatLeftTheListAreTakenAway) {
  user_.privileges = {"ALL"};
  set_up();
  const auto session = master();
  session->query("GRANT UPDATE (name) ON " + shop_ + ".users TO " + user_.username);
  session->query("GRANT DELETE ON " + other_ + ".users TO " + user_.username + " WITH GRANT OPTION");
  session->query("GRANT SELECT ON *.* TO " + user_.username);
  session->query("CREATE PROCEDURE " + other_ + ".p() SELECT 1");
  session->query("GRANT EXECUTE ON PROCEDURE " + other_ + ".p TO " + user_.username);
  user_.privileges = {"read only"};
  EXPECT_THAT(excess_privileges(*session, std::vector{user_})[0],
              AllOf(Contains("SELECT on *.*"), Contains("DELETE on " + other_ + ".users"),
                    Contains("UPDATE (name) ON " + shop_ + ".users"),
                    Contains("EXECUTE ON PROCEDURE " + other_ + ".p")));
  EXPECT_GT(set_up().revoked, 3);
  EXPECT_THAT(excess_privileges(*session, std::vector{user_})[0], IsEmpty());
  EXPECT_EQ(refused("SELECT * FROM " + shop_ + ".users"), 0);
  EXPECT_NE(refused("UPDATE " + shop_ + ".users SET name = ''"), 0) << "on a column";
  EXPECT_NE(refused("SELECT * FROM " + other_ + ".users"), 0);
  EXPECT_NE(refused("CALL " + other_ + ".p()"), 0);
}

TEST_F(MySqlUsers, SingleTablesAreOpenedAlone) {
  user_.privileges = {};
  user_.databases = {};
  user_.grants = {{.privileges = {"READ WRITE"}, .databases = {shop_}, .tables = {"users", "nothing"}}};
  EXPECT_THAT(set_up().notes, ElementsAre("There is no table nothing."));
  EXPECT_EQ(refused("DELETE FROM " + shop_ + ".users"), 0);
  EXPECT_EQ(refused("SELECT * FROM " + shop_ + ".`odd ``name`"), kDenied);
  EXPECT_THAT(missing_privileges(*master(), user_), Contains("table nothing"));
}

TEST_F(MySqlUsers, EveryDatabaseIsMeantWithoutAList) {
  user_.databases = {};
  set_up();
  EXPECT_EQ(refused("SELECT * FROM " + shop_ + ".users"), 0);
  EXPECT_EQ(refused("SELECT * FROM " + other_ + ".users"), 0);
  EXPECT_NE(refused("SELECT * FROM mysql.user"), 0);
  const auto schemas = privileges_of(*master(), user_.username);
  const auto shop = std::ranges::find(schemas, shop_, &SchemaPrivileges::schema);
  ASSERT_NE(shop, schemas.end());
  EXPECT_EQ(shop->tables, 2);
  EXPECT_EQ(shop->on_tables.at("SELECT"), 2);
  EXPECT_EQ(shop->on_tables.at("DELETE"), 0);
}

TEST_F(MySqlUsers, UsersOfTheSnapshotAreOpenedAgainWithTheirNewPassword) {
  set_up();
  master()->query("ALTER USER " + user_.username + " IDENTIFIED BY 'old' ACCOUNT LOCK");
  EXPECT_THROW(log_in("old"), SqlError);
  set_up();
  EXPECT_NO_THROW(log_in());
}

TEST_F(MySqlUsers, AMoreExactHostIsToldOf) {
  master()->query("CREATE USER " + user_.username + "@'127.0.0.1' IDENTIFIED BY 'old'");
  EXPECT_THAT(ensure_user(*master(), user_).notes, ElementsAre(HasSubstr("@127.0.0.1")));
  EXPECT_EQ(remove({{.username = user_.username, .host = "127.0.0.1", .drop = true}})[0].outcome, "dropped");
  EXPECT_NO_THROW(log_in());
}

TEST_F(MySqlUsers, RolesAreMadeJoinedAndLeft) {
  UserSpec group{
      .username = "team" + suffix_, .privileges = {"READ WRITE"}, .databases = {shop_}, .login = false};
  user_.privileges = {};
  user_.databases = {};
  user_.roles = {group.username};
  const auto session = master();
  ensure_users(*session, std::vector{user_, group});
  grant_privileges(*session, std::vector{user_, group});
  EXPECT_EQ(refused("DELETE FROM " + shop_ + ".users"), 0) << "through its role";
  EXPECT_THAT(missing_privileges(*session, std::vector{user_, group}), Each(IsEmpty()));
  ensure_users(*session, std::vector{user_, group});
  user_.roles = std::vector<std::string>{};
  EXPECT_THAT(excess_privileges(*session, std::vector{user_})[0],
              ElementsAre("membership in " + group.username));
  ensure_users(*session, std::vector{user_});
  EXPECT_NE(refused("DELETE FROM " + shop_ + ".users"), 0);
}

TEST_F(MySqlUsers, IamUsersAreLockedWhereNothingTakesTheirTokens) {
  user_.iam = true;
  user_.password = Secret();
  EXPECT_THAT(ensure_user(*master(), user_).notes, ElementsAre(HasSubstr("AWSAuthenticationPlugin")));
  EXPECT_THROW(log_in(""), SqlError);
}

TEST_F(MySqlUsers, ALockedUserIsOutAndADroppedOneGone) {
  set_up();
  const auto open = log_in();
  auto removed = remove({{.username = user_.username}, {.username = "nobody"}});
  EXPECT_EQ(removed[0].outcome, "locked");
  EXPECT_TRUE(removed[0].sessions_ended == 1 || !removed[0].notes.empty());
  EXPECT_EQ(removed[1].outcome, "absent");
  EXPECT_THROW(log_in(), SqlError);
  NativeConnector()
      .connect(server_->superuser())
      ->query("CREATE DEFINER = " + user_.username + " VIEW " + shop_ + ".v AS SELECT 1");
  removed = remove({{.username = user_.username, .drop = true}});
  EXPECT_EQ(removed[0].outcome, "dropped");
  EXPECT_THAT(removed[0].notes, Contains(HasSubstr("is the definer of 1 view")));
  EXPECT_EQ(remove({{.username = user_.username, .drop = true}})[0].outcome, "absent");
}

TEST_F(MySqlUsers, TheMasterAndTheServersOwnAreLeftAlone) {
  user_.username = "dbmaster";
  EXPECT_THROW(ensure_user(*master(), user_), Error);
  EXPECT_THROW(remove({{.username = "dbmaster", .drop = true}}), Error);
  EXPECT_THROW(remove({{.username = "rdsadmin", .drop = true}}), Error);
  EXPECT_NO_THROW(master());
}

TEST_F(MySqlUsers, TwoSetUpsAtTheSameTimeBothSucceed) {
  std::vector<std::string> failures(4);
  {
    std::vector<std::jthread> threads;
    for (std::string& failure : failures)
      threads.emplace_back([&] {
        try {
          for (int time = 0; time < 3; ++time) set_up();
        } catch (const std::exception& error) {
          failure = error.what();
        }
      });
  }
  EXPECT_THAT(failures, Each(IsEmpty()));
  EXPECT_EQ(refused("SELECT * FROM " + shop_ + ".users"), 0);
}

// Each text would do harm if it reached a statement unquoted.
TEST_F(MySqlUsers, HostileTextsDoNothingButFailOrStayText) {
  set_up();
  const std::string harm = "DROP TABLE " + shop_ + ".users; -- ";
  const auto session = master();
  for (const std::string& text :
       {"x`; " + harm, "x'; " + harm, "x\"; " + harm, "x\\'; " + harm, "x\\`; " + harm,
        "' OR '1'='1'; " + harm, std::string("é'`\\"), "x*/; " + harm}) {
    UserSpec bad = user_;
    bad.username = text;
    EXPECT_THROW(ensure_users(*session, std::vector{bad}), Error) << text;
    bad = user_;
    bad.host = text;
    EXPECT_THROW(ensure_users(*session, std::vector{bad}), Error) << text;
    bad = user_;
    bad.privileges = {text};
    EXPECT_THROW(grant_privileges(*session, std::vector{bad}), Error) << text;
    bad = user_;
    bad.password = Secret(text);
    ensure_users(*session, std::vector{bad});
    EXPECT_NO_THROW(log_in(text)) << text;
    bad.privileges = {};
    bad.databases = {};
    bad.grants = {{.privileges = {"SELECT"}, .databases = {text}, .tables = {text}}};
    EXPECT_THAT(grant_privileges(*session, std::vector{bad})[0].notes,
                Contains("There is no database " + text + "."));
    session->query("CREATE DATABASE " + session->quote_identifier(text.substr(0, 20)));
    bad.grants = {{.privileges = {"SELECT"}, .databases = {text.substr(0, 20)}}};
    EXPECT_EQ(grant_privileges(*session, std::vector{bad})[0].granted, 1) << text;
    EXPECT_THAT(missing_privileges(*session, bad), IsEmpty()) << text;
    session->query("DROP DATABASE " + session->quote_identifier(text.substr(0, 20)));
    EXPECT_EQ(remove({{.username = text, .drop = true}})[0].outcome, "absent") << text;
  }
  EXPECT_EQ(session->query("SELECT COUNT(*) FROM " + shop_ + ".users").rows.size(), 1u);
}

}  // namespace
}  // namespace aurora::db
