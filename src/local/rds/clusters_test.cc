#include "local/rds/clusters.h"

#include "local/rds/addresses.h"
#include "local/testing/simulated_rds.h"

namespace aurora::local {
namespace {

using testing::SimulatedRds;
using namespace std::chrono_literals;

class Clusters : public SimulatedRds {};

TEST_F(Clusters, NewClusterIsCreatingAndThenAvailableWithoutServer) {
  const Json created = rds->create_cluster("Dev-Source", {{"DatabaseName", "shop"}});
  EXPECT_EQ(created["Status"], "creating");
  EXPECT_EQ(created["DBClusterIdentifier"], "dev-source") << "stored in lower case";
  EXPECT_EQ(created["DBClusterArn"], "arn:aws:rds:us-west-2:123456789012:cluster:dev-source");
  EXPECT_EQ(created["Port"], 5432);
  EXPECT_FALSE(created.contains("MasterUserPassword"));
  run();
  EXPECT_EQ(rds->cluster_status("DEV-source"), "available") << "identifiers compare without case";
  EXPECT_EQ(rds->cluster("dev-source")["AllocatedStorage"], 3);
  EXPECT_EQ(engine->servers(), 0u) << "nobody connects to a cluster without instances";
}

TEST_F(Clusters, FirstInstanceIsTheWriterAndBringsTheServerUp) {
  rds->create_cluster("source");
  rds->create_instance("source-1", "source");
  rds->create_instance("source-2", "source");
  EXPECT_EQ(rds->instance_status("source-1"), "creating");
  EXPECT_FALSE(rds->instance("source-1").contains("Endpoint"));
  run();
  const Json cluster = rds->cluster("source");
  ASSERT_EQ(cluster["DBClusterMembers"].size(), 2u);
  EXPECT_EQ(cluster["DBClusterMembers"][0]["DBInstanceIdentifier"], "source-1");
  EXPECT_EQ(cluster["DBClusterMembers"][0]["IsClusterWriter"], true);
  EXPECT_EQ(cluster["DBClusterMembers"][1]["IsClusterWriter"], false);
  EXPECT_EQ(engine->servers(), 1u);
  EXPECT_EQ(rds->instance("source-2")["Endpoint"]["Address"], cluster["Endpoint"]);
}

TEST_F(Clusters, EveryClusterHasAnAddressOfItsOwnAndThePortThatWasAskedFor) {
  make_cluster("one");
  make_cluster("two");
  east->create_cluster("one");
  run();
  EXPECT_NE(rds->cluster("one")["Endpoint"], rds->cluster("two")["Endpoint"]);
  EXPECT_NE(rds->cluster("one")["Endpoint"], east->cluster("one")["Endpoint"]);
  EXPECT_EQ(rds->cluster("one")["Endpoint"].get<std::string>().substr(0, 4), "127.");
  EXPECT_EQ(rds->create_cluster("three", {{"Port", 6000}})["Port"], 6000);
}

TEST_F(Clusters, NetworkWithoutFreeAddressesTakesNoMore) {
  for (unsigned attempt = 0; attempt < 200; ++attempt)
    engine->occupy(rds::loopback_address(data.path() / "rds", "us-west-2", "full", attempt) + ":5432");
  const Json input{{"DBClusterIdentifier", "full"},
                   {"Engine", "aurora-postgresql"},
                   {"MasterUsername", "clusteradmin"},
                   {"MasterUserPassword", "first-Password1"}};
  EXPECT_EQ(rds->refusal("CreateDBCluster", input), "InvalidVPCNetworkStateFault");
}

TEST_F(Clusters, AddressComesBackWithTheNameAndAvoidsStrangers) {
  make_cluster("one");
  const std::string address = rds->cluster("one")["Endpoint"];
  rds->call("DeleteDBInstance", {{"DBInstanceIdentifier", "one-1"}});
  rds->call("DeleteDBCluster", {{"DBClusterIdentifier", "one"}, {"SkipFinalSnapshot", true}});
  run();
  rds->create_cluster("one");
  EXPECT_EQ(rds->cluster("one")["Endpoint"], address);
  run();
  rds->call("DeleteDBCluster", {{"DBClusterIdentifier", "one"}, {"SkipFinalSnapshot", true}});
  run();
  engine->occupy(address + ":5432");
  EXPECT_NE(rds->create_cluster("one")["Endpoint"], address);
}

TEST_F(Clusters, RefusesWhatRdsRefuses) {
  make_cluster("source");
  const auto refusal = [&](const Json& change) {
    Json input = {{"DBClusterIdentifier", "other"},
                  {"Engine", "aurora-postgresql"},
                  {"MasterUsername", "clusteradmin"},
                  {"MasterUserPassword", "first-Password1"}};
    input.update(change);
    return rds->refusal("CreateDBCluster", input);
  };
  EXPECT_EQ(refusal({{"DBClusterIdentifier", "SOURCE"}}), "DBClusterAlreadyExistsFault");
  EXPECT_EQ(refusal({{"DBClusterIdentifier", "1source"}}), "InvalidParameterValue");
  EXPECT_EQ(refusal({{"DBClusterIdentifier", "a--b"}}), "InvalidParameterValue");
  EXPECT_EQ(refusal({{"DBClusterIdentifier", "a-"}}), "InvalidParameterValue");
  EXPECT_EQ(refusal({{"DBClusterIdentifier", std::string(64, 'a')}}), "InvalidParameterValue");
  EXPECT_EQ(refusal({{"Engine", "oracle"}}), "InvalidParameterValue");
  EXPECT_EQ(refusal({{"EngineVersion", "9.6"}}), "InvalidParameterCombination");
  EXPECT_EQ(refusal({{"MasterUsername", "rdsadmin"}}), "InvalidParameterValue");
  EXPECT_EQ(refusal({{"MasterUserPassword", "short"}}), "InvalidParameterValue");
  EXPECT_EQ(refusal({{"MasterUserPassword", "with space and@"}}), "InvalidParameterValue");
  EXPECT_EQ(rds->last_message().find("with space"), std::string::npos) << "no password in a message";
  EXPECT_EQ(refusal({{"Port", 80}}), "InvalidParameterValue");
  EXPECT_EQ(refusal({{"BackupRetentionPeriod", 36}}), "InvalidParameterValue");
  EXPECT_EQ(refusal({{"DBSubnetGroupName", "nowhere"}}), "DBSubnetGroupNotFoundFault");
  EXPECT_EQ(refusal({{"DBClusterParameterGroupName", "none"}}), "DBClusterParameterGroupNotFound");
  EXPECT_EQ(refusal({{"VpcSecurityGroupIds", {"default"}}}), "InvalidParameterValue");
  EXPECT_EQ(refusal({{"EnableCloudwatchLogsExports", {"upgrade"}}}), "InvalidParameterCombination");
  EXPECT_EQ(refusal({{"ManageMasterUserPassword", true}}), "InvalidParameterValue");
  EXPECT_EQ(refusal({{"Tags", {{{"Key", "aws:created"}, {"Value", "x"}}}}}), "InvalidParameterValue");
  EXPECT_EQ(rds->refusal("CreateDBCluster", {{"Engine", "aurora-postgresql"}}), "MissingParameter");
  EXPECT_EQ(rds->call("DescribeDBClusters")["DBClusters"].size(), 1u) << "nothing half-made is left";
}

TEST_F(Clusters, NoMoreThanForty) {
  for (int i = 0; i < 40; ++i) rds->create_cluster(fmt::format("c{}", i));
  EXPECT_EQ(rds->refusal("CreateDBCluster", {{"DBClusterIdentifier", "c40"},
                                             {"Engine", "aurora-postgresql"},
                                             {"MasterUsername", "clusteradmin"},
                                             {"MasterUserPassword", "first-Password1"}}),
            "DBClusterQuotaExceededFault");
  EXPECT_EQ(rds->last_status(), 403);
  EXPECT_NO_THROW(east->create_cluster("c40")) << "the quota is one Region's";
}

TEST_F(Clusters, RegionsAreApart) {
  make_cluster("source");
  EXPECT_EQ(east->refusal("DescribeDBClusters", {{"DBClusterIdentifier", "source"}}),
            "DBClusterNotFoundFault");
  EXPECT_EQ(east->last_status(), 404);
  EXPECT_EQ(east->call("DescribeDBClusters")["DBClusters"].size(), 0u);
  const std::string arn = rds->cluster("source")["DBClusterArn"];
  EXPECT_EQ(rds->cluster(arn)["DBClusterIdentifier"], "source");
  EXPECT_EQ(east->refusal("DescribeDBClusters", {{"DBClusterIdentifier", arn}}), "DBClusterNotFoundFault");
}

TEST_F(Clusters, DeletionAsksForProtectionInstancesAndFinalSnapshotInThisOrder) {
  make_cluster("source", {{"DeletionProtection", true}});
  const Json skip = {{"DBClusterIdentifier", "source"}, {"SkipFinalSnapshot", true}};
  EXPECT_EQ(rds->refusal("DeleteDBCluster", skip), "InvalidParameterCombination");
  EXPECT_NE(rds->last_message().find("Cannot delete protected Cluster"), std::string::npos);
  rds->call("ModifyDBCluster", {{"DBClusterIdentifier", "source"}, {"DeletionProtection", false}});
  EXPECT_EQ(rds->refusal("DeleteDBCluster", skip), "InvalidDBClusterStateFault");
  EXPECT_EQ(rds->last_message(),
            "Cluster cannot be deleted, it still contains DB instances in non-deleting state.");
  rds->call("DeleteDBInstance", {{"DBInstanceIdentifier", "source-1"}});
  EXPECT_EQ(rds->refusal("DeleteDBCluster", {{"DBClusterIdentifier", "source"}}),
            "InvalidParameterCombination");
  EXPECT_EQ(rds->refusal("DeleteDBCluster", {{"DBClusterIdentifier", "source"},
                                             {"SkipFinalSnapshot", true},
                                             {"FinalDBSnapshotIdentifier", "f"}}),
            "InvalidParameterCombination");
  // Instances that are deleting do not keep the cluster.
  EXPECT_EQ(rds->call("DeleteDBCluster", skip)["DBCluster"]["Status"], "deleting");
  run();
  EXPECT_EQ(rds->refusal("DescribeDBClusters", {{"DBClusterIdentifier", "source"}}),
            "DBClusterNotFoundFault");
  EXPECT_EQ(engine->stored(), 0u);
}

TEST_F(Clusters, FailedFinalSnapshotKeepsTheCluster) {
  rds->create_cluster("source");
  run();
  engine->fail_next("back_up", "DiskFull", "no room");
  rds->call("DeleteDBCluster", {{"DBClusterIdentifier", "source"}, {"FinalDBSnapshotIdentifier", "last"}});
  run();
  EXPECT_EQ(rds->snapshot_status("last"), "failed");
  EXPECT_EQ(engine->stored(), 1u) << "the data is still there";
  EXPECT_EQ(rds->cluster_status("source"), "failed");
}

TEST_F(Clusters, MasterPasswordIsReallyApplied) {
  make_cluster("source");
  const std::string first = engine->verifier_of(directory_of("source"), "clusteradmin");
  const Json modified = rds->call(
      "ModifyDBCluster", {{"DBClusterIdentifier", "source"}, {"MasterUserPassword", "second-Password2"}});
  EXPECT_EQ(modified["DBCluster"]["Status"], "resetting-master-credentials");
  EXPECT_EQ(
      rds->refusal("ModifyDBCluster", {{"DBClusterIdentifier", "source"}, {"BackupRetentionPeriod", 3}}),
      "InvalidDBClusterStateFault");
  run();
  EXPECT_EQ(rds->cluster_status("source"), "available");
  EXPECT_EQ(engine->verifier_of(directory_of("source"), "clusteradmin"),
            engine->password_verifier(Secret("second-Password2")));
  EXPECT_NE(engine->verifier_of(directory_of("source"), "clusteradmin"), first);
}

TEST_F(Clusters, RenameChangesEndpointAndArnButNotInstancesAndResourceId) {
  make_cluster("target", {{"Tags", {{{"Key", "team"}, {"Value", "dba"}}}}});
  const Json before = rds->cluster("target");
  const Json answer = rds->call("ModifyDBCluster", {{"DBClusterIdentifier", "target"},
                                                    {"NewDBClusterIdentifier", "Target-Old"},
                                                    {"ApplyImmediately", true}});
  EXPECT_EQ(answer["DBCluster"]["Status"], "renaming");
  EXPECT_EQ(rds->cluster_status("target"), "renaming") << "the old name holds until it is done";
  EXPECT_EQ(rds->refusal("CreateDBCluster", {{"DBClusterIdentifier", "target-old"},
                                             {"Engine", "aurora-postgresql"},
                                             {"MasterUsername", "clusteradmin"},
                                             {"MasterUserPassword", "first-Password1"}}),
            "DBClusterAlreadyExistsFault")
      << "and the new one is taken";
  run();
  EXPECT_EQ(rds->refusal("DescribeDBClusters", {{"DBClusterIdentifier", "target"}}),
            "DBClusterNotFoundFault");
  const Json after = rds->cluster("target-old");
  EXPECT_EQ(after["Status"], "available");
  EXPECT_NE(after["Endpoint"], before["Endpoint"]);
  EXPECT_EQ(after["DbClusterResourceId"], before["DbClusterResourceId"]);
  EXPECT_EQ(after["DBClusterArn"], "arn:aws:rds:us-west-2:123456789012:cluster:target-old");
  EXPECT_EQ(after["TagList"], before["TagList"]);
  EXPECT_EQ(rds->instance("target-1")["DBClusterIdentifier"], "target-old");
  EXPECT_EQ(engine->address_of(directory_of("target-old")), after["Endpoint"].get<std::string>() + ":5432");
}

TEST_F(Clusters, RenameWithoutApplyImmediatelyWaitsForTheWindow) {
  make_cluster("target");
  const Json answer =
      rds->call("ModifyDBCluster", {{"DBClusterIdentifier", "target"}, {"NewDBClusterIdentifier", "other"}});
  run();
  EXPECT_EQ(answer["DBCluster"]["PendingModifiedValues"]["DBClusterIdentifier"], "other");
  EXPECT_EQ(rds->cluster_status("target"), "available");
  make_cluster("taken");
  EXPECT_EQ(rds->refusal("ModifyDBCluster", {{"DBClusterIdentifier", "target"},
                                             {"NewDBClusterIdentifier", "taken"},
                                             {"ApplyImmediately", true}}),
            "DBClusterAlreadyExistsFault");
}

TEST_F(Clusters, PortChangesAtOnce) {
  make_cluster("source");
  rds->call("ModifyDBCluster", {{"DBClusterIdentifier", "source"}, {"Port", 6001}});
  EXPECT_EQ(rds->cluster_status("source"), "modifying");
  run();
  EXPECT_EQ(rds->cluster("source")["Port"], 6001);
  EXPECT_EQ(rds->instance("source-1")["Endpoint"]["Port"], 6001);
  EXPECT_TRUE(engine->address_of(directory_of("source")).ends_with(":6001"));
}

TEST_F(Clusters, StoppedClusterIsStartedBeforeItIsDeleted) {
  make_cluster("source");
  EXPECT_EQ(rds->refusal("StartDBCluster", {{"DBClusterIdentifier", "source"}}),
            "InvalidDBClusterStateFault");
  rds->call("StopDBCluster", {{"DBClusterIdentifier", "source"}});
  EXPECT_EQ(rds->cluster_status("source"), "stopping");
  run();
  EXPECT_EQ(rds->cluster_status("source"), "stopped");
  EXPECT_EQ(rds->instance_status("source-1"), "stopped");
  EXPECT_EQ(engine->servers(), 0u);
  EXPECT_EQ(rds->refusal("DeleteDBCluster", {{"DBClusterIdentifier", "source"}, {"SkipFinalSnapshot", true}}),
            "InvalidDBClusterStateFault");
  EXPECT_EQ(rds->refusal("CreateDBClusterSnapshot",
                         {{"DBClusterIdentifier", "source"}, {"DBClusterSnapshotIdentifier", "s"}}),
            "InvalidDBClusterStateFault");
  rds->call("StartDBCluster", {{"DBClusterIdentifier", "source"}});
  run();
  EXPECT_EQ(rds->instance_status("source-1"), "available");
  EXPECT_EQ(engine->servers(), 1u);
}

TEST_F(Clusters, ListsAreFilteredAndPaged) {
  for (int i = 0; i < 25; ++i) rds->create_cluster(fmt::format("c{:02}", i));
  const Json first = rds->call("DescribeDBClusters", {{"MaxRecords", 20}});
  EXPECT_EQ(first["DBClusters"].size(), 20u);
  const Json second = rds->call("DescribeDBClusters", {{"MaxRecords", 20}, {"Marker", first["Marker"]}});
  ASSERT_EQ(second["DBClusters"].size(), 5u);
  EXPECT_EQ(second["DBClusters"][0]["DBClusterIdentifier"], "c20");
  EXPECT_FALSE(second.contains("Marker"));
  EXPECT_EQ(rds->refusal("DescribeDBClusters", {{"MaxRecords", 19}}), "InvalidParameterValue");
  const auto filtered = [&](const char* name, const Json& values) {
    return rds
        ->call("DescribeDBClusters", {{"Filters", {{{"Name", name}, {"Values", values}}}}})["DBClusters"]
        .size();
  };
  EXPECT_EQ(filtered("db-cluster-id", {"c01", "c02", "C03"}), 2u) << "values are case-sensitive";
  EXPECT_EQ(filtered("engine", {"aurora-mysql"}), 0u);
  EXPECT_EQ(rds->refusal("DescribeDBClusters", {{"Filters", {{{"Name", "colour"}, {"Values", {"red"}}}}}}),
            "InvalidParameterValue");
}

TEST_F(Clusters, FailedCreationIsFailedAndCanBeDeleted) {
  engine->fail_next("create", "DiskFull", "no room on the disk");
  rds->create_cluster("source");
  run();
  EXPECT_EQ(rds->cluster_status("source"), "failed");
  const Json events =
      rds->call("DescribeEvents", {{"SourceType", "db-cluster"}, {"SourceIdentifier", "source"}});
  ASSERT_EQ(events["Events"].size(), 1u);
  EXPECT_NE(events["Events"][0]["Message"].get<std::string>().find("no room on the disk"), std::string::npos);
  EXPECT_EQ(engine->stored(), 0u);
  rds->call("DeleteDBCluster", {{"DBClusterIdentifier", "source"}, {"SkipFinalSnapshot", true}});
  run();
  EXPECT_EQ(rds->call("DescribeDBClusters")["DBClusters"].size(), 0u);
}

TEST_F(Clusters, ServerlessV2NeedsItsCapacityFirst) {
  rds->create_cluster("source");
  run();
  EXPECT_EQ(rds->refusal("CreateDBInstance", {{"DBInstanceIdentifier", "s-1"},
                                              {"DBClusterIdentifier", "source"},
                                              {"DBInstanceClass", "db.serverless"},
                                              {"Engine", "aurora-postgresql"}}),
            "InvalidParameterCombination");
  const auto scale = [&](double low, double high) {
    return rds->refusal("ModifyDBCluster", {{"DBClusterIdentifier", "source"},
                                            {"ServerlessV2ScalingConfiguration",
                                             {{"MinCapacity", low}, {"MaxCapacity", high}}}});
  };
  EXPECT_EQ(scale(0.7, 4), "InvalidParameterValue");
  EXPECT_EQ(scale(4, 2), "InvalidParameterCombination");
  EXPECT_EQ(scale(0.5, 4).substr(0, 8), "answered");
  EXPECT_NO_THROW(rds->create_instance("s-1", "source", {{"DBInstanceClass", "db.serverless"}}));
}

TEST_F(Clusters, UnknownActionsAreRefused) {
  EXPECT_EQ(rds->refusal("CreateBlueGreenDeployment"), "InvalidAction");
}

}  // namespace
}  // namespace aurora::local
