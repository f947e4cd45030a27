#include "local/rds/global_clusters.h"

#include <gmock/gmock.h>

#include "local/testing/simulated_rds.h"

namespace aurora::local {
namespace {

using ::testing::HasSubstr;
using testing::SimulatedRds;

class GlobalClusters : public SimulatedRds {
 protected:
  std::string arn(const std::string& id) { return rds->cluster(id)["DBClusterArn"]; }
  Json create(const std::string& cluster) {
    return rds->call("CreateGlobalCluster", {{"GlobalClusterIdentifier", "World"},
                                             {"SourceDBClusterIdentifier", arn(cluster)}})["GlobalCluster"];
  }
};

TEST_F(GlobalClusters, MemberCannotBeDeletedBeforeItIsTakenOut) {
  rds->create_cluster("source");
  run();
  const Json global = create("source");
  EXPECT_EQ(global["GlobalClusterArn"], "arn:aws:rds::123456789012:global-cluster:world");
  EXPECT_EQ(global["Engine"], "aurora-postgresql");
  EXPECT_EQ(global["GlobalClusterMembers"][0]["DBClusterArn"], arn("source"));
  EXPECT_EQ(rds->cluster("source")["GlobalClusterIdentifier"], "world");
  const Json deletion{{"DBClusterIdentifier", "source"}, {"SkipFinalSnapshot", true}};
  EXPECT_EQ(rds->refusal("DeleteDBCluster", deletion), "InvalidDBClusterStateFault");
  EXPECT_THAT(rds->last_message(), HasSubstr("part of a global cluster"));
  EXPECT_EQ(rds->refusal("DeleteGlobalCluster", {{"GlobalClusterIdentifier", "world"}}),
            "InvalidGlobalClusterStateFault");
  rds->call("RemoveFromGlobalCluster",
            {{"GlobalClusterIdentifier", "world"}, {"DbClusterIdentifier", arn("source")}});
  EXPECT_FALSE(rds->cluster("source").contains("GlobalClusterIdentifier"));
  EXPECT_EQ(rds->call("DeleteDBCluster", deletion)["DBCluster"]["Status"], "deleting");
  rds->call("DeleteGlobalCluster", {{"GlobalClusterIdentifier", "world"}});
  EXPECT_EQ(rds->refusal("DescribeGlobalClusters", {{"GlobalClusterIdentifier", "world"}}),
            "GlobalClusterNotFoundFault");
  EXPECT_EQ(rds->last_status(), 404);
}

TEST_F(GlobalClusters, ClusterBelongsToOneOnly) {
  rds->create_cluster("source");
  run();
  create("source");
  EXPECT_EQ(rds->refusal("CreateGlobalCluster",
                         {{"GlobalClusterIdentifier", "other"}, {"SourceDBClusterIdentifier", "source"}}),
            "InvalidDBClusterStateFault");
  EXPECT_EQ(rds->refusal("CreateGlobalCluster",
                         {{"GlobalClusterIdentifier", "world"}, {"Engine", "aurora-postgresql"}}),
            "GlobalClusterAlreadyExistsFault");
  EXPECT_EQ(rds->refusal("CreateGlobalCluster", {{"GlobalClusterIdentifier", "other"},
                                                 {"SourceDBClusterIdentifier", "source"},
                                                 {"Engine", "aurora-postgresql"}}),
            "InvalidParameterCombination");
  EXPECT_EQ(rds->call("DescribeGlobalClusters")["GlobalClusters"].size(), 1u);
}

TEST_F(GlobalClusters, MemberKeepsItsPlaceUnderANewName) {
  rds->create_cluster("source");
  run();
  create("source");
  rds->call(
      "ModifyDBCluster",
      {{"DBClusterIdentifier", "source"}, {"NewDBClusterIdentifier", "renamed"}, {"ApplyImmediately", true}});
  run();
  const Json global = rds->call("DescribeGlobalClusters")["GlobalClusters"][0];
  EXPECT_EQ(global["GlobalClusterMembers"][0]["DBClusterArn"], arn("renamed"));
}

}  // namespace
}  // namespace aurora::local
