// A comparison that takes several calls of the function, on real servers: it ends with what one call finds.
#include "db/testing/mariadb_server.h"
#include "db/testing/postgres_server.h"
#include "restore/manifest_store.h"
#include "restore/testing/slow_connector.h"
#include "restore/testing/sql_world.h"
#include "restore/verification_comparison.h"

namespace aurora::restore {
namespace {

using ::testing::ElementsAreArray;
using ::testing::HasSubstr;

class Comparison : public testing::SqlWorld {
 protected:
  static constexpr int kCallsMax = 100;

  Comparison() { set("verification_budget_seconds", 3600); }

  static void run_on(const db::ConnectOptions& access, const std::vector<std::string>& statements) {
    const auto session = db::NativeConnector().connect(access);
    for (const std::string& statement : statements) session->query(statement);
  }

  void take_manifest(const std::string& engine, const std::vector<std::string>& names_of_databases) {
    Manifest manifest = outline_of(databases, access_);
    manifest.engine = engine;
    for (const std::string& database : names_of_databases)
      for (const auto& [name, contents] :
           sweep(databases, access_, database, Depth::kChecksums, std::chrono::seconds(60), clock).read)
        for (ManifestTable& table : manifest.tables)
          if (table.name == name) table.contents = contents;
    ASSERT_EQ(manifest.pending(), 0u);
    const S3Place place{kBucket, "manifest.json"};
    store_manifest(api, names.region, place, manifest);
    set("verification_manifest", place.uri());
  }

  // Calls of a function that has five seconds each, as the state machine makes them; how many there were.
  int compare_slowly() {
    operation.state().erase("comparison");
    for (int call = 1; call <= kCallsMax; ++call) {
      StepContext step = context(slow_);
      step.deadline = clock.now() + std::chrono::seconds(25);
      const auto again = compare_contents(step, access_, "verify_restore");
      // The next call finds what was stored.
      operations.save(operation, clock.now());
      operation = *operations.load(operation.id());
      const std::int64_t handled = progress("handled");
      EXPECT_LE(handled, progress("tables"));
      if (!again) return call;
      EXPECT_EQ(again->next_step, "verify_restore");
      EXPECT_EQ(again->fields["tables_compared"], handled);
    }
    ADD_FAILURE() << "it never ends";
    return kCallsMax;
  }
  void compare_at_once() {
    operation.state().erase("comparison");
    StepContext step = context(databases);
    EXPECT_FALSE(compare_contents(step, access_, "verify_restore"));
  }

  std::int64_t progress(const char* what) {
    return int_or(member_or_null(operation.state()["comparison"], "manifest"), what, 0);
  }
  // Without what depends on time and order.
  Json outcome() {
    Json found = operation.state()["comparison"]["manifest"];
    for (const char* member : {"seconds", "started_at", "swept", "pending"}) found.erase(member);
    if (found.contains("first_differences")) {
      auto texts = found["first_differences"].get<std::vector<std::string>>();
      std::sort(texts.begin(), texts.end());
      found["first_differences"] = texts;
    }
    return found;
  }
  // Members in the order of the alphabet: the table gives them back in another one.
  nlohmann::json sorted_outcome() { return nlohmann::json::parse(dump_json(outcome())); }

  db::ConnectOptions access_;
  db::NativeConnector databases;
  testing::SlowConnector slow_{databases, clock};
};

class ComparisonOnPostgres : public Comparison {
 protected:
  static void SetUpTestSuite() { server_ = std::make_unique<db::testing::PostgresServer>(); }
  static void TearDownTestSuite() { server_.reset(); }

  void SetUp() override {
    access_ = server_->master("app");
    run_on(access_, {"CREATE DATABASE shop"});
    for (const char* database : {"app", "shop"})
      for (int table = 0; table < 6; ++table)
        run_on(server_->master(database),
               {fmt::format("CREATE TABLE table_{} AS SELECT i AS id, md5(i::text) AS text FROM "
                            "generate_series(1, {}) i",
                            table, 10 + table)});
    take_manifest("aurora-postgresql", {"app", "postgres", "shop"});
  }
  void TearDown() override {
    run_on(access_, {"DROP DATABASE shop WITH (FORCE)"});
    for (int table = 0; table < 6; ++table) run_on(access_, {fmt::format("DROP TABLE table_{}", table)});
  }

  static inline std::unique_ptr<db::testing::PostgresServer> server_;
};

TEST_F(ComparisonOnPostgres, OfManyCallsIsThatOfOne) {
  compare_at_once();
  const nlohmann::json at_once = sorted_outcome();
  EXPECT_EQ(at_once["tables"], 12);
  EXPECT_EQ(at_once["tables_equal"], 12);
  EXPECT_EQ(at_once["rows_equal"], 150);
  EXPECT_GE(compare_slowly(), 3);
  EXPECT_EQ(sorted_outcome(), at_once);
  EXPECT_EQ(progress("handled"), 12) << "each table once";
  const StepContext step = context(databases);
  EXPECT_EQ(comparison_checks(step)[0].detail, "12 tables with 150 rows equal the manifest's (checksums)");
}

TEST_F(ComparisonOnPostgres, FindsTheSameDifferencesInManyCalls) {
  run_on(server_->master("app"), {"UPDATE table_2 SET text = '' WHERE id = 3", "CREATE TABLE extra (a int)"});
  run_on(server_->master("shop"), {"DELETE FROM table_5 WHERE id > 5", "DROP TABLE table_0"});
  compare_at_once();
  const nlohmann::json at_once = sorted_outcome();
  EXPECT_GE(compare_slowly(), 3);
  const nlohmann::json in_many = sorted_outcome();
  run_on(server_->master("app"), {"DROP TABLE extra"});
  EXPECT_EQ(in_many, at_once);
  EXPECT_EQ(at_once["tables_equal"], 9);
  EXPECT_THAT(
      at_once["first_differences"].get<std::vector<std::string>>(),
      ElementsAreArray({"app.public.extra: not in the origin",
                        "app.public.table_2: the same 12 rows by number, not by content",
                        "shop.public.table_0: missing", "shop.public.table_5: 5 rows instead of 15"}));
}

TEST_F(ComparisonOnPostgres, ThatRunsOutOfItsBudgetSaysWhatItMissedAndCountsNothingTwice) {
  set("verification_budget_seconds", 150);
  EXPECT_GE(compare_slowly(), 2);
  EXPECT_GT(progress("unread"), 0);
  EXPECT_EQ(progress("handled") + progress("unread"), 12);
  EXPECT_EQ(progress("handled"), progress("tables_equal"));
  const StepContext step = context(databases);
  EXPECT_THAT(comparison_checks(step)[0].detail, HasSubstr("not reached within 150 s"));
}

class ComparisonOnMariaDb : public Comparison {
 protected:
  static void SetUpTestSuite() { server_ = std::make_unique<db::testing::MariaDbServer>(); }
  static void TearDownTestSuite() { server_.reset(); }

  void SetUp() override {
    access_ = server_->master("app");
    operation["snapshot_details"]["engine"] = "aurora-mysql";
    for (int table = 0; table < 6; ++table)
      run_on(access_, {fmt::format("CREATE TABLE app.table_{} (id int PRIMARY KEY, text varchar(40))", table),
                       fmt::format("INSERT INTO app.table_{} VALUES (1, 'a'), (2, 'b'), (3, NULL)", table)});
    take_manifest("aurora-mysql", {""});
  }
  void TearDown() override {
    for (int table = 0; table < 6; ++table) run_on(access_, {fmt::format("DROP TABLE app.table_{}", table)});
  }

  static inline std::unique_ptr<db::testing::MariaDbServer> server_;
};

TEST_F(ComparisonOnMariaDb, OfManyCallsIsThatOfOne) {
  run_on(access_, {"UPDATE app.table_4 SET text = 'c' WHERE id = 3"});
  compare_at_once();
  const nlohmann::json at_once = sorted_outcome();
  EXPECT_EQ(at_once["tables_equal"], 5);
  EXPECT_GE(compare_slowly(), 3);
  EXPECT_EQ(sorted_outcome(), at_once);
  EXPECT_EQ(progress("handled"), 6);
}

}  // namespace
}  // namespace aurora::restore
