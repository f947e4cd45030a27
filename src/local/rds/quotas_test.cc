#include "local/rds/quotas.h"

#include "local/testing/simulated_rds.h"

namespace aurora::local {
namespace {

class Quotas : public testing::SimulatedRds {
 protected:
  // {used, max} of one quota.
  std::pair<int, int> quota(const std::string& name) {
    const Json answer = rds->call("DescribeAccountAttributes");
    for (const Json& quota : answer["AccountQuotas"])
      if (quota["AccountQuotaName"] == name) return {quota["Used"].get<int>(), quota["Max"].get<int>()};
    return {-1, -1};
  }
};

using Count = std::pair<int, int>;

TEST_F(Quotas, CountWhatTheAccountHasInTheRegion) {
  EXPECT_EQ(quota("DBClusters"), Count(0, 40));
  EXPECT_EQ(quota("DBSubnetGroups"), Count(0, 50)) << "the default group is nobody's";
  make_cluster("source");
  make_snapshot(*rds, "nightly", "source");
  service->take_automated_snapshot("us-west-2", "source");
  run();
  east->create_cluster("elsewhere");
  EXPECT_EQ(quota("DBClusters"), Count(1, 40));
  EXPECT_EQ(quota("DBInstances"), Count(1, 40));
  EXPECT_EQ(quota("ManualClusterSnapshots"), Count(1, 100)) << "automated snapshots do not count";
  EXPECT_EQ(quota("DBClusterParameterGroups"), Count(0, 50));
  rds->call("CreateDBClusterParameterGroup", {{"DBClusterParameterGroupName", "mine"},
                                              {"DBParameterGroupFamily", "aurora-postgresql15"},
                                              {"Description", "test"}});
  EXPECT_EQ(quota("DBClusterParameterGroups"), Count(1, 50));
  EXPECT_EQ(quota("SubnetsPerDBSubnetGroup"), Count(3, 20));
}

TEST_F(Quotas, FiftyGroupsOfEachKindAndNoMore) {
  const auto subnet_group = [&](int i) {
    return rds->refusal("CreateDBSubnetGroup", {{"DBSubnetGroupName", fmt::format("g{}", i)},
                                                {"DBSubnetGroupDescription", "test"},
                                                {"SubnetIds", {"subnet-1", "subnet-2"}}});
  };
  const auto parameter_group = [&](int i) {
    return rds->refusal("CreateDBClusterParameterGroup",
                        {{"DBClusterParameterGroupName", fmt::format("g{}", i)},
                         {"DBParameterGroupFamily", "aurora-postgresql15"},
                         {"Description", "test"}});
  };
  rds->call("DescribeDBClusterParameterGroups");  // brings the default groups into being, which do not count
  for (int i = 0; i < 50; ++i) {
    EXPECT_EQ(subnet_group(i).substr(0, 8), "answered");
    EXPECT_EQ(parameter_group(i).substr(0, 8), "answered");
  }
  EXPECT_EQ(subnet_group(50), "DBSubnetGroupQuotaExceeded");
  EXPECT_EQ(parameter_group(50), "DBParameterGroupQuotaExceeded");
  EXPECT_EQ(
      rds->refusal("CopyDBClusterParameterGroup", {{"SourceDBClusterParameterGroupIdentifier", "g1"},
                                                   {"TargetDBClusterParameterGroupIdentifier", "g51"},
                                                   {"TargetDBClusterParameterGroupDescription", "test"}}),
      "DBParameterGroupQuotaExceeded");
}

}  // namespace
}  // namespace aurora::local
