// Checksums of MySQL's tables on a real MariaDB server.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "db/fingerprint.h"
#include "db/testing/mariadb_server.h"

namespace aurora::db {
namespace {

using testing::MariaDbServer;

class MySqlFingerprint : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { server_ = std::make_unique<MariaDbServer>(); }
  static void TearDownTestSuite() { server_.reset(); }
  void SetUp() override { session_ = NativeConnector().connect(server_->master()); }

  void run(const std::vector<std::string>& statements) {
    for (const std::string& statement : statements) session_->query(statement);
  }
  Fingerprint of(std::string_view table) { return fingerprint(*session_, "app", table); }

  static inline std::unique_ptr<MariaDbServer> server_;
  std::unique_ptr<Session> session_;
};

TEST_F(MySqlFingerprint, AnEmptyTableHasNoRows) {
  run({"CREATE OR REPLACE TABLE t (a int)"});
  EXPECT_EQ(of("t"), (Fingerprint{0, "0"}));
}

// Checksums are kept, and compared between servers of different versions: SHA1(",1,'x'") and SHA1(",2,NULL").
TEST_F(MySqlFingerprint, TheChecksumIsAsItAlwaysWas) {
  run({"CREATE OR REPLACE TABLE t (a int, b varchar(10))", "INSERT INTO t VALUES (1, 'x'), (2, NULL)"});
  EXPECT_EQ(of("t"), (Fingerprint{2, "13744176523316478098"}));
}

TEST_F(MySqlFingerprint, TheOrderOfRowsDoesNotMatter) {
  run({"CREATE OR REPLACE TABLE a AS SELECT seq AS i, MD5(seq) AS t FROM seq_1_to_1000",
       "CREATE OR REPLACE TABLE b AS SELECT seq AS i, MD5(seq) AS t FROM seq_1000_to_1"});
  EXPECT_EQ(of("a"), of("b"));
}

TEST_F(MySqlFingerprint, EveryChangeOfAValueShows) {
  run(
      {"CREATE OR REPLACE TABLE t (id int, a varchar(20), b varchar(20), n int, f float, d double, p "
       "decimal(9,3), "
       "w datetime(6), x varbinary(9), l longtext, o longblob, m bit(9), e enum('a','b'), g geometry)",
       "INSERT INTO t VALUES (1, 'a', 'b', 1, 0.1, 0.1, 0.1, '2026-01-01', x'00', 'l', x'00', b'1', 'a', "
       "POINT(1, 2)), (1, 'a', 'b', 1, 0.1, 0.1, 0.1, '2026-01-01', x'00', 'l', x'00', b'1', 'a', POINT(1, "
       "2))"});
  std::vector<Fingerprint> seen{of("t")};
  for (const char* change : {"a = NULL",
                             "a = ''",
                             "a = 'NULL'",
                             "a = \"a','b\", b = ''",
                             "a = 'a', b = \"'b\"",
                             "n = NULL",
                             "n = 0",
                             "f = 0.10000001",
                             "d = 0.10000000000000002",
                             "p = 0.101",
                             "w = '2026-01-01 00:00:00.000001'",
                             "x = x'0000'",
                             "x = ''",
                             "x = NULL",
                             "l = 'L'",
                             "l = NULL",
                             "o = x'0000'",
                             "o = NULL",
                             "m = b'100000000'",
                             "e = 'b'",
                             "g = POINT(1, 3)",
                             "g = NULL",
                             "g = ST_GeomFromText('POINT(1 3)', 4326)",
                             "b = 'ü'",
                             "b = 'u'"}) {
    run({std::string("UPDATE t SET ") + change + " LIMIT 1"});
    const Fingerprint now = of("t");
    EXPECT_EQ(std::ranges::count(seen, now), 0) << change;
    seen.push_back(now);
  }
}

TEST_F(MySqlFingerprint, CharacterSetsOfColumnsAndSessionsDoNotMatter) {
  run({"CREATE OR REPLACE TABLE a (t varchar(20) CHARACTER SET latin1, l text CHARACTER SET latin1)",
       "CREATE OR REPLACE TABLE b (t varchar(20) CHARACTER SET utf8mb4, l text CHARACTER SET utf8mb4 COLLATE "
       "utf8mb4_bin)",
       "INSERT INTO a VALUES ('Zürich', 'Málaga')", "INSERT INTO b SELECT * FROM a"});
  const Fingerprint before = of("a");
  EXPECT_EQ(of("b"), before);
  run({"SET NAMES latin1"});
  EXPECT_EQ(of("a"), before);
}

TEST_F(MySqlFingerprint, SettingsOfTheSessionDoNotMatterAndStay) {
  run({"CREATE OR REPLACE TABLE t (a timestamp(3), b char(9))", "SET SESSION time_zone = '+05:00'",
       "INSERT INTO t VALUES ('2026-01-01 00:00:00.123', 'x\\\\y')"});
  const Fingerprint before = of("t");
  run(
      {"SET SESSION time_zone = '-03:00', sql_mode = "
       "'PAD_CHAR_TO_FULL_LENGTH,ANSI_QUOTES,NO_BACKSLASH_ESCAPES'"});
  EXPECT_EQ(of("t"), before);
  const Row row = session_->query("SELECT @@time_zone, @@sql_mode").rows.at(0);
  EXPECT_EQ(row[0], "-03:00");
  EXPECT_EQ(row[1], "ANSI_QUOTES,NO_BACKSLASH_ESCAPES,PAD_CHAR_TO_FULL_LENGTH");
}

TEST_F(MySqlFingerprint, GeneratedColumnsAndOddNamesAreNoObstacle) {
  run(
      {"CREATE OR REPLACE TABLE `odd ``name` (`a b` int, twice int AS (`a b` * 2) VIRTUAL, kept int AS (`a "
       "b` + 1) "
       "STORED, j json, u uuid, i inet6, y year, d date, t time(2))",
       "INSERT INTO `odd ``name` (`a b`, j, u, i, y, d, t) VALUES (1, '{\"a\": 1}', UUID(), '::1', 2026, "
       "'2026-01-01', '-10:00:00.5')"});
  EXPECT_EQ(of("odd `name").rows, 1);
}

// A text that is longer than a packet may be becomes NULL in the server, and would vanish from a sum.
TEST_F(MySqlFingerprint, LargeObjectsAreReadWhole) {
  run({"CREATE OR REPLACE TABLE t (b longblob, c longtext)"});
  run({"INSERT INTO t VALUES (REPEAT('x', 12000000), REPEAT('ü', 4000000))"});
  const Fingerprint before = of("t");
  run({"UPDATE t SET c = CONCAT(c, 'y')"});
  EXPECT_NE(of("t"), before);
}

TEST_F(MySqlFingerprint, PartitionsAndTablesWithHistoryAreReadOnce) {
  run({"CREATE OR REPLACE TABLE p (a int) PARTITION BY HASH (a) PARTITIONS 4",
       "INSERT INTO p VALUES (1), (2), (3)", "CREATE OR REPLACE TABLE h (a int) WITH SYSTEM VERSIONING",
       "INSERT INTO h VALUES (1)", "UPDATE h SET a = 2"});
  EXPECT_EQ(of("p").rows, 3);
  EXPECT_EQ(of("h").rows, 1) << "the rows of today";
}

TEST_F(MySqlFingerprint, ATableThatIsNotThereIsNamed) {
  try {
    of("nowhere");
    FAIL();
  } catch (const SqlError& error) {
    EXPECT_EQ(error.sql_state(), "42S02");
  }
}

}  // namespace
}  // namespace aurora::db
