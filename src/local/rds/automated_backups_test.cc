#include "local/rds/automated_backups.h"

#include "local/testing/simulated_rds.h"

namespace aurora::local {
namespace {

using testing::SimulatedRds;
using namespace std::chrono_literals;

// The clock begins at 03:15.
class AutomatedBackups : public SimulatedRds {
 protected:
  std::vector<std::string> names() {
    std::vector<std::string> found;
    const Json answer = rds->call("DescribeDBClusterSnapshots", {{"SnapshotType", "automated"}});
    for (const Json& snapshot : answer["DBClusterSnapshots"])
      found.push_back(snapshot["DBClusterSnapshotIdentifier"]);
    return found;
  }
};

using Names = std::vector<std::string>;

TEST(BackupWindow, MayGoOverMidnight) {
  const auto at = [](const char* time) { return *parse_iso(time); };
  EXPECT_EQ(rds::window_begin("07:00-07:30", at("2026-11-21T07:00:00Z")), at("2026-11-21T07:00:00Z"));
  EXPECT_EQ(rds::window_begin("07:00-07:30", at("2026-11-21T06:59:59Z")), std::nullopt);
  EXPECT_EQ(rds::window_begin("07:00-07:30", at("2026-11-21T07:30:00Z")), std::nullopt);
  EXPECT_EQ(rds::window_begin("23:45-00:15", at("2026-11-21T00:10:00Z")), at("2026-11-20T23:45:00Z"));
  EXPECT_EQ(rds::window_begin("23:45-00:15", at("2026-11-20T23:50:00Z")), at("2026-11-20T23:45:00Z"));
}

TEST_F(AutomatedBackups, OneADayWithinTheWindowKeptForTheRetention) {
  make_cluster("source", {{"BackupRetentionPeriod", 2}, {"PreferredBackupWindow", "04:00-04:30"}});
  pass(40min);
  EXPECT_EQ(names(), Names()) << "03:55, before the window";
  pass(10min);
  EXPECT_EQ(names(), Names{"rds:source-2026-11-21-04-05"});
  pass(10min);
  EXPECT_EQ(names().size(), 1u) << "one for each window";
  EXPECT_EQ(rds->cluster_status("source"), "available");
  pass(24h);
  EXPECT_EQ(names(), (Names{"rds:source-2026-11-21-04-05", "rds:source-2026-11-22-04-15"}));
  pass(24h);
  run();
  EXPECT_EQ(names(), (Names{"rds:source-2026-11-22-04-15", "rds:source-2026-11-23-04-15"}))
      << "the oldest has outlived two days";
}

TEST_F(AutomatedBackups, GoWithTheClusterUnlessTheyAreToStay) {
  const auto make = [&](const std::string& id) {
    make_cluster(id, {{"PreferredBackupWindow", "04:00-04:30"}});
  };
  const auto remove = [&](const std::string& id, bool with_backups) {
    rds->call("DeleteDBInstance", {{"DBInstanceIdentifier", id + "-1"}});
    rds->call(
        "DeleteDBCluster",
        {{"DBClusterIdentifier", id}, {"SkipFinalSnapshot", true}, {"DeleteAutomatedBackups", with_backups}});
    run();
  };
  make("one");
  make("two");
  pass(50min);
  EXPECT_EQ(names().size(), 2u);
  remove("one", true);
  remove("two", false);
  EXPECT_EQ(names(), Names{"rds:two-2026-11-21-04-05"});
  pass(24h);
  run();
  EXPECT_EQ(names(), Names()) << "its retention is over";
}

TEST_F(AutomatedBackups, StoppedClustersHaveNone) {
  make_cluster("source", {{"PreferredBackupWindow", "04:00-04:30"}});
  rds->call("StopDBCluster", {{"DBClusterIdentifier", "source"}});
  run();
  pass(50min);
  EXPECT_EQ(names(), Names());
}

}  // namespace
}  // namespace aurora::local
