#include "local/rds/instances.h"

#include "local/testing/simulated_rds.h"

namespace aurora::local {
namespace {

using testing::SimulatedRds;
using namespace std::chrono_literals;

class Instances : public SimulatedRds {
 protected:
  std::string create_refusal(const Json& change) {
    Json input = {{"DBInstanceIdentifier", "source-9"},
                  {"DBClusterIdentifier", "source"},
                  {"DBInstanceClass", "db.r6g.large"},
                  {"Engine", "aurora-postgresql"}};
    input.update(change);
    return rds->refusal("CreateDBInstance", input);
  }
};

TEST_F(Instances, WhatBelongsToTheClusterIsRefusedForAnInstance) {
  make_cluster("source");
  EXPECT_EQ(create_refusal({{"DBInstanceIdentifier", "source-1"}}), "DBInstanceAlreadyExists");
  EXPECT_EQ(create_refusal({{"DBClusterIdentifier", "none"}}), "DBClusterNotFoundFault");
  EXPECT_EQ(create_refusal({{"MasterUsername", "x"}}), "InvalidParameterCombination");
  EXPECT_EQ(create_refusal({{"AllocatedStorage", 20}}), "InvalidParameterCombination");
  EXPECT_EQ(create_refusal({{"DeletionProtection", true}}), "InvalidParameterCombination");
  EXPECT_EQ(create_refusal({{"Engine", "aurora-mysql"}}), "InvalidParameterCombination");
  EXPECT_EQ(create_refusal({{"DBInstanceClass", "db.t2.nano"}}), "InvalidParameterCombination");
  EXPECT_EQ(create_refusal({{"PromotionTier", 16}}), "InvalidParameterValue");
  EXPECT_EQ(create_refusal({{"DBParameterGroupName", "none"}}), "DBParameterGroupNotFound");
  EXPECT_EQ(rds->refusal("DescribeDBInstances", {{"DBInstanceIdentifier", "source-9"}}),
            "DBInstanceNotFound");
}

TEST_F(Instances, PublicUnlessToldOtherwiseWithTheDefaultSubnetGroup) {
  make_cluster("source");
  EXPECT_EQ(rds->instance("source-1")["PubliclyAccessible"], true);
  EXPECT_EQ(rds->create_instance("source-2", "source", {{"PubliclyAccessible", false}})["PubliclyAccessible"],
            false);
}

TEST_F(Instances, ReaderTakesOverWhenTheWriterIsDeletedAndTheServerGoesWithTheLast) {
  make_cluster("source");
  rds->create_instance("source-2", "source", {{"PromotionTier", 5}});
  rds->create_instance("source-3", "source", {{"PromotionTier", 2}});
  run();
  rds->call("DeleteDBInstance", {{"DBInstanceIdentifier", "source-1"}});
  EXPECT_EQ(rds->instance_status("source-1"), "deleting");
  EXPECT_EQ(rds->refusal("DeleteDBInstance", {{"DBInstanceIdentifier", "source-1"}}),
            "InvalidDBInstanceState");
  run();
  const Json members = rds->cluster("source")["DBClusterMembers"];
  ASSERT_EQ(members.size(), 2u);
  EXPECT_EQ(members[1]["DBInstanceIdentifier"], "source-3");
  EXPECT_EQ(members[1]["IsClusterWriter"], true);
  EXPECT_EQ(engine->servers(), 1u);
  rds->call("DeleteDBInstance", {{"DBInstanceIdentifier", "source-2"}});
  rds->call("DeleteDBInstance", {{"DBInstanceIdentifier", "source-3"}});
  run();
  EXPECT_EQ(rds->cluster("source")["DBClusterMembers"].size(), 0u);
  EXPECT_EQ(engine->servers(), 0u);
}

TEST_F(Instances, InstancesOfOneClusterAreCreatedSideBySide) {
  open({.instance = 60s});
  rds->create_cluster("source");
  rds->create_instance("source-1", "source");
  rds->create_instance("source-2", "source");
  run();
  EXPECT_EQ(rds->instance_status("source-2"), "creating");
  pass(60s);
  EXPECT_EQ(rds->instance_status("source-1"), "available");
  EXPECT_EQ(rds->instance_status("source-2"), "available");
}

TEST_F(Instances, RenameKeepsMembershipAndResourceId) {
  make_cluster("source");
  const Json before = rds->instance("source-1");
  rds->call("ModifyDBInstance", {{"DBInstanceIdentifier", "source-1"},
                                 {"NewDBInstanceIdentifier", "old-1"},
                                 {"ApplyImmediately", true}});
  EXPECT_EQ(rds->instance_status("source-1"), "renaming");
  run();
  EXPECT_EQ(rds->refusal("DescribeDBInstances", {{"DBInstanceIdentifier", "source-1"}}),
            "DBInstanceNotFound");
  EXPECT_EQ(rds->instance("old-1")["DbiResourceId"], before["DbiResourceId"]);
  EXPECT_EQ(rds->cluster("source")["DBClusterMembers"][0]["DBInstanceIdentifier"], "old-1");
  EXPECT_EQ(engine->starts(), 2) << "the writer reboots";
  EXPECT_EQ(rds->create_instance("source-1", "source")["DBInstanceStatus"], "creating") << "the name is free";
}

TEST_F(Instances, NewParameterGroupWaitsForTheReboot) {
  make_cluster("source", {{"EngineVersion", "15.10"}});
  rds->call("CreateDBParameterGroup", {{"DBParameterGroupName", "mine"},
                                       {"DBParameterGroupFamily", "aurora-postgresql15"},
                                       {"Description", "test"}});
  rds->call("ModifyDBInstance", {{"DBInstanceIdentifier", "source-1"}, {"DBParameterGroupName", "mine"}});
  run();
  EXPECT_EQ(rds->instance("source-1")["DBParameterGroups"][0]["ParameterApplyStatus"], "pending-reboot");
  rds->call("RebootDBInstance", {{"DBInstanceIdentifier", "source-1"}});
  EXPECT_EQ(rds->instance_status("source-1"), "rebooting");
  run();
  EXPECT_EQ(rds->instance("source-1")["DBParameterGroups"][0]["ParameterApplyStatus"], "in-sync");
}

TEST_F(Instances, NoMoreThanForty) {
  for (int cluster = 0; cluster < 4; ++cluster) {
    rds->create_cluster(fmt::format("c{}", cluster));
    for (int i = 0; i < 10; ++i)
      rds->create_instance(fmt::format("c{}-{}", cluster, i), fmt::format("c{}", cluster));
  }
  rds->create_cluster("source");
  EXPECT_EQ(create_refusal(Json::object()), "InstanceQuotaExceeded");
}

}  // namespace
}  // namespace aurora::local
