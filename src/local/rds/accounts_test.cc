// Two accounts at one RDS: apart, but for what they share.
#include "local/rds/snapshots.h"
#include "local/testing/simulated_rds.h"

namespace aurora::local {
namespace {

using testing::RdsDriver;
using testing::SimulatedRds;

class Accounts : public SimulatedRds {
 protected:
  void make_theirs(const std::string& cluster, const std::string& snapshot,
                   const Json& more = Json::object()) {
    theirs().create_cluster(cluster, more);
    run();
    theirs().create_snapshot(snapshot, cluster);
    run();
  }
  RdsDriver theirs() { return RdsDriver(*service, "us-west-2", kOtherAccountId); }
  void share(const std::string& snapshot) {
    theirs().call("ModifyDBClusterSnapshotAttribute", {{"DBClusterSnapshotIdentifier", snapshot},
                                                       {"AttributeName", "restore"},
                                                       {"ValuesToAdd", {kAccountId}}});
  }
  std::size_t count(const Json& input) {
    return rds->call("DescribeDBClusterSnapshots", input)["DBClusterSnapshots"].size();
  }
  const std::string arn = "arn:aws:rds:us-west-2:210987654321:cluster-snapshot:nightly";
};

TEST_F(Accounts, EachHasItsOwnNames) {
  make_cluster("source");
  make_theirs("source", "nightly");
  EXPECT_EQ(theirs().cluster("source")["DBClusterArn"], "arn:aws:rds:us-west-2:210987654321:cluster:source");
  EXPECT_EQ(rds->cluster("source")["DBClusterArn"], "arn:aws:rds:us-west-2:123456789012:cluster:source");
  EXPECT_NE(theirs().cluster("source")["Endpoint"], rds->cluster("source")["Endpoint"]);
  EXPECT_EQ(rds->refusal("DescribeDBClusters",
                         {{"DBClusterIdentifier", "arn:aws:rds:us-west-2:210987654321:cluster:source"}}),
            "DBClusterNotFoundFault");
}

TEST_F(Accounts, SnapshotIsSeenWhenItIsSharedAndByItsArn) {
  make_theirs("source", "nightly");
  EXPECT_EQ(rds->refusal("DescribeDBClusterSnapshots", {{"DBClusterSnapshotIdentifier", arn}}),
            "DBClusterSnapshotNotFoundFault");
  EXPECT_EQ(rds->refusal("CopyDBClusterSnapshot", {{"SourceDBClusterSnapshotIdentifier", arn},
                                                   {"TargetDBClusterSnapshotIdentifier", "ours"}}),
            "DBClusterSnapshotNotFoundFault");
  share("nightly");
  EXPECT_EQ(count({}), 0u);
  EXPECT_EQ(count({{"IncludeShared", true}}), 1u);
  EXPECT_EQ(count({{"SnapshotType", "shared"}}), 1u);
  EXPECT_EQ(rds->refusal("DescribeDBClusterSnapshots", {{"DBClusterSnapshotIdentifier", "nightly"}}),
            "DBClusterSnapshotNotFoundFault");
  EXPECT_EQ(rds->snapshot(arn)["DBClusterSnapshotIdentifier"], arn);
  EXPECT_EQ(theirs().snapshot("nightly")["DBClusterSnapshotIdentifier"], "nightly");
  EXPECT_EQ(rds->refusal("DeleteDBClusterSnapshot", {{"DBClusterSnapshotIdentifier", arn}}),
            "DBClusterSnapshotNotFoundFault");
}

TEST_F(Accounts, UnencryptedSharedSnapshotIsRestoredByItsArn) {
  make_theirs("source", "nightly");
  share("nightly");
  rds->restore("target", arn);
  run();
  EXPECT_EQ(rds->cluster_status("target"), "available");
}

TEST_F(Accounts, EncryptedSharedSnapshotIsCopiedUnderAKeyOfOursFirst) {
  make_theirs("source", "nightly", {{"StorageEncrypted", true}, {"KmsKeyId", "1234abcd"}});
  share("nightly");
  EXPECT_EQ(rds->refusal("RestoreDBClusterFromSnapshot", {{"DBClusterIdentifier", "target"},
                                                          {"SnapshotIdentifier", arn},
                                                          {"Engine", "aurora-postgresql"}}),
            "InvalidRestoreFault");
  Json copy{{"SourceDBClusterSnapshotIdentifier", arn}, {"TargetDBClusterSnapshotIdentifier", "ours"}};
  EXPECT_EQ(rds->refusal("CopyDBClusterSnapshot", copy), "KMSKeyNotAccessibleFault");
  copy["KmsKeyId"] = "5678efgh";
  rds->call("CopyDBClusterSnapshot", copy);
  run();
  EXPECT_EQ(rds->snapshot("ours")["KmsKeyId"], "arn:aws:kms:us-west-2:123456789012:key/5678efgh");
  rds->restore("target", "ours");
}

TEST_F(Accounts, TakenBackSharingHidesTheSnapshotAgain) {
  make_theirs("source", "nightly");
  share("nightly");
  theirs().call("ModifyDBClusterSnapshotAttribute", {{"DBClusterSnapshotIdentifier", "nightly"},
                                                     {"AttributeName", "restore"},
                                                     {"ValuesToRemove", {kAccountId}}});
  EXPECT_EQ(count({{"IncludeShared", true}}), 0u);
}

}  // namespace
}  // namespace aurora::local
