#include "restore/checks.h"

#include "db/testing/fake_session.h"
#include "restore/testing/sql_world.h"

namespace aurora::restore {
namespace {

using db::testing::FakeConnector;
using db::testing::FakeDatabase;
using db::testing::rows;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

const TimePoint kNow = *parse_iso("2026-11-21T12:00:00Z");

db::Result one(std::optional<std::string> value) {
  return rows({"value"}, {{std::move(value)}});
}

// "met", what is found instead, or "not understood".
std::string outcome(const char* expectation, const db::Result& result) {
  const auto parsed = Expectation::parse(expectation);
  if (!parsed) return "not understood";
  return parsed->differs(result, kNow).value_or("met");
}

TEST(Expectation, ComparesNumbersAsNumbers) {
  EXPECT_EQ(outcome("value >= 9", one("10")), "met");
  EXPECT_EQ(outcome("value < 9", one("10")), "10");
  EXPECT_EQ(outcome("equals 1.50", one("1.5")), "met");
  EXPECT_EQ(outcome("value != 0", one("0")), "0");
  EXPECT_EQ(outcome("between 1 and 5", one("5")), "met");
  EXPECT_EQ(outcome("value between 1 and 5", one("5.1")), "5.1");
  EXPECT_EQ(outcome("value > 1", one("many")), "many, which is no number");
  EXPECT_EQ(outcome("equals 9007199254740993", one("9007199254740992")), "9007199254740992");
}

TEST(Expectation, ComparesTextsByteByByte) {
  EXPECT_EQ(outcome("equals 'it''s'", one("it's")), "met");
  EXPECT_EQ(outcome("value >= '2026-01-01'", one("2026-11-21")), "met");
  EXPECT_EQ(outcome("equals '1'", one("1.0")), "1.0");
}

TEST(Expectation, CountsRows) {
  const db::Result three = rows({"a"}, {{"1"}, {"2"}, {"3"}});
  EXPECT_EQ(outcome("rows 3", three), "met");
  EXPECT_EQ(outcome("rows 1..2", three), "3 rows");
  EXPECT_EQ(outcome("rows 3..10", three), "met");
  EXPECT_EQ(outcome("rows < 3", three), "3 rows");
  EXPECT_EQ(outcome("non-empty", three), "met");
  EXPECT_EQ(outcome("empty", three), "3 rows");
  EXPECT_EQ(outcome("non-empty", rows({"a"})), "0 rows");
}

TEST(Expectation, ValueIsOneRows) {
  EXPECT_EQ(outcome("value > 0", rows({"a"}, {{"1"}, {"2"}})), "2 rows instead of one");
  EXPECT_EQ(outcome("value > 0", rows({"a"})), "0 rows instead of one");
  EXPECT_EQ(outcome("value > 0", one(std::nullopt)), "null");
  EXPECT_EQ(outcome("not null", one(std::nullopt)), "null");
  EXPECT_EQ(outcome("null", one(std::nullopt)), "met");
}

TEST(Expectation, KnowsAges) {
  EXPECT_EQ(outcome("younger than 24h", one("2026-11-20 12:00:01+00")), "met");
  EXPECT_EQ(outcome("younger than 1d", one("2026-11-20 11:59:59")),
            "2026-11-20 11:59:59, which is 24h 00m old");
  EXPECT_EQ(outcome("older than 2w", one("2026-11-01")), "met");
  EXPECT_EQ(outcome("younger than 30m", one("2026-11-21 17:15:00+05:30")), "met");
  EXPECT_EQ(outcome("younger than 1d", one("soon")), "soon, which is no time");
}

TEST(Expectation, RefusesWhatItDoesNotKnow) {
  for (const char* text : {"", "value", "value > ", "value ~ 3", "rows", "rows -1", "rows 5..3", "rows 1..x",
                           "equals abc", "equals 'a", "equals 'a'b'", "between 5 and 1",
                           "younger than 3 days", "younger than h", "full", "value >= 1e9999"})
    EXPECT_EQ(outcome(text, one("1")), "not understood") << text;
}

TEST(Expectation, ShowsTwoHundredBytesAtMost) {
  const std::string seen = outcome("equals 'x'", one(std::string(199, 'a') + "ää" + std::string(500, 'b')));
  EXPECT_EQ(seen, std::string(199, 'a') + "…");
}

SqlFile file(std::string text) {
  return {.uri = "s3://b/checks.sql", .name = "checks.sql", .sha256 = {}, .text = std::move(text)};
}

std::string refusal(const std::string& text) {
  try {
    parse_checks(file(text), db::Engine::kPostgreSql);
  } catch (const Error& e) {
    return e.what();
  }
  return "none";
}

TEST(CheckFile, ReadsNameExpectationDatabaseAndQuery) {
  const auto checks = parse_checks(file("-- our checks\n-- database: shop\n-- check: newest order\n"
                                        "-- expect: younger than 24h\nSELECT max(at) FROM orders;\n\n"
                                        "-- check: users\n-- expect: rows 3..10\nSELECT * FROM users"),
                                   db::Engine::kPostgreSql);
  ASSERT_EQ(checks.size(), 2u);
  EXPECT_EQ(checks[0].name, "newest order");
  EXPECT_EQ(checks[0].sql, "SELECT max(at) FROM orders");
  EXPECT_EQ(checks[0].line, 5u);
  EXPECT_EQ(checks[1].database, "shop") << "the header holds until the next one";
  EXPECT_EQ(checks[1].expectation.text(), "rows 3..10");
}

TEST(CheckFile, TellsEverythingThatIsWrong) {
  EXPECT_THAT(refusal("SELECT 1;\n-- check: b\n-- expect: much\nDELETE FROM t;\n-- check: c\n"),
              AllOf(HasSubstr("CheckMalformed"), HasSubstr("line 1: a query without \"-- check"),
                    HasSubstr("line 1: a query without \"-- expect"), HasSubstr("line 3: expect: much"),
                    HasSubstr("line 4: allowed is one query"), HasSubstr("line 5: a check without a query")));
  EXPECT_THAT(refusal("-- only talk\n"), HasSubstr("holds no check"));
}

class Checks : public testing::SqlWorld {
 protected:
  Checks() {
    database.answer("pg_database", rows({"datname"}, {{"postgres"}, {"shop"}}));
    database.answer("count", rows({"n"}, {{"7"}}));
    set("verification_sql",
        Json::array({put("checks.sql",
                         "-- check: many\n-- expect: value >= 5\nSELECT count(*) FROM orders;\n"
                         "-- check: few\n-- expect: value < 5\nSELECT count(*) FROM users;\n")}));
  }

  FakeDatabase database;
  FakeConnector databases{database};
};

TEST_F(Checks, RunReadOnlyAndSayWhatTheyFound) {
  StepContext step = context(databases);
  EXPECT_TRUE(run_checks(step, {.user = "master"}));
  const auto checks = sql_checks(step);
  ASSERT_EQ(checks.size(), 2u);
  EXPECT_EQ(to_json(checks[0]),
            Json({{"name", "sql many"}, {"status", "passed"}, {"detail", "value >= 5 (7)"}}));
  EXPECT_EQ(to_json(checks[1]), Json({{"name", "sql few"},
                                      {"status", "failed"},
                                      {"detail", "expected value < 5, found 7 (checks.sql, line 6)"}}));
  EXPECT_EQ(database.count("BEGIN READ ONLY"), 2);
  EXPECT_EQ(database.count("ROLLBACK"), 2);
  EXPECT_EQ(database.connections().back().database, "shop");
}

TEST_F(Checks, AreNotRunAgainByTheNextCall) {
  StepContext step = context(databases);
  run_checks(step, {.user = "master"});
  EXPECT_TRUE(run_checks(step, {.user = "master"}));
  EXPECT_EQ(database.count("SELECT count(*) FROM orders"), 1);
}

TEST_F(Checks, QueryThatTheServerRefusesIsAFailedCheck) {
  database.fail("FROM orders", db::SqlError("DatabaseError", "relation \"orders\" does not exist", "42P01"));
  StepContext step = context(databases);
  run_checks(step, {.user = "master"});
  EXPECT_TRUE(sql_checks(step).at(0).failed());
  database.fail("FROM orders", db::SqlError("DatabaseUnavailable", "gone", "57P01"));
  operation.state().erase("checks_done");
  EXPECT_THAT(error_of([&] { run_checks(step, {.user = "master"}); }), HasSubstr("DatabaseUnavailable"));
}

TEST_F(Checks, FailedOnesAreNamedAndRecorded) {
  StepContext step = context(databases);
  run_checks(step, {.user = "master"});
  EXPECT_THAT(error_of([&] { throw_if_failed(step, sql_checks(step)); }),
              AllOf(HasSubstr("VerificationFailed: cluster dev-target-cluster did not pass 1 of 2 checks"),
                    HasSubstr("sql few: expected value < 5, found 7"), Not(HasSubstr("many"))));
  EXPECT_EQ(operations.load("op-1")->get("verification")["checks"].size(), 2u);
  EXPECT_EQ(audited("checks").size(), 1u);
  EXPECT_FALSE(operation.get("state").contains("checks_done")) << "a resumed operation looks anew";
}

TEST_F(Checks, PreflightFindsFilesThatAreMissingOrMalformed) {
  set("post_restore_sql", Json::array({put("bad.sql", "COMMIT;"), "s3://scripts-of-the-team/none.sql"}));
  set("verification_sql", Json::array({put("bad-checks.sql", "SELECT 1;")}));
  set("verification_manifest", put("manifest.json", "{}"));
  StepContext step = context(databases);
  std::vector<std::string> found;
  for (const Finding& finding : check_sql_files(step)) found.push_back(finding.to_text());
  EXPECT_THAT(found, ElementsAre(HasSubstr("would end the transaction"), HasSubstr("NoSuchKey"),
                                 HasSubstr("-- check: NAME"), HasSubstr("is no manifest")));
  EXPECT_TRUE(database.connections().empty()) << "there is no database yet";
}

TEST_F(Checks, PreflightPassesWhatIsRight) {
  set("post_restore_sql", Json::array({put("mask.sql", "UPDATE users SET a = 1;")}));
  StepContext step = context(databases);
  EXPECT_TRUE(check_sql_files(step).empty());
}

}  // namespace
}  // namespace aurora::restore
