#include "local/ec2.h"

#include "local/ec2_network.h"
#include "local/engines/simulated_engine.h"
#include "local/rds.h"
#include "local/testing/endpoint_fixture.h"

namespace aurora::local {
namespace {

class Ec2Network : public testing::EndpointFixture {
 protected:
  Ec2Network() {
    services->endpoint.add("ec2", ec2);
    services->endpoint.add("rds", rds);
  }

  static engines::Engines simulated() {
    engines::Engines engines;
    engines.emplace("aurora-postgresql", std::make_unique<engines::SimulatedEngine>());
    return engines;
  }
  Json ec2_call(const std::string& operation, const Json& input = Json::object()) {
    return call("ec2", operation, input);
  }
  std::string ec2_refusal(const std::string& operation, const Json& input) {
    return refusal("ec2", operation, input);
  }
  std::string new_vpc(const std::string& cidr = "10.7.0.0/16") {
    return ec2_call("CreateVpc", {{"CidrBlock", cidr}})["Vpc"]["VpcId"];
  }
  std::string new_subnet(const std::string& vpc, const std::string& cidr, const std::string& zone) {
    return ec2_call("CreateSubnet",
                    {{"VpcId", vpc}, {"CidrBlock", cidr}, {"AvailabilityZone", zone}})["Subnet"]["SubnetId"];
  }
  std::string subnet_group(const Json& subnets, const std::string& name = "mine") {
    return refusal(
        "rds", "CreateDBSubnetGroup",
        {{"DBSubnetGroupName", name}, {"DBSubnetGroupDescription", "test"}, {"SubnetIds", subnets}});
  }
  std::string cluster(const Json& more) {
    Json input{{"DBClusterIdentifier", "source"},
               {"Engine", "aurora-postgresql"},
               {"MasterUsername", "clusteradmin"},
               {"MasterUserPassword", "first-Password1"}};
    input.update(more);
    return refusal("rds", "CreateDBCluster", input);
  }

  Ec2 ec2{directory.path(), services->endpoint};
  RdsService rds{{.directory = directory.path(), .pace = {}, .patience = {}, .durable = false, .threads = 0},
                 simulated(),
                 clock,
                 Log::none(),
                 &services->endpoint};
};

TEST(Cidr, ReadsBlocksAndRefusesHostBits) {
  EXPECT_TRUE(ec2::parse_cidr("10.0.0.0/16")->contains(*ec2::parse_cidr("10.0.255.0/24")));
  EXPECT_FALSE(ec2::parse_cidr("10.0.0.0/16")->contains(*ec2::parse_cidr("10.1.0.0/24")));
  EXPECT_TRUE(ec2::parse_cidr("10.0.1.0/24")->overlaps(*ec2::parse_cidr("10.0.0.0/16")));
  EXPECT_EQ(ec2::parse_cidr("10.0.1.0/24")->size(), 256u);
  EXPECT_TRUE(ec2::parse_cidr("0.0.0.0/0")->contains(*ec2::parse_cidr("255.255.255.255/32")));
  for (const char* bad :
       {"10.0.1.0", "10.0.1.0/33", "10.0.1.0/x", "10.0.1.1/24", "10.0.1/24", "/8", "1.2.3.4/ 8"})
    EXPECT_FALSE(ec2::parse_cidr(bad)) << bad;
}

TEST_F(Ec2Network, EveryRegionBeginsWithItsDefaultVpcAndTheDocumentsNetwork) {
  for (const char* region : {"us-east-1", "us-west-2"}) {
    const Json vpcs = call("ec2", "DescribeVpcs", Json::object(), region)["Vpcs"];
    ASSERT_EQ(vpcs.size(), 1u);
    EXPECT_EQ(vpcs[0]["VpcId"], "vpc-12345678");
    EXPECT_EQ(vpcs[0]["IsDefault"], true);
    const Json subnets =
        call("ec2", "DescribeSubnets",
             {{"SubnetIds", {"subnet-12345678", "subnet-87654321", "subnet-1a2b3c4d", "subnet-5e6f7a8b"}}},
             region)["Subnets"];
    EXPECT_EQ(subnets.size(), 4u);
    EXPECT_EQ(call("ec2", "DescribeSecurityGroups", {{"GroupIds", {"sg-12345678"}}},
                   region)["SecurityGroups"][0]["VpcId"],
              "vpc-12345678");
  }
  const Json elsewhere = call("ec2", "DescribeVpcs", Json::object(), "eu-west-1")["Vpcs"];
  EXPECT_NE(elsewhere[0]["VpcId"], "vpc-12345678");
  EXPECT_EQ(call("ec2", "DescribeSubnets",
                 {{"Filters", {{{"Name", "default-for-az"}, {"Values", {"true"}}}}}}, "eu-west-1")["Subnets"]
                .size(),
            3u);
}

TEST_F(Ec2Network, FiltersNarrowByIdNameVpcAndTag) {
  const std::string vpc = new_vpc();
  ec2_call("CreateSecurityGroup",
           {{"GroupName", "web"},
            {"Description", "d"},
            {"VpcId", vpc},
            {"TagSpecifications",
             {{{"ResourceType", "security-group"}, {"Tags", {{{"Key", "team"}, {"Value", "dba"}}}}}}}});
  const auto count = [&](const Json& filters) {
    return ec2_call("DescribeSecurityGroups", {{"Filters", filters}})["SecurityGroups"].size();
  };
  EXPECT_EQ(count({{{"Name", "vpc-id"}, {"Values", {vpc}}}}), 2u) << "its default group and this one";
  EXPECT_EQ(count({{{"Name", "group-name"}, {"Values", {"w*"}}}}), 1u);
  EXPECT_EQ(count({{{"Name", "group-id"}, {"Values", {"sg-12345678", "sg-00000000"}}}}), 1u);
  EXPECT_EQ(count({{{"Name", "tag:team"}, {"Values", {"dba"}}}}), 1u);
  EXPECT_EQ(count({{{"Name", "tag:team"}, {"Values", {"dba"}}}, {{"Name", "vpc-id"}, {"Values", {"x"}}}}),
            0u);
  EXPECT_EQ(ec2_refusal("DescribeVpcs", {{"Filters", {{{"Name", "colour"}, {"Values", {"red"}}}}}}),
            "InvalidParameterValue");
}

TEST_F(Ec2Network, WhatIsNotThereIsNamedByItsOwnError) {
  EXPECT_EQ(ec2_refusal("DescribeSecurityGroups", {{"GroupIds", {"sg-00000000"}}}), "InvalidGroup.NotFound");
  EXPECT_EQ(ec2_refusal("DescribeSecurityGroups", {{"GroupIds", {"sg-1"}}}), "InvalidGroupId.Malformed");
  EXPECT_EQ(ec2_refusal("DescribeSubnets", {{"SubnetIds", {"subnet-00000000"}}}), "InvalidSubnetID.NotFound");
  EXPECT_EQ(ec2_refusal("DescribeVpcs", {{"VpcIds", {"vpc-00000000"}}}), "InvalidVpcID.NotFound");
  EXPECT_EQ(ec2_refusal("CreateSubnet", {{"VpcId", "vpc-00000000"}, {"CidrBlock", "10.0.1.0/24"}}),
            "InvalidVpcID.NotFound");
  EXPECT_EQ(ec2_refusal("DeleteSecurityGroup", {{"GroupId", "sg-00000000"}}), "InvalidGroup.NotFound");
}

// As in the configuration guide, which makes a VPC and its two subnets with the AWS CLI.
TEST_F(Ec2Network, TheDocumentsExampleNetworkCanBeBuilt) {
  const auto subnet = [&](const char* cidr, const char* zone) {
    return ec2_refusal("CreateSubnet",
                       {{"VpcId", "vpc-12345678"}, {"CidrBlock", cidr}, {"AvailabilityZone", zone}});
  };
  EXPECT_EQ(subnet("10.0.1.0/24", "us-west-2a").substr(0, 8), "answered");
  EXPECT_EQ(subnet("10.0.2.0/24", "us-west-2b").substr(0, 8), "answered");
  EXPECT_EQ(subnet("10.0.2.128/25", "us-west-2b"), "InvalidSubnet.Conflict");
  EXPECT_EQ(subnet("10.9.2.0/24", "us-west-2b"), "InvalidSubnet.Range");
  EXPECT_EQ(subnet("10.0.3.0/24", "us-east-1a"), "InvalidParameterValue") << "a zone of another Region";
  EXPECT_EQ(ec2_refusal("CreateVpc", {{"CidrBlock", "10.0.0.0/8"}}), "InvalidVpc.Range");
}

TEST_F(Ec2Network, DeletionAsksForWhatDependsOnIt) {
  const std::string vpc = new_vpc();
  const std::string subnet = new_subnet(vpc, "10.7.1.0/24", "us-west-2a");
  EXPECT_EQ(ec2_refusal("DeleteVpc", {{"VpcId", vpc}}), "DependencyViolation");
  ec2_call("DeleteSubnet", {{"SubnetId", subnet}});
  EXPECT_EQ(ec2_refusal("DeleteVpc", {{"VpcId", vpc}, {"DryRun", true}}), "DryRunOperation");
  ec2_call("DeleteVpc", {{"VpcId", vpc}});
  EXPECT_EQ(ec2_refusal("DeleteVpc", {{"VpcId", vpc}}), "InvalidVpcID.NotFound");
  EXPECT_EQ(ec2_refusal("DeleteSecurityGroup", {{"GroupId", ec2::default_security_group("us-west-2")}}),
            "CannotDelete");
  EXPECT_EQ(cluster({{"VpcSecurityGroupIds", {"sg-12345678"}}}).substr(0, 8), "answered");
  EXPECT_EQ(ec2_refusal("DeleteSecurityGroup", {{"GroupId", "sg-12345678"}}), "DependencyViolation");
}

TEST_F(Ec2Network, TagsAreSetAndTakenAway) {
  ec2_call("CreateTags", {{"Resources", {"vpc-12345678"}}, {"Tags", {{{"Key", "Name"}, {"Value", "dev"}}}}});
  EXPECT_EQ(ec2_call("DescribeVpcs")["Vpcs"][0]["Tags"][0]["Value"], "dev");
  ec2_call("DeleteTags", {{"Resources", {"vpc-12345678"}}, {"Tags", {{{"Key", "Name"}}}}});
  EXPECT_TRUE(ec2_call("DescribeVpcs")["Vpcs"][0]["Tags"].empty());
}

TEST_F(Ec2Network, SubnetGroupsTakeSubnetsThatExistInOneVpcAndTwoZones) {
  const std::string vpc = new_vpc();
  const std::string a = new_subnet(vpc, "10.7.1.0/24", "us-west-2a");
  const std::string a2 = new_subnet(vpc, "10.7.2.0/24", "us-west-2a");
  const std::string b = new_subnet(vpc, "10.7.3.0/24", "us-west-2b");
  EXPECT_EQ(subnet_group({a, "subnet-00000000"}), "InvalidParameterValue");
  EXPECT_NE(last_message.find("subnet-00000000"), std::string::npos);
  EXPECT_EQ(subnet_group(Json::array()), "InvalidSubnet");
  EXPECT_EQ(subnet_group({a, "subnet-87654321"}), "InvalidSubnet") << "two VPCs";
  EXPECT_EQ(subnet_group({a, a2}), "DBSubnetGroupDoesNotCoverEnoughAZs");
  EXPECT_EQ(subnet_group({a, b}).substr(0, 8), "answered");
  const Json made =
      call("rds", "DescribeDBSubnetGroups", {{"DBSubnetGroupName", "mine"}})["DBSubnetGroups"][0];
  EXPECT_EQ(made["VpcId"], vpc);
  EXPECT_EQ(made["Subnets"][1]["SubnetAvailabilityZone"]["Name"], "us-west-2b");
  EXPECT_EQ(refusal("rds", "ModifyDBSubnetGroup",
                    {{"DBSubnetGroupName", "mine"}, {"SubnetIds", {"subnet-12345678", "subnet-87654321"}}}),
            "InvalidParameterValue")
      << "another VPC";
}

TEST_F(Ec2Network, ClustersTakeGroupsOfTheirOwnVpc) {
  const std::string vpc = new_vpc();
  subnet_group({new_subnet(vpc, "10.7.1.0/24", "us-west-2a"), new_subnet(vpc, "10.7.2.0/24", "us-west-2b")});
  EXPECT_EQ(cluster({{"VpcSecurityGroupIds", {"sg-00000000"}}}), "InvalidParameterValue");
  EXPECT_EQ(last_message, "Invalid security group , groupId= sg-00000000, groupName=.");
  EXPECT_EQ(cluster({{"DBSubnetGroupName", "mine"}, {"VpcSecurityGroupIds", {"sg-12345678"}}}),
            "InvalidParameterCombination");
  EXPECT_NE(last_message.find("in different VPCs"), std::string::npos);
  EXPECT_EQ(cluster({{"DBSubnetGroupName", "mine"}}).substr(0, 8), "answered");
  const Json made = call("rds", "DescribeDBClusters")["DBClusters"][0];
  const Json group = ec2_call("DescribeSecurityGroups",
                              {{"GroupIds", {made["VpcSecurityGroups"][0]["VpcSecurityGroupId"]}}});
  EXPECT_EQ(group["SecurityGroups"][0]["VpcId"], vpc) << "the default group of the cluster's own VPC";
  rds.run_due();
  EXPECT_EQ(refusal("rds", "ModifyDBCluster",
                    {{"DBClusterIdentifier", "source"}, {"VpcSecurityGroupIds", {"sg-12345678"}}}),
            "InvalidParameterCombination");
  EXPECT_EQ(cluster({{"DBClusterIdentifier", "other"},
                     {"DBSubnetGroupName", "default"},
                     {"VpcSecurityGroupIds", {"sg-12345678"}}})
                .substr(0, 8),
            "answered")
      << "the usage guide's examples";
}

}  // namespace
}  // namespace aurora::local
