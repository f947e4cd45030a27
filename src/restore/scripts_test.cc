#include "restore/scripts.h"

#include "db/testing/fake_session.h"
#include "restore/testing/sql_world.h"

namespace aurora::restore {
namespace {

using db::testing::FakeConnector;
using db::testing::FakeDatabase;
using db::testing::rows;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr auto kPostgreSql = db::Engine::kPostgreSql;
constexpr auto kMySql = db::Engine::kMySql;

SqlFile file(std::string text) {
  return {
      .uri = "s3://b/mask.sql", .name = "mask.sql", .sha256 = std::string(64, 'a'), .text = std::move(text)};
}

std::string refusal(const std::string& text, db::Engine engine) {
  try {
    parse_script(file(text), engine);
  } catch (const Error& e) {
    return e.what();
  }
  return "none";
}

TEST(ParseScript, HeadersSayWhereAndHow) {
  const Script script = parse_script(file("-- database: shop\n-- Transaction: off\nVACUUM;\n"), kPostgreSql);
  EXPECT_EQ(script.database, "shop");
  EXPECT_FALSE(script.transactional);
  EXPECT_TRUE(parse_script(file("UPDATE a SET b = 1"), kPostgreSql).transactional);
}

TEST(ParseScript, StatementsThatRefuseTransactionsAreRefused) {
  for (const char* sql : {"VACUUM", "CREATE DATABASE d", "DROP INDEX CONCURRENTLY i",
                          "ALTER SYSTEM SET a = 1", "CREATE UNIQUE INDEX CONCURRENTLY i ON t (a)"})
    EXPECT_THAT(refusal(std::string("SELECT 1;\n") + sql, kPostgreSql),
                AllOf(HasSubstr("mask.sql: line 2"), HasSubstr("cannot run inside")));
  EXPECT_EQ(
      refusal("REFRESH MATERIALIZED VIEW CONCURRENTLY v; ALTER DATABASE d SET a = 1; CREATE TABLE t (a int)",
              kPostgreSql),
      "none");
}

TEST(ParseScript, CommitWouldPartTheMarkFromTheWork) {
  for (const char* sql : {"COMMIT", "ROLLBACK", "BEGIN", "END", "START TRANSACTION"}) {
    EXPECT_THAT(refusal(sql, kPostgreSql), HasSubstr("would end the transaction"));
    EXPECT_THAT(refusal(sql, kMySql), HasSubstr("would end the transaction"));
  }
  EXPECT_EQ(refusal("SAVEPOINT a; ROLLBACK TO a; ROLLBACK TO SAVEPOINT a", kPostgreSql), "none");
  EXPECT_EQ(refusal("-- transaction: off\nBEGIN; COMMIT", kPostgreSql), "none");
}

TEST(ParseScript, DefinitionsTakeTheTransactionFromMySql) {
  EXPECT_TRUE(parse_script(file("UPDATE a SET b = 1; DELETE FROM c"), kMySql).transactional);
  EXPECT_FALSE(parse_script(file("UPDATE a SET b = 1; TRUNCATE c"), kMySql).transactional);
}

TEST(ParseScript, WhatCannotWorkIsSaidBeforeItRuns) {
  EXPECT_THAT(refusal("-- nothing\n", kPostgreSql), HasSubstr("holds no statement"));
  EXPECT_THAT(refusal("-- transaction: maybe\nSELECT 1", kPostgreSql),
              HasSubstr("line 1: transaction is maybe"));
  EXPECT_THAT(refusal("COPY t FROM STDIN", kPostgreSql), HasSubstr("STDIN"));
  EXPECT_THAT(refusal("SELECT 'a", kPostgreSql), AllOf(HasSubstr("ScriptMalformed"), HasSubstr("line 1")));
}

class Scripts : public testing::SqlWorld {
 protected:
  Scripts() {
    database.answer("pg_try_advisory_lock", rows({"locked"}, {{"1"}}));
    database.answer("pg_database", rows({"datname"}, {{"postgres"}, {"shop"}}));
    masks = put("mask.sql", "UPDATE users SET email = 'x';\nUPDATE orders SET note = 'secret-canary';");
    set("post_restore_sql", Json::array({masks}));
  }
  std::optional<StepResult> run() {
    StepContext step = context(databases);
    return run_scripts(step, {.user = "master"});
  }

  FakeDatabase database;
  FakeConnector databases{database};
  std::string masks;
};

TEST_F(Scripts, NoFilesNeedNoDatabase) {
  set("post_restore_sql", Json::array());
  EXPECT_FALSE(run());
  EXPECT_TRUE(database.connections().empty());
}

TEST_F(Scripts, RunInOneTransactionWithTheirMark) {
  EXPECT_FALSE(run());
  std::vector<std::string> order;
  for (const auto& statement : database.statements()) {
    for (const char* part : {"BEGIN", "INSERT INTO aurora_restore", "UPDATE users", "UPDATE orders",
                             "UPDATE aurora_restore", "COMMIT", "DROP TABLE", "DROP SCHEMA"})
      if (statement.sql.starts_with(part)) order.push_back(part);
    if (statement.sql.starts_with("UPDATE users")) {
      EXPECT_EQ(statement.database, "shop");
    }
  }
  EXPECT_THAT(order,
              ::testing::ElementsAre("BEGIN", "INSERT INTO aurora_restore", "UPDATE users", "UPDATE orders",
                                     "UPDATE aurora_restore", "COMMIT", "DROP TABLE", "DROP SCHEMA"));
  const Json record = operations.load("op-1")->get("scripts")[0];
  EXPECT_EQ(record["name"], "mask.sql");
  EXPECT_EQ(record["status"], "completed");
  EXPECT_EQ(record["statements"], 2);
  EXPECT_EQ(record["sha256"].get<std::string>().size(), 64u);
  ASSERT_EQ(audited("script").size(), 1u);
}

TEST_F(Scripts, SecondCallRunsNothing) {
  run();
  const int before = database.count("UPDATE users");
  EXPECT_FALSE(run());
  EXPECT_EQ(database.count("UPDATE users"), before);
}

TEST_F(Scripts, MarkOfACrashBetweenCommitAndRecordIsBelieved) {
  database.answer("SELECT status", rows({"status", "statements", "affected"}, {{"completed", "2", "7"}}));
  EXPECT_FALSE(run());
  EXPECT_EQ(database.count("UPDATE users"), 0);
  EXPECT_EQ(operation.get("scripts")[0]["rows"], 7);
}

TEST_F(Scripts, FailureNamesFileStatementAndLineAndNotTheText) {
  database.fail("UPDATE orders",
                db::SqlError("DatabaseError", "relation \"orders\" does not exist", "42P01"));
  const std::string error = error_of([&] { run(); });
  EXPECT_THAT(error, AllOf(HasSubstr("ScriptFailed: mask.sql failed in statement 2 (line 2)"),
                           HasSubstr("42P01"), Not(HasSubstr("canary"))));
  EXPECT_EQ(database.count("COMMIT"), 0);
}

TEST_F(Scripts, LostServerIsLeftToTheMachinesRetry) {
  database.fail("UPDATE orders", db::SqlError("DatabaseUnavailable", "the server went away", "57P01"));
  EXPECT_THAT(error_of([&] { run(); }), HasSubstr("DatabaseUnavailable"));
}

TEST_F(Scripts, FileThatWasCutOffWithoutATransactionIsNotRunAgain) {
  set("post_restore_sql", Json::array({put("off.sql", "-- transaction: off\nUPDATE users SET a = 1;")}));
  database.answer("SELECT status", rows({"status", "statements", "affected"}, {{"running", "0", "0"}}));
  EXPECT_THAT(error_of([&] { run(); }), HasSubstr("ScriptInterrupted: off.sql"));
  EXPECT_EQ(database.count("UPDATE users"), 0);
}

TEST_F(Scripts, AnotherProcessAtWorkIsWaitedFor) {
  database.answer("pg_try_advisory_lock", rows({"locked"}, {{"0"}}));
  const auto waiting = run();
  ASSERT_TRUE(waiting);
  EXPECT_EQ(waiting->retry_after, 5);
  EXPECT_EQ(waiting->next_step, "setup_db_users");
  EXPECT_EQ(database.count("UPDATE users"), 0);
}

TEST_F(Scripts, SeveralDatabasesNeedAHeader) {
  database.answer("pg_database", rows({"datname"}, {{"a"}, {"b"}, {"postgres"}}));
  EXPECT_THAT(error_of([&] { run(); }), AllOf(HasSubstr("databases a, b"), HasSubstr("mask.sql")));
  set("post_restore_sql", Json::array({put("b.sql", "-- database: b\nUPDATE users SET a = 1;")}));
  EXPECT_FALSE(run());
  EXPECT_EQ(database.connections().back().database, "b");
}

TEST_F(Scripts, ContentThatChangedUnderItsHashIsNotRun) {
  const std::string key = content_addressed_key("mask.sql", "UPDATE users SET a = 1;");
  set("post_restore_sql", Json::array({put(key, "DROP TABLE users;")}));
  EXPECT_THAT(error_of([&] { run(); }), HasSubstr("ScriptChanged"));
  EXPECT_EQ(database.count("DROP TABLE users"), 0);
}

TEST_F(Scripts, ObjectThatIsNotThereIsNamed) {
  set("post_restore_sql", Json::array({"s3://scripts-of-the-team/none.sql"}));
  EXPECT_THAT(error_of([&] { run(); }), AllOf(HasSubstr("ObjectNotFound"), HasSubstr("none.sql")));
  set("post_restore_sql", Json::array({"mask.sql"}));
  EXPECT_THAT(error_of([&] { run(); }), AllOf(HasSubstr("InvalidInput"), HasSubstr("mask.sql")));
}

TEST(ContentAddressedKey, IsTheHashAndTheName) {
  EXPECT_EQ(content_addressed_key("a.sql", "SELECT 1"),
            "scripts/e004ebd5b5532a4b85984a62f8ad48a81aa3460c1ca07701f386135d72cdecf5-a.sql");
}

TEST(S3Uri, NeedsBucketAndKey) {
  EXPECT_EQ(parse_s3_uri("s3://b/k/l.sql")->key, "k/l.sql");
  for (const char* wrong : {"s3://b", "s3://b/", "s3:///k", "https://b/k", "mask.sql"})
    EXPECT_FALSE(parse_s3_uri(wrong)) << wrong;
}

}  // namespace
}  // namespace aurora::restore
