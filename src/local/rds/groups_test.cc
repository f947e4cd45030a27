#include "local/rds/groups.h"

#include "local/testing/simulated_rds.h"

namespace aurora::local {
namespace {

using testing::SimulatedRds;

class Groups : public SimulatedRds {
 protected:
  std::string make_subnets(const std::string& name, const Json& subnets) {
    return rds->refusal(
        "CreateDBSubnetGroup",
        {{"DBSubnetGroupName", name}, {"DBSubnetGroupDescription", "test"}, {"SubnetIds", subnets}});
  }
  void make_parameters(const std::string& name, const std::string& family = "aurora-postgresql15") {
    rds->call(
        "CreateDBClusterParameterGroup",
        {{"DBClusterParameterGroupName", name}, {"DBParameterGroupFamily", family}, {"Description", "test"}});
  }
  std::string set(const std::string& name, const std::string& value, const std::string& method) {
    return rds->refusal(
        "ModifyDBClusterParameterGroup",
        {{"DBClusterParameterGroupName", "mine"},
         {"Parameters", {{{"ParameterName", name}, {"ParameterValue", value}, {"ApplyMethod", method}}}}});
  }
};

TEST_F(Groups, EveryRegionHasItsDefaults) {
  const Json subnets = rds->call("DescribeDBSubnetGroups")["DBSubnetGroups"];
  ASSERT_EQ(subnets.size(), 1u);
  EXPECT_EQ(subnets[0]["DBSubnetGroupName"], "default");
  EXPECT_EQ(subnets[0]["Subnets"].size(), 3u);
  const Json east_subnets = east->call("DescribeDBSubnetGroups")["DBSubnetGroups"];
  EXPECT_NE(subnets[0]["Subnets"][0]["SubnetIdentifier"], east_subnets[0]["Subnets"][0]["SubnetIdentifier"]);
  EXPECT_EQ(
      rds->call("DescribeDBClusterParameterGroups",
                {{"DBClusterParameterGroupName", "default.aurora-postgresql15"}})["DBClusterParameterGroups"]
          .size(),
      1u);
  EXPECT_EQ(rds->refusal("DeleteDBSubnetGroup", {{"DBSubnetGroupName", "default"}}),
            "InvalidDBSubnetGroupStateFault");
}

TEST_F(Groups, SubnetGroupNeedsTwoZonesAndIsKeptWhileUsed) {
  EXPECT_EQ(make_subnets("mine", {"subnet-1"}), "DBSubnetGroupDoesNotCoverEnoughAZs");
  EXPECT_EQ(make_subnets("mine", {"net-1", "subnet-2"}), "InvalidParameterValue");
  EXPECT_EQ(make_subnets("Mine", {"subnet-1", "subnet-2"}).substr(0, 8), "answered");
  EXPECT_EQ(make_subnets("mine", {"subnet-1", "subnet-2"}), "DBSubnetGroupAlreadyExists");
  make_cluster("source", {{"DBSubnetGroupName", "mine"}});
  EXPECT_EQ(rds->instance("source-1")["DBSubnetGroup"]["DBSubnetGroupName"], "mine");
  EXPECT_EQ(rds->instance("source-1")["PubliclyAccessible"], false);
  EXPECT_EQ(rds->refusal("DeleteDBSubnetGroup", {{"DBSubnetGroupName", "mine"}}),
            "InvalidDBSubnetGroupStateFault");
  EXPECT_EQ(rds->refusal("DeleteDBSubnetGroup", {{"DBSubnetGroupName", "none"}}),
            "DBSubnetGroupNotFoundFault");
}

TEST_F(Groups, ParameterGroupsFitTheirFamily) {
  make_parameters("pg16", "aurora-postgresql16");
  EXPECT_EQ(rds->refusal("CreateDBCluster", {{"DBClusterIdentifier", "source"},
                                             {"Engine", "aurora-postgresql"},
                                             {"EngineVersion", "15.10"},
                                             {"MasterUsername", "clusteradmin"},
                                             {"MasterUserPassword", "first-Password1"},
                                             {"DBClusterParameterGroupName", "pg16"}}),
            "InvalidParameterCombination");
  EXPECT_EQ(rds->refusal("CreateDBClusterParameterGroup", {{"DBClusterParameterGroupName", "x"},
                                                           {"DBParameterGroupFamily", "oracle19"},
                                                           {"Description", "test"}}),
            "InvalidParameterValue");
  EXPECT_EQ(rds->refusal("DescribeDBClusterParameterGroups", {{"DBClusterParameterGroupName", "none"}}),
            "DBParameterGroupNotFound");
}

TEST_F(Groups, DynamicParameterReachesTheServerAndStaticWaitsForReboot) {
  make_parameters("mine");
  make_cluster("source", {{"EngineVersion", "15.10"}, {"DBClusterParameterGroupName", "mine"}});
  EXPECT_EQ(set("work_mem", "8192", "immediate").substr(0, 8), "answered");
  run();
  EXPECT_EQ(engine->parameters_of(directory_of("source")).at("work_mem"), "8192");
  EXPECT_EQ(set("max_connections", "50", "immediate"), "InvalidParameterCombination");
  EXPECT_EQ(set("max_connections", "50", "pending-reboot").substr(0, 8), "answered");
  run();
  EXPECT_EQ(rds->cluster("source")["DBClusterMembers"][0]["DBClusterParameterGroupStatus"], "pending-reboot");
  rds->call("RebootDBInstance", {{"DBInstanceIdentifier", "source-1"}});
  run();
  EXPECT_EQ(engine->parameters_of(directory_of("source")).at("max_connections"), "50");
  EXPECT_EQ(rds->cluster("source")["DBClusterMembers"][0]["DBClusterParameterGroupStatus"], "in-sync");
  EXPECT_EQ(rds->refusal("DeleteDBClusterParameterGroup", {{"DBClusterParameterGroupName", "mine"}}),
            "InvalidDBParameterGroupState");
}

TEST_F(Groups, ParameterValuesAreChecked) {
  make_parameters("mine");
  EXPECT_EQ(set("no_such_thing", "1", "immediate"), "InvalidParameterValue");
  EXPECT_EQ(set("work_mem", "63", "immediate"), "InvalidParameterValue");
  EXPECT_EQ(set("work_mem", "many", "immediate"), "InvalidParameterValue");
  EXPECT_EQ(set("log_statement", "some", "immediate"), "InvalidParameterValue");
  EXPECT_EQ(set("search_path", "a'\nport = 1", "immediate"), "InvalidParameterValue") << "a second line";
  EXPECT_EQ(set("log_min_duration_statement", "-1", "immediate").substr(0, 8), "answered");
  const Json own = rds->call("DescribeDBClusterParameters",
                             {{"DBClusterParameterGroupName", "mine"}, {"Source", "user"}})["Parameters"];
  ASSERT_EQ(own.size(), 1u);
  EXPECT_EQ(own[0]["ParameterValue"], "-1");
  rds->call("ResetDBClusterParameterGroup",
            {{"DBClusterParameterGroupName", "mine"}, {"ResetAllParameters", true}});
  EXPECT_EQ(rds->call("DescribeDBClusterParameters",
                      {{"DBClusterParameterGroupName", "mine"}, {"Source", "user"}})["Parameters"]
                .size(),
            0u);
}

TEST_F(Groups, TagsAreAddedReplacedRemovedAndListedByArn) {
  make_cluster("source");
  const std::string arn = rds->cluster("source")["DBClusterArn"];
  const auto tag = [](const char* key, const char* value) { return Json{{"Key", key}, {"Value", value}}; };
  rds->call("AddTagsToResource", {{"ResourceName", arn}, {"Tags", {tag("a", "1"), tag("b", "2")}}});
  rds->call("AddTagsToResource", {{"ResourceName", arn}, {"Tags", {tag("a", "3")}}});
  rds->call("RemoveTagsFromResource", {{"ResourceName", arn}, {"TagKeys", {"b"}}});
  EXPECT_EQ(rds->call("ListTagsForResource", {{"ResourceName", arn}})["TagList"],
            Json::array({tag("a", "3")}));
  EXPECT_EQ(rds->cluster("source")["TagList"], Json::array({tag("a", "3")}));
  EXPECT_EQ(east->refusal("ListTagsForResource", {{"ResourceName", arn}}), "InvalidParameterValue");
  EXPECT_EQ(rds->refusal("ListTagsForResource",
                         {{"ResourceName", "arn:aws:rds:us-west-2:123456789012:cluster:none"}}),
            "DBClusterNotFoundFault");
}

TEST_F(Groups, OffersListVersionsAndClasses) {
  const auto classes = [&](const std::string& name) {
    return rds
        ->call("DescribeOrderableDBInstanceOptions",
               {{"Engine", "aurora-postgresql"},
                {"EngineVersion", "15.10"},
                {"DBInstanceClass", name}})["OrderableDBInstanceOptions"]
        .size();
  };
  EXPECT_EQ(classes("db.r5.large"), 1u);
  EXPECT_EQ(classes("db.serverless"), 1u);
  EXPECT_EQ(classes("db.m1.small"), 0u);
  const Json versions = rds->call("DescribeDBEngineVersions",
                                  {{"Engine", "aurora-mysql"}, {"DefaultOnly", true}})["DBEngineVersions"];
  ASSERT_EQ(versions.size(), 1u);
  EXPECT_EQ(versions[0]["DBParameterGroupFamily"], "aurora-mysql8.0");
}

TEST_F(Groups, NewestMajorVersionOfAuroraMySqlIsOfferedToThoseWhoAskForIt) {
  const Json versions = rds->call("DescribeDBEngineVersions",
                                  {{"Engine", "aurora-mysql"}, {"EngineVersion", "8.4"}})["DBEngineVersions"];
  ASSERT_EQ(versions.size(), 1u);
  EXPECT_EQ(versions[0]["EngineVersion"], "8.4.mysql_aurora.8.4.7");
  EXPECT_EQ(versions[0]["DBParameterGroupFamily"], "aurora-mysql8.4");
  rds->create_cluster("new", {{"Engine", "aurora-mysql"}, {"EngineVersion", "8.4.mysql_aurora.8.4.7"}});
  run();
  EXPECT_EQ(rds->cluster("new")["DBClusterParameterGroup"], "default.aurora-mysql8.4");
  make_snapshot(*rds, "nightly", "new");
  const auto refusal = [&](const char* version) {
    return rds->refusal("RestoreDBClusterFromSnapshot", {{"DBClusterIdentifier", "target"},
                                                         {"SnapshotIdentifier", "nightly"},
                                                         {"Engine", "aurora-mysql"},
                                                         {"EngineVersion", version}});
  };
  EXPECT_EQ(refusal("8.0.mysql_aurora.3.12.0"), "InvalidParameterCombination");
  rds->restore("target", "nightly", {{"Engine", "aurora-mysql"}});
  run();
  EXPECT_EQ(rds->cluster("target")["EngineVersion"], "8.4.mysql_aurora.8.4.7");
}

}  // namespace
}  // namespace aurora::local
