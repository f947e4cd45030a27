#include "local/rds/snapshots.h"

#include "local/testing/simulated_rds.h"

namespace aurora::local {
namespace {

using testing::SimulatedRds;
using namespace std::chrono_literals;

class Snapshots : public SimulatedRds {
 protected:
  std::string copy_refusal(const std::string& source, const std::string& target,
                           const Json& more = Json::object()) {
    Json input = {{"SourceDBClusterSnapshotIdentifier", source},
                  {"TargetDBClusterSnapshotIdentifier", target}};
    input.update(more);
    return rds->refusal("CopyDBClusterSnapshot", input);
  }
  std::size_t count(const Json& input) {
    return rds->call("DescribeDBClusterSnapshots", input)["DBClusterSnapshots"].size();
  }
};

TEST_F(Snapshots, SnapshotPassesThroughCreatingWhileItsClusterIsBackingUp) {
  make_cluster("source");
  const Json created = rds->create_snapshot("Nightly", "source");
  EXPECT_EQ(created["Status"], "creating");
  EXPECT_EQ(created["SnapshotType"], "manual");
  EXPECT_EQ(rds->cluster_status("source"), "backing-up");
  run();
  const Json snapshot = rds->snapshot("nightly");
  EXPECT_EQ(snapshot["Status"], "available");
  EXPECT_EQ(snapshot["PercentProgress"], 100);
  EXPECT_EQ(snapshot["AllocatedStorage"], 3);
  EXPECT_EQ(snapshot["SnapshotCreateTime"], "2026-11-21T03:15:00.000Z");
  EXPECT_EQ(snapshot["MasterUsername"], "clusteradmin");
  EXPECT_EQ(rds->cluster_status("source"), "available");
  EXPECT_EQ(rds->refusal("CreateDBClusterSnapshot",
                         {{"DBClusterIdentifier", "source"}, {"DBClusterSnapshotIdentifier", "NIGHTLY"}}),
            "DBClusterSnapshotAlreadyExistsFault");
}

TEST_F(Snapshots, FailureLeavesTheClusterAvailableAndNoFiles) {
  make_cluster("source");
  engine->fail_next("back_up", "DiskFull", "no room on the disk");
  rds->create_snapshot("nightly", "source");
  run();
  EXPECT_EQ(rds->snapshot_status("nightly"), "failed");
  EXPECT_EQ(rds->cluster_status("source"), "available");
  EXPECT_EQ(engine->stored(), 1u);
  rds->call("DeleteDBClusterSnapshot", {{"DBClusterSnapshotIdentifier", "nightly"}});
  run();
  EXPECT_EQ(count({}), 0u);
}

TEST_F(Snapshots, AutomatedOnesAreFoundOnlyWhenAskedFor) {
  make_cluster("source");
  const std::string name = service->take_automated_snapshot("us-west-2", "source");
  EXPECT_EQ(name, "rds:source-2026-11-21-03-15");
  run();
  EXPECT_EQ(rds->refusal("DescribeDBClusterSnapshots", {{"DBClusterSnapshotIdentifier", name}}),
            "DBClusterSnapshotNotFoundFault");
  EXPECT_EQ(count({{"DBClusterSnapshotIdentifier", name}, {"SnapshotType", "automated"}}), 1u);
  EXPECT_EQ(count({{"DBClusterIdentifier", "source"}}), 1u);
  EXPECT_EQ(count({{"SnapshotType", "manual"}}), 0u);
  EXPECT_EQ(rds->refusal("DeleteDBClusterSnapshot", {{"DBClusterSnapshotIdentifier", name}}),
            "InvalidDBClusterSnapshotStateFault");
  // The name is legal as a source, never as a target.
  EXPECT_EQ(copy_refusal(name, "rds:other"), "InvalidParameterValue");
  EXPECT_EQ(copy_refusal(name, "kept").substr(0, 8), "answered");
  run();
  EXPECT_EQ(rds->snapshot("kept")["SnapshotType"], "manual");
}

TEST_F(Snapshots, NameAndClusterExcludeEachOther) {
  EXPECT_EQ(rds->refusal("DescribeDBClusterSnapshots",
                         {{"DBClusterSnapshotIdentifier", "a"}, {"DBClusterIdentifier", "b"}}),
            "InvalidParameterCombination");
  EXPECT_EQ(rds->refusal("DescribeDBClusterSnapshots", {{"DBClusterSnapshotIdentifier", "a"}}),
            "DBClusterSnapshotNotFoundFault");
  EXPECT_EQ(count({{"DBClusterIdentifier", "b"}}), 0u) << "an unknown cluster has no snapshots";
}

TEST_F(Snapshots, CopyIntoAnotherRegionNeedsTheArnAndRunsInTheDestination) {
  const std::string arn = snapshot_in_east("nightly");
  EXPECT_EQ(copy_refusal("nightly", "copy"), "DBClusterSnapshotNotFoundFault") << "an id is this Region's";
  const Json copy =
      rds->call("CopyDBClusterSnapshot", {{"SourceDBClusterSnapshotIdentifier", arn},
                                          {"TargetDBClusterSnapshotIdentifier", "copy"},
                                          {"PreSignedUrl", "https://ignored"}})["DBClusterSnapshot"];
  EXPECT_EQ(copy["Status"], "copying");
  EXPECT_EQ(copy["SourceDBClusterSnapshotArn"], arn);
  EXPECT_EQ(copy["DBClusterSnapshotArn"], "arn:aws:rds:us-west-2:123456789012:cluster-snapshot:copy");
  EXPECT_EQ(rds->refusal("RestoreDBClusterFromSnapshot", {{"DBClusterIdentifier", "t"},
                                                          {"SnapshotIdentifier", "copy"},
                                                          {"Engine", "aurora-postgresql"}}),
            "InvalidDBClusterSnapshotStateFault");
  run();
  EXPECT_EQ(rds->snapshot_status("copy"), "available");
  EXPECT_EQ(copy_refusal(arn, "copy"), "DBClusterSnapshotAlreadyExistsFault");
}

TEST_F(Snapshots, SixthCopyAcrossRegionsHasToWait) {
  open({.copy = 10min});
  std::vector<std::string> sources;
  for (int i = 0; i < 6; ++i) sources.push_back(snapshot_in_east(fmt::format("s{}", i)));
  for (int i = 0; i < 5; ++i)
    EXPECT_EQ(copy_refusal(sources[static_cast<std::size_t>(i)], fmt::format("copy{}", i)).substr(0, 8),
              "answered");
  EXPECT_EQ(copy_refusal(sources[5], "copy5"), "SnapshotQuotaExceeded");
  EXPECT_NE(rds->last_message().find("across regions"), std::string::npos);
  run();
  pass(10min);
  EXPECT_EQ(rds->snapshot_status("copy0"), "available");
  EXPECT_EQ(copy_refusal(sources[5], "copy5").substr(0, 8), "answered");
}

TEST_F(Snapshots, ProgressFollowsTheClockAndCopiesOfOneSourceQueue) {
  open({.copy = 100s});
  const std::string arn = snapshot_in_east("nightly");
  copy_refusal(arn, "first");
  copy_refusal(arn, "second");
  run();
  EXPECT_EQ(rds->snapshot("first")["PercentProgress"], 0);
  pass(30s);
  EXPECT_EQ(rds->snapshot("first")["PercentProgress"], 30);
  EXPECT_EQ(rds->snapshot("second")["PercentProgress"], 0) << "no progress while queued";
  pass(69s);
  EXPECT_EQ(rds->snapshot_status("first"), "copying");
  EXPECT_EQ(rds->snapshot("first")["PercentProgress"], 99);
  pass(1s);
  EXPECT_EQ(rds->snapshot_status("first"), "available");
  pass(50s);
  EXPECT_EQ(rds->snapshot("second")["PercentProgress"], 50);
}

TEST_F(Snapshots, DeletingACopyUnderWayCancelsIt) {
  open({.copy = 100s});
  const std::string arn = snapshot_in_east("nightly");
  copy_refusal(arn, "copy");
  pass(10s);
  rds->call("DeleteDBClusterSnapshot", {{"DBClusterSnapshotIdentifier", "copy"}});
  run();
  EXPECT_EQ(rds->refusal("DescribeDBClusterSnapshots", {{"DBClusterSnapshotIdentifier", "copy"}}),
            "DBClusterSnapshotNotFoundFault");
  EXPECT_EQ(engine->stored(), 2u) << "the source cluster and its snapshot";
  EXPECT_EQ(copy_refusal(arn, "copy").substr(0, 8), "answered");
}

TEST_F(Snapshots, EncryptedCopyAcrossRegionsNeedsAKeyOfTheDestination) {
  const std::string arn = snapshot_in_east("sealed", {{"StorageEncrypted", true}, {"KmsKeyId", "1234abcd"}});
  EXPECT_EQ(copy_refusal(arn, "copy"), "KMSKeyNotAccessibleFault");
  EXPECT_EQ(copy_refusal(arn, "copy", {{"KmsKeyId", "arn:aws:kms:us-east-1:123456789012:key/1234abcd"}}),
            "KMSKeyNotAccessibleFault")
      << "a key of the source's Region";
  EXPECT_EQ(copy_refusal(arn, "copy", {{"KmsKeyId", "alias/restore"}}).substr(0, 8), "answered");
  run();
  EXPECT_EQ(rds->snapshot("copy")["KmsKeyId"], "arn:aws:kms:us-west-2:123456789012:alias/restore");
  EXPECT_EQ(rds->snapshot("copy")["StorageEncrypted"], true);
  EXPECT_EQ(rds->restore("target", "copy")["KmsKeyId"], rds->snapshot("copy")["KmsKeyId"]);
}

TEST_F(Snapshots, UnencryptedCopyTakesNoKeyButARestoreDoes) {
  const std::string arn = snapshot_in_east("open");
  EXPECT_EQ(copy_refusal(arn, "copy", {{"KmsKeyId", "1234abcd"}}), "InvalidParameterCombination");
  copy_refusal(arn, "copy");
  run();
  EXPECT_EQ(rds->restore("target", "copy", {{"KmsKeyId", "1234abcd"}})["StorageEncrypted"], true);
}

TEST_F(Snapshots, TagsComeAlongOnlyWhenTold) {
  make_cluster("source", {{"Tags", {{{"Key", "team"}, {"Value", "dba"}}}}, {"CopyTagsToSnapshot", true}});
  make_snapshot(*rds, "nightly", "source");
  EXPECT_EQ(rds->snapshot("nightly")["TagList"].size(), 1u);
  copy_refusal("nightly", "bare");
  copy_refusal("nightly", "tagged", {{"CopyTags", true}, {"Tags", {{{"Key", "op"}, {"Value", "1"}}}}});
  run();
  EXPECT_EQ(rds->snapshot("bare")["TagList"].size(), 0u);
  EXPECT_EQ(rds->snapshot("tagged")["TagList"].size(), 2u);
}

TEST_F(Snapshots, NoMoreThanAHundredManualOnes) {
  rds->create_cluster("source");
  run();
  for (int i = 0; i < 100; ++i) make_snapshot(*rds, fmt::format("s{}", i), "source");
  EXPECT_EQ(rds->refusal("CreateDBClusterSnapshot",
                         {{"DBClusterIdentifier", "source"}, {"DBClusterSnapshotIdentifier", "s100"}}),
            "SnapshotQuotaExceeded");
  EXPECT_EQ(copy_refusal("s1", "s100"), "SnapshotQuotaExceeded");
  const Json page = rds->call("DescribeDBClusterSnapshots", {{"MaxRecords", 40}});
  EXPECT_EQ(page["DBClusterSnapshots"].size(), 40u);
  EXPECT_TRUE(page.contains("Marker"));
}

TEST_F(Snapshots, SharedOnesAreNamedByArn) {
  make_cluster("source");
  make_snapshot(*rds, "theirs", "source");
  const std::string arn = service->share_from_account("us-west-2", "theirs", "999988887777");
  EXPECT_EQ(count({}), 0u);
  EXPECT_EQ(count({{"IncludeShared", true}}), 1u);
  EXPECT_EQ(count({{"SnapshotType", "shared"}}), 1u);
  EXPECT_EQ(rds->refusal("DescribeDBClusterSnapshots", {{"DBClusterSnapshotIdentifier", "theirs"}}),
            "DBClusterSnapshotNotFoundFault");
  EXPECT_EQ(rds->snapshot(arn)["DBClusterSnapshotIdentifier"], arn);
  EXPECT_EQ(rds->restore("target", arn)["Status"], "creating");
}

TEST_F(Snapshots, SharingIsForManualUnlockedSnapshots) {
  make_cluster("source", {{"StorageEncrypted", true}, {"KmsKeyId", "1234abcd"}});
  make_snapshot(*rds, "nightly", "source");
  const auto share = [&](const std::string& snapshot, const Json& accounts) {
    return rds->refusal(
        "ModifyDBClusterSnapshotAttribute",
        {{"DBClusterSnapshotIdentifier", snapshot}, {"AttributeName", "restore"}, {"ValuesToAdd", accounts}});
  };
  EXPECT_EQ(share("nightly", {"all"}), "InvalidDBClusterSnapshotStateFault");
  EXPECT_EQ(share("nightly", {"12"}), "InvalidParameterValue");
  EXPECT_EQ(share("nightly", {"999988887777"}).substr(0, 8), "answered");
  const Json shown =
      rds->call("DescribeDBClusterSnapshotAttributes", {{"DBClusterSnapshotIdentifier", "nightly"}});
  EXPECT_EQ(shown["DBClusterSnapshotAttributesResult"]["DBClusterSnapshotAttributes"][0]["AttributeValues"],
            Json({"999988887777"}));
  Json many = Json::array();
  for (int i = 0; i < 20; ++i) many.push_back(std::to_string(100000000000 + i));
  EXPECT_EQ(share("nightly", many), "SharedSnapshotQuotaExceeded");
}

TEST_F(Snapshots, RestoreIsANewClusterWithoutInstances) {
  make_cluster("source", {{"Port", 5555}, {"BackupRetentionPeriod", 9}, {"DatabaseName", "shop"}});
  make_snapshot(*rds, "nightly", "source");
  const auto refusal = [&](const Json& change) {
    Json input = {{"DBClusterIdentifier", "target"},
                  {"SnapshotIdentifier", "nightly"},
                  {"Engine", "aurora-postgresql"}};
    input.update(change);
    return rds->refusal("RestoreDBClusterFromSnapshot", input);
  };
  EXPECT_EQ(refusal({{"DBClusterIdentifier", "source"}}), "DBClusterAlreadyExistsFault");
  EXPECT_EQ(refusal({{"SnapshotIdentifier", "none"}}), "DBClusterSnapshotNotFoundFault");
  EXPECT_EQ(refusal({{"SnapshotIdentifier", "arn:aws:rds:us-west-2:123456789012:snapshot:nightly"}}),
            "DBSnapshotNotFound")
      << "a snapshot of an instance";
  EXPECT_EQ(rds->last_status(), 404);
  EXPECT_EQ(refusal({{"Engine", "aurora-mysql"}}), "InvalidParameterValue");
  EXPECT_EQ(refusal({{"EngineVersion", "15.4"}}), "InvalidParameterCombination");
  EXPECT_EQ(refusal({{"DBSubnetGroupName", "none"}}), "DBSubnetGroupNotFoundFault");
  const Json restored = rds->restore("target", "nightly", {{"DeletionProtection", true}});
  EXPECT_EQ(restored["Status"], "creating");
  EXPECT_EQ(rds->refusal("CreateDBInstance", {{"DBInstanceIdentifier", "target-1"},
                                              {"DBClusterIdentifier", "target"},
                                              {"DBInstanceClass", "db.r6g.large"},
                                              {"Engine", "aurora-postgresql"}}),
            "InvalidDBClusterStateFault");
  run();
  const Json target = rds->cluster("target");
  EXPECT_EQ(target["Status"], "available");
  EXPECT_EQ(target["DBClusterMembers"].size(), 0u);
  EXPECT_EQ(target["Port"], 5555);
  EXPECT_EQ(target["BackupRetentionPeriod"], 9);
  EXPECT_EQ(target["DatabaseName"], "shop");
  EXPECT_EQ(target["MasterUsername"], "clusteradmin");
  EXPECT_EQ(target["DeletionProtection"], true);
  EXPECT_NE(target["DbClusterResourceId"], rds->cluster("source")["DbClusterResourceId"]);
  EXPECT_EQ(engine->servers(), 1u) << "the source's alone";
  rds->create_instance("target-1", "target");
  run();
  EXPECT_EQ(engine->verifier_of(directory_of("target"), "clusteradmin"),
            engine->password_verifier(Secret("first-Password1")))
      << "a restore keeps the old password";
}

TEST_F(Snapshots, SnapshotStaysUntilARestoreFromItIsDone) {
  open({.restore = 60s});
  make_cluster("source");
  make_snapshot(*rds, "nightly", "source");
  rds->restore("target", "nightly");
  run();
  rds->call("DeleteDBClusterSnapshot", {{"DBClusterSnapshotIdentifier", "nightly"}});
  run();
  EXPECT_EQ(engine->stored(), 3u);
  pass(60s);
  EXPECT_EQ(rds->cluster_status("target"), "available");
  EXPECT_EQ(engine->stored(), 2u);
}

}  // namespace
}  // namespace aurora::local
