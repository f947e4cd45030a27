// A comparison that takes several calls of the function, on a database that is played: what each call asks
// for.
#include "db/testing/fake_session.h"
#include "restore/manifest_store.h"
#include "restore/testing/slow_connector.h"
#include "restore/testing/sql_world.h"
#include "restore/verification_comparison.h"

namespace aurora::restore {
namespace {

using db::testing::rows;

class PlayedComparison : public testing::SqlWorld {
 protected:
  static constexpr int kTables = 5;

  PlayedComparison() {
    std::vector<db::Row> inspected;
    std::vector<db::Row> listed;
    for (int table = 0; table < kTables; ++table) {
      const std::string name = fmt::format("t{}", table);
      inspected.push_back({"public", name, "table", "3", "8192"});
      listed.push_back({"public", name, "8192", "3", "1", "f", "f"});
    }
    database_.answer("count(*)", rows({"count"}, {{"0"}}))
        .answer("SELECT datname", rows({"datname"}, {{"app"}}))
        .answer("SELECT n.nspname FROM pg_namespace n", rows({"nspname"}, {{"public"}}))
        .answer("pg_total_relation_size", rows({"s", "n", "k", "r", "b"}, inspected))
        .answer("pg_export_snapshot", rows({"snapshot"}, {{"1-1"}}))
        .answer("pg_table_size", rows({"s", "n", "b", "r", "p", "f", "d"}, listed))
        .answer("\"public\".\"t", rows({"count", "sum"}, {{"3", "17"}}));
    access_.database = "app";
    Manifest manifest = outline_of(connector_, access_);
    manifest.engine = "aurora-postgresql";
    for (ManifestTable& table : manifest.tables) table.contents = db::Fingerprint{3, "17"};
    const S3Place place{kBucket, "manifest.json"};
    store_manifest(api, names.region, place, manifest);
    set("verification_manifest", place.uri());
  }

  // True when another call is asked for; each begins with what the last one stored.
  bool call() {
    operations.save(operation, clock.now());
    operation = *operations.load(operation.id());
    StepContext step = context(slow_);
    step.deadline = clock.now() + std::chrono::seconds(25);
    return compare_contents(step, access_, "verify_restore").has_value();
  }

  db::testing::FakeDatabase database_;
  db::testing::FakeConnector connector_{database_};
  testing::SlowConnector slow_{connector_, clock};
  db::ConnectOptions access_;
};

TEST_F(PlayedComparison, GoesOnWhereTheLastCallStopped) {
  int calls = 1;
  while (call() && calls < 50) ++calls;
  EXPECT_GE(calls, 3);
  EXPECT_LT(calls, 50);
  EXPECT_EQ(database_.count("pg_export_snapshot"), 1) << "the database is gone through once";
  for (int table = 0; table < kTables; ++table)
    EXPECT_EQ(database_.count(fmt::format("\"public\".\"t{}\"", table)), 1) << "each table is read once";
  const StepContext step = context(connector_);
  EXPECT_EQ(comparison_checks(step).at(0).detail, "5 tables with 15 rows equal the manifest's (checksums)");
}

TEST_F(PlayedComparison, AsksNothingOfTheDatabaseOnceItIsDone) {
  while (call()) {
  }
  const std::size_t asked = database_.statements().size();
  EXPECT_FALSE(call());
  EXPECT_EQ(database_.statements().size(), asked);
}

}  // namespace
}  // namespace aurora::restore
