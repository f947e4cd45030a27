#include "local/rds/restore_to_time.h"

#include <gmock/gmock.h>

#include "local/testing/simulated_rds.h"

namespace aurora::local {
namespace {

using testing::SimulatedRds;
using namespace std::chrono_literals;

class RestoreToTime : public SimulatedRds {
 protected:
  std::string refusal(const Json& change) {
    Json input{{"DBClusterIdentifier", "target"}, {"SourceDBClusterIdentifier", "source"}};
    input.update(change);
    return rds->refusal("RestoreDBClusterToPointInTime", input);
  }
};

TEST_F(RestoreToTime, WindowBeginsWithTheClusterAndEndsNow) {
  make_cluster("source");
  clock.advance(2h);
  const Json cluster = rds->cluster("source");
  EXPECT_EQ(cluster["EarliestRestorableTime"], cluster["ClusterCreateTime"]);
  EXPECT_EQ(cluster["LatestRestorableTime"], "2026-11-21T05:15:00.000Z");
  clock.advance(72h);
  EXPECT_EQ(rds->cluster("source")["EarliestRestorableTime"], "2026-11-23T05:15:00.000Z")
      << "the retention period is one day";
}

TEST_F(RestoreToTime, TimeOutsideTheWindowIsRefusedWithTheWindow) {
  make_cluster("source");
  clock.advance(1h);
  EXPECT_EQ(refusal({{"RestoreToTime", "2026-11-21T03:00:00Z"}}), "InvalidParameterValue");
  EXPECT_THAT(rds->last_message(), ::testing::HasSubstr("2026-11-21T03:15:00.000Z"));
  EXPECT_EQ(refusal({{"RestoreToTime", "2026-11-21T04:16:00Z"}}), "InvalidParameterValue");
  EXPECT_EQ(refusal({{"RestoreToTime", "2026-11-21T04:00:00Z"}}).substr(0, 8), "answered");
}

TEST_F(RestoreToTime, TimeAndLatestExcludeEachOther) {
  make_cluster("source");
  const Json time{{"RestoreToTime", "2026-11-21T03:15:00Z"}};
  EXPECT_EQ(refusal(Json::object()), "InvalidParameterCombination");
  Json both = time;
  both["UseLatestRestorableTime"] = true;
  EXPECT_EQ(refusal(both), "InvalidParameterCombination");
  Json clone = time;
  clone["RestoreType"] = "copy-on-write";
  EXPECT_EQ(refusal(clone), "InvalidParameterCombination");
  EXPECT_EQ(refusal({{"UseLatestRestorableTime", true}, {"RestoreType", "quick"}}), "InvalidParameterValue");
  // The documents' example sends both, which is legal because one of them is false.
  both["UseLatestRestorableTime"] = false;
  EXPECT_EQ(refusal(both).substr(0, 8), "answered");
}

TEST_F(RestoreToTime, GivesANewClusterOnTheEnginesOwnPort) {
  make_cluster("source", {{"Port", 6000}, {"DatabaseName", "shop"}});
  rds->call("RestoreDBClusterToPointInTime", {{"DBClusterIdentifier", "target"},
                                              {"SourceDBClusterIdentifier", "source"},
                                              {"UseLatestRestorableTime", true}});
  EXPECT_EQ(rds->cluster_status("target"), "creating");
  run();
  const Json target = rds->cluster("target");
  EXPECT_EQ(target["Status"], "available");
  EXPECT_EQ(target["Port"], 5432);
  EXPECT_EQ(target["MasterUsername"], "clusteradmin");
  EXPECT_EQ(target["DatabaseName"], "shop");
  EXPECT_TRUE(target["DBClusterMembers"].empty());
  EXPECT_EQ(refusal({{"UseLatestRestorableTime", true}}), "DBClusterAlreadyExistsFault");
  EXPECT_EQ(refusal({{"SourceDBClusterIdentifier", "nobody"}, {"UseLatestRestorableTime", true}}),
            "DBClusterNotFoundFault");
}

TEST_F(RestoreToTime, RestoredClusterHasAWindowFromItsFirstSnapshotOn) {
  make_cluster("source");
  make_snapshot(*rds, "nightly", "source");
  rds->restore("target", "nightly");
  run();
  EXPECT_FALSE(rds->cluster("target").contains("EarliestRestorableTime"));
  EXPECT_EQ(refusal({{"DBClusterIdentifier", "third"},
                     {"SourceDBClusterIdentifier", "target"},
                     {"UseLatestRestorableTime", true}}),
            "InvalidDBClusterStateFault");
  clock.advance(1h);
  make_snapshot(*rds, "first", "target");
  EXPECT_EQ(rds->cluster("target")["EarliestRestorableTime"], "2026-11-21T04:15:00.000Z");
}

TEST_F(RestoreToTime, BackupOfADeletedClusterIsNotThere) {
  EXPECT_EQ(rds->refusal("RestoreDBClusterToPointInTime", {{"DBClusterIdentifier", "target"},
                                                           {"SourceDbClusterResourceId", "cluster-GONE"},
                                                           {"UseLatestRestorableTime", true}}),
            "DBClusterAutomatedBackupNotFoundFault");
  EXPECT_EQ(rds->last_status(), 404);
}

TEST_F(RestoreToTime, AutomatedBackupsAreThoseOfClustersWithAWindow) {
  make_cluster("source", {{"BackupRetentionPeriod", 3}});
  make_snapshot(*rds, "nightly", "source");
  rds->restore("target", "nightly");
  run();
  clock.advance(2h);
  const Json all = rds->call("DescribeDBClusterAutomatedBackups")["DBClusterAutomatedBackups"];
  ASSERT_EQ(all.size(), 1u) << "the restored cluster has no backup yet";
  EXPECT_EQ(all[0]["DBClusterIdentifier"], "source");
  EXPECT_EQ(all[0]["Region"], "us-west-2");
  EXPECT_EQ(all[0]["Status"], "active");
  EXPECT_EQ(all[0]["RestoreWindow"],
            Json({{"EarliestTime", "2026-11-21T03:15:00.000Z"}, {"LatestTime", "2026-11-21T05:15:00.000Z"}}));
  const auto refusal_of = [&](const char* member, const char* value) {
    return rds->refusal("DescribeDBClusterAutomatedBackups", {{member, value}});
  };
  EXPECT_EQ(refusal_of("DBClusterIdentifier", "target"), "DBClusterAutomatedBackupNotFoundFault");
  EXPECT_EQ(refusal_of("DBClusterIdentifier", "Source").substr(0, 8), "answered");
  EXPECT_EQ(refusal_of("DbClusterResourceId", "cluster-GONE"), "DBClusterAutomatedBackupNotFoundFault");
}

TEST_F(RestoreToTime, KeyIsForEncryptedClustersOnly) {
  make_cluster("source");
  EXPECT_EQ(refusal({{"UseLatestRestorableTime", true}, {"KmsKeyId", "1234abcd"}}),
            "InvalidParameterCombination");
  make_cluster("locked", {{"StorageEncrypted", true}, {"KmsKeyId", "1234abcd"}});
  EXPECT_EQ(
      refusal({{"SourceDBClusterIdentifier", "locked"}, {"UseLatestRestorableTime", true}}).substr(0, 8),
      "answered");
  EXPECT_EQ(rds->cluster("target")["KmsKeyId"], rds->cluster("locked")["KmsKeyId"]);
}

}  // namespace
}  // namespace aurora::local
