// Reading by several sessions, on real servers of both engines.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <functional>
#include <mutex>

#include "db/fingerprint.h"
#include "db/testing/mariadb_server.h"
#include "db/testing/postgres_server.h"

namespace aurora::db {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::MariaDbServer;
using testing::PostgresServer;

const SystemClock kClock;

FingerprintSet read(const ConnectOptions& login, const FingerprintLimits& limits = {}) {
  NativeConnector connector;
  return fingerprint_all(connector, login, limits, kClock);
}

void run(const ConnectOptions& login, const std::vector<std::string>& statements) {
  NativeConnector().connect(login)->run_all(statements);
}

std::vector<std::string> small_tables(int count) {
  std::vector<std::string> statements;
  for (int number = 0; number < count; ++number) {
    const std::string name = "small" + std::to_string(number);
    statements.push_back("CREATE TABLE " + name + " (id int PRIMARY KEY, a varchar(20))");
    statements.push_back("INSERT INTO " + name + " VALUES (" + std::to_string(number) + ", 'x'), (-1, NULL)");
  }
  return statements;
}

// Runs `action` before the second connection and each later one is made.
class Meddling final : public Connector {
 public:
  explicit Meddling(std::function<void()> action) : action_(std::move(action)) {}
  std::unique_ptr<Session> connect(const ConnectOptions& options) override {
    if (++connections_ > 1) action_();
    return connector_.connect(options);
  }

 private:
  NativeConnector connector_;
  std::function<void()> action_;
  std::atomic<int> connections_ = 0;
};

class PostgresReaders : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    server_ = std::make_unique<PostgresServer>();
    run(server_->master(), small_tables(150));
    run(server_->master(),
        {"CREATE TABLE large AS SELECT i, repeat(md5(i::text), 8) AS t FROM generate_series(1, 100000) i",
         "DELETE FROM large WHERE i % 7 = 0", "CREATE TABLE empty (a int)", "ANALYZE large"});
  }
  static void TearDownTestSuite() { server_.reset(); }
  static inline std::unique_ptr<PostgresServer> server_;
};

TEST_F(PostgresReaders, FindWhatOneReaderFindsInFewStatements) {
  const FingerprintSet set = read(server_->master(), {.sessions_max = 3});
  const auto session = NativeConnector().connect(server_->master());
  EXPECT_EQ(set.tables, fingerprint_all(*session).tables);
  EXPECT_EQ(set.tables.size(), 152u);
  EXPECT_EQ(set.sessions, 3);
  EXPECT_LT(set.statements, 20);
  EXPECT_THAT(set.skipped, IsEmpty());
}

TEST_F(PostgresReaders, SeeOneMoment) {
  const FingerprintSet before = read(server_->master());
  Meddling connector([&] {
    run(server_->master(), {"INSERT INTO large VALUES (0, 'new')", "DELETE FROM small7"});
  });
  const FingerprintSet set = fingerprint_all(connector, server_->master(), {.sessions_max = 2}, kClock);
  EXPECT_EQ(set.tables, before.tables);
  run(server_->master(), {"DELETE FROM large WHERE i = 0", "INSERT INTO small7 VALUES (7, 'x'), (-1, NULL)"});
  EXPECT_EQ(read(server_->master()).tables, before.tables);
}

TEST_F(PostgresReaders, SkipWhatTheLoginMayNotReadAndReadTheRest) {
  run(server_->superuser("app"),
      {"CREATE TABLE theirs (a int)", "CREATE TABLE rows_hidden (a int)",
       "ALTER TABLE rows_hidden ENABLE ROW LEVEL SECURITY", "GRANT SELECT ON rows_hidden TO dbmaster"});
  const FingerprintSet set = read(server_->master());
  EXPECT_EQ(set.tables.size(), 152u);
  ASSERT_EQ(set.skipped.size(), 2u);
  EXPECT_THAT(set.skipped[0].reason, HasSubstr("row-level security"));
  EXPECT_THAT(set.skipped[1].reason, HasSubstr("permission denied"));
  run(server_->superuser("app"), {"DROP TABLE theirs, rows_hidden"});
}

TEST_F(PostgresReaders, CountRowsAloneWhenToldTo) {
  const FingerprintSet set = read(server_->master(), {.with_checksums = false});
  const auto large = std::ranges::find(set.tables, "large", &TableFingerprint::name);
  ASSERT_NE(large, set.tables.end());
  EXPECT_EQ(large->contents, (Fingerprint{85'715, ""}));
}

TEST_F(PostgresReaders, WithoutTimeEverythingIsSkippedAndSaysWhy) {
  const FingerprintSet set = read(server_->master(), {.budget = 0s});
  EXPECT_THAT(set.tables, IsEmpty());
  ASSERT_EQ(set.skipped.size(), 152u);
  const auto large = std::ranges::find(set.skipped, "large", &SkippedTable::name);
  EXPECT_THAT(large->reason, HasSubstr("do not fit into the 0 s"));
  EXPECT_GT(large->estimated_rows, 80'000);
}

TEST_F(PostgresReaders, AStatementBeyondTheBudgetEndsWithIt) {
  const auto holder = NativeConnector().connect(server_->master());
  std::once_flag locked;
  Meddling connector([&] {
    std::call_once(locked, [&] {
      holder->query("BEGIN");
      holder->query("LOCK TABLE small3 IN ACCESS EXCLUSIVE MODE");
    });
  });
  const Duration began = kClock.monotonic();
  const FingerprintSet set = fingerprint_all(connector, server_->master(), {.budget = 2s}, kClock);
  EXPECT_LT(kClock.monotonic() - began, 15s);
  EXPECT_THAT(set.skipped, ::testing::Contains(::testing::Field(&SkippedTable::name, "small3")));
}

TEST_F(PostgresReaders, FewerConnectionsThanWantedAreEnough) {
  const PostgresServer small(
      {.tls = false, .settings = {"max_connections=5", "superuser_reserved_connections=1"}});
  run(small.master(), small_tables(3));
  run(small.master(),
      {"CREATE TABLE large AS SELECT i, repeat('x', 200) AS t FROM generate_series(1, 150000) i"});
  const FingerprintSet set = read(small.master(), {.sessions_max = 12});
  EXPECT_EQ(set.tables.size(), 4u);
  EXPECT_LT(set.sessions, 5);
  EXPECT_GE(set.sessions, 1);
}

class MySqlReaders : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    server_ = std::make_unique<MariaDbServer>();
    run(server_->master(), small_tables(150));
    run(server_->master(),
        {"CREATE DATABASE other", "CREATE TABLE other.t (a int)", "INSERT INTO other.t VALUES (1), (1)",
         "CREATE TABLE large (id BIGINT PRIMARY KEY, t VARCHAR(300))",
         "INSERT INTO large SELECT CAST(seq AS SIGNED) * 3 - 60000, REPEAT(MD5(seq), 8) FROM seq_1_to_60000",
         "CREATE TABLE two_keys (a INT, b INT, t VARCHAR(300), PRIMARY KEY (a, b))",
         "INSERT INTO two_keys SELECT seq, seq, REPEAT('x', 250) FROM seq_1_to_20000"});
    run(server_->master(), {"ANALYZE TABLE large", "ANALYZE TABLE two_keys"});
  }
  static void TearDownTestSuite() { server_.reset(); }
  static inline std::unique_ptr<MariaDbServer> server_;
};

TEST_F(MySqlReaders, FindWhatOneReaderFindsInFewStatements) {
  const FingerprintSet set = read(server_->master(), {.sessions_max = 3});
  const auto session = NativeConnector().connect(server_->master());
  EXPECT_EQ(set.tables, fingerprint_all(*session).tables);
  ASSERT_EQ(set.tables.size(), 153u);
  EXPECT_EQ(set.tables.back().schema, "other");
  EXPECT_EQ(set.sessions, 3);
  EXPECT_LT(set.statements, 20);
  EXPECT_THAT(set.skipped, IsEmpty());
}

TEST_F(MySqlReaders, SkipWhatTheLoginMayNotReadAndReadTheRest) {
  run(server_->superuser("app"),
      {"CREATE USER reader IDENTIFIED BY PASSWORD "
       "'*14E65567ABDB5135D0CFD9A70B3032C179A49EE7'",
       "GRANT SELECT ON app.small1 TO reader", "GRANT SELECT ON app.small2 TO reader",
       "GRANT INSERT ON app.small3 TO reader", "GRANT SELECT (id) ON app.small4 TO reader"});
  const FingerprintSet set = read(server_->as("reader", "secret"));
  EXPECT_EQ(set.tables.size(), 3u) << "of the fourth it sees one column";
  ASSERT_EQ(set.skipped.size(), 1u);
  EXPECT_EQ(set.skipped[0].name, "small3");
}

TEST_F(MySqlReaders, CountRowsAloneWhenToldTo) {
  const FingerprintSet set = read(server_->master(), {.with_checksums = false});
  const auto large = std::ranges::find(set.tables, "large", &TableFingerprint::name);
  ASSERT_NE(large, set.tables.end());
  EXPECT_EQ(large->contents, (Fingerprint{60'000, ""}));
}

TEST_F(MySqlReaders, WithoutTimeEverythingIsSkippedAndSaysWhy) {
  const FingerprintSet set = read(server_->master(), {.budget = 0s});
  EXPECT_THAT(set.tables, IsEmpty());
  EXPECT_EQ(set.skipped.size(), 153u);
}

TEST_F(MySqlReaders, AWrongPasswordIsNoMissingConnection) {
  try {
    read(server_->as("dbmaster", "wrong"));
    FAIL();
  } catch (const SqlError& error) {
    EXPECT_EQ(error.name(), "DatabaseLoginFailed");
  }
}

}  // namespace
}  // namespace aurora::db
