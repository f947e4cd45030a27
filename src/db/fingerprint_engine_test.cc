// Checksums on a real server.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "db/fingerprint.h"
#include "db/testing/postgres_server.h"

namespace aurora::db {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::PostgresServer;

class FingerprintTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { server_ = std::make_unique<PostgresServer>(); }
  static void TearDownTestSuite() { server_.reset(); }
  void SetUp() override {
    static int number = 0;
    database_ = "contents" + std::to_string(++number);
    NativeConnector().connect(server_->master("postgres"))->query("CREATE DATABASE " + database_);
    session_ = NativeConnector().connect(server_->master(database_));
  }
  void run(const std::vector<std::string>& statements) {
    for (const std::string& statement : statements) session_->query(statement);
  }
  Fingerprint of(std::string_view table) { return fingerprint(*session_, "public", table); }

  static std::unique_ptr<PostgresServer> server_;
  std::string database_;
  std::unique_ptr<Session> session_;
};
std::unique_ptr<PostgresServer> FingerprintTest::server_;

TEST_F(FingerprintTest, AnEmptyTableHasNoRows) {
  run({"CREATE TABLE t (a int)"});
  EXPECT_EQ(of("t"), (Fingerprint{0, "0"}));
}

// Checksums are kept, and compared between servers of different versions.
TEST_F(FingerprintTest, TheChecksumIsAsItAlwaysWas) {
  run({"CREATE TABLE t (a int, b text)", "INSERT INTO t VALUES (1, 'x'), (2, NULL)"});
  EXPECT_EQ(of("t"), (Fingerprint{2, "3095264557155067014"}));
}

TEST_F(FingerprintTest, TheOrderOfRowsDoesNotMatter) {
  run({"CREATE TABLE a AS SELECT i, md5(i::text) AS t FROM generate_series(1, 1000) i",
       "CREATE TABLE b AS SELECT i, md5(i::text) AS t FROM generate_series(1000, 1, -1) i"});
  EXPECT_EQ(of("a"), of("b"));
  EXPECT_EQ(of("a").rows, 1000);
}

TEST_F(FingerprintTest, EveryChangeOfAValueShows) {
  run({"CREATE TABLE t (a int, b text)", "INSERT INTO t VALUES (1, 'x'), (2, 'y')"});
  const Fingerprint before = of("t");
  for (const char* change : {"UPDATE t SET b = 'z' WHERE a = 1", "UPDATE t SET b = NULL WHERE a = 1",
                             "UPDATE t SET b = '' WHERE a = 1", "INSERT INTO t VALUES (1, 'x')"}) {
    run({change});
    EXPECT_NE(of("t"), before) << change;
    run({"TRUNCATE t", "INSERT INTO t VALUES (2, 'y'), (1, 'x')"});
    EXPECT_EQ(of("t"), before);
  }
}

TEST_F(FingerprintTest, EqualRowsAreCountedNotCancelled) {
  run({"CREATE TABLE t (a int)", "INSERT INTO t VALUES (1), (1)", "CREATE TABLE u (a int)",
       "INSERT INTO u VALUES (2), (2)"});
  EXPECT_NE(of("t"), of("u"));
}

TEST_F(FingerprintTest, SettingsOfTheSessionDoNotMatter) {
  run({"CREATE TABLE t (d date, s timestamptz, f float8, b bytea, i interval, m money)",
       "INSERT INTO t VALUES ('2026-02-01', '2026-02-01 10:00+00', 0.1::float8 + 0.2, '\\xc3bc', '1 day 2 "
       "h', 12.5)"});
  const Fingerprint before = of("t");
  run({"SET DateStyle = 'SQL, DMY'", "SET TimeZone = 'Asia/Tokyo'", "SET extra_float_digits = 0",
       "SET bytea_output = 'escape'", "SET IntervalStyle = 'iso_8601'", "SET search_path = public"});
  EXPECT_EQ(of("t"), before);
  EXPECT_EQ(session_->query("SHOW TimeZone").rows[0][0], "Asia/Tokyo") << "the session keeps its own";
}

TEST_F(FingerprintTest, AColumnNamedLikeTheAliasIsOneColumn) {
  run({"CREATE TABLE t (one_row text, a int)", "INSERT INTO t VALUES ('x', 1)"});
  const Fingerprint before = of("t");
  run({"UPDATE t SET a = 2"});
  EXPECT_NE(of("t"), before);
}

TEST_F(FingerprintTest, OddNamesAreOneName) {
  run({"CREATE SCHEMA \"Od\"\"d\"", "CREATE TABLE \"Od\"\"d\".\"t; DROP TABLE x\" (a int)",
       "INSERT INTO \"Od\"\"d\".\"t; DROP TABLE x\" VALUES (1)"});
  EXPECT_EQ(fingerprint(*session_, "Od\"d", "t; DROP TABLE x").rows, 1);
  EXPECT_EQ(fingerprint_all(*session_).rows(), 1);
}

TEST_F(FingerprintTest, RowsOfPartitionsAreCountedOnce) {
  run({"CREATE TABLE p (a int) PARTITION BY RANGE (a)",
       "CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (10)",
       "CREATE TABLE p2 PARTITION OF p FOR VALUES FROM (10) TO (20)", "INSERT INTO p VALUES (1), (11), (12)",
       "CREATE TABLE base (a int)", "CREATE TABLE child () INHERITS (base)", "INSERT INTO base VALUES (1)",
       "INSERT INTO child VALUES (2)"});
  const FingerprintSet set = fingerprint_all(*session_);
  EXPECT_EQ(set.rows(), 5);
  EXPECT_EQ(set.tables.size(), 4u);
  EXPECT_EQ(of("p").rows, 3);
}

TEST_F(FingerprintTest, TheSetIsInOrderAndSaysWhatItSkipped) {
  run({"CREATE TABLE small (a int)", "CREATE TABLE big AS SELECT generate_series(1, 10000) AS a",
       "CREATE MATERIALIZED VIEW empty_view AS SELECT 1 AS a WITH NO DATA"});
  NativeConnector().connect(server_->superuser(database_))->query("CREATE TABLE public.theirs (a int)");
  const FingerprintSet set = fingerprint_all(*session_, {.table_bytes_max = 100'000});
  EXPECT_EQ(set.tables, (std::vector<TableFingerprint>{{"public", "small", {0, "0"}}}));
  ASSERT_EQ(set.skipped.size(), 3u);
  EXPECT_EQ(set.skipped[0].name, "big");
  EXPECT_THAT(set.skipped[0].reason, HasSubstr("limit of 100 kB"));
  EXPECT_THAT(set.skipped[1].reason, HasSubstr("has not been populated"));
  EXPECT_THAT(set.skipped[2].reason, HasSubstr("permission denied"));
}

// Else a table would seem complete of which the login sees only some rows.
TEST_F(FingerprintTest, RowLevelSecurityIsAnErrorRatherThanAShorterTable) {
  run({"CREATE TABLE t (a int)", "INSERT INTO t VALUES (1), (2)", "ALTER TABLE t ENABLE ROW LEVEL SECURITY",
       "ALTER TABLE t FORCE ROW LEVEL SECURITY", "CREATE POLICY only_one ON t USING (a = 1)"});
  try {
    of("t");
    FAIL() << "rows were hidden silently";
  } catch (const SqlError& error) {
    EXPECT_EQ(error.sql_state(), "42501");
  }
  EXPECT_EQ(fingerprint_all(*session_).skipped.size(), 1u);
}

TEST_F(FingerprintTest, SequencesTellTheirLastValue) {
  run({"CREATE SEQUENCE drawn", "CREATE SEQUENCE fresh"});
  session_->query("SELECT setval('drawn', 42)");
  EXPECT_THAT(sequence_values(*session_), ElementsAre(SequenceValue{"public", "drawn", 42},
                                                      SequenceValue{"public", "fresh", std::nullopt}));
}

TEST_F(FingerprintTest, AMissingTableIsAnError) {
  EXPECT_THROW(of("nowhere"), SqlError);
}

}  // namespace
}  // namespace aurora::db
