#include "restore/orphans.h"

#include "restore/prices.h"
#include "restore/testing/step_world.h"

namespace aurora::restore {
namespace {

using ::testing::HasSubstr;

class Orphans : public testing::StepWorld {
 protected:
  std::vector<Orphan> find() {
    std::vector<Json> items;
    for (const char* id : {"op-1", "op-2"})
      if (auto operation = operations.load(id)) items.push_back(operation->item());
    return find_orphans(api, {"us-west-2"}, items);
  }
  std::vector<std::string> names() {
    std::vector<std::string> found;
    for (const Orphan& orphan : find()) found.push_back(orphan.identifier);
    return found;
  }
  void end(const char* id, const char* status) {
    Operation operation = *operations.load(id);
    operation.finish(status, clock.now(), std::chrono::days(1));
    operations.save(operation, clock.now());
  }
};

TEST_F(Orphans, AreNotWhatARunningOperationWorksWith) {
  restore();
  EXPECT_TRUE(find().empty());
}

TEST_F(Orphans, AreNotTheTargetOfACompletedRestore) {
  restore();
  end("op-1", kCompleted);
  EXPECT_EQ(names(), (std::vector<std::string>{operations.load("op-1")->known("target_snapshot")}));
}

TEST_F(Orphans, AreTheClusterAndCopyOfAFailedRestoreAndCanBeRemoved) {
  restore();
  end("op-1", kFailed);
  std::vector<Orphan> found = find();
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].identifier, kTarget);
  EXPECT_EQ(found[0].operation_id, "op-1");
  EXPECT_THAT(found[0].reason, HasSubstr("FAILED"));
  EXPECT_GT(found[0].monthly_cost.value_or(0), 0.29 * kHoursPerMonth);
  const Json copy = api.call("rds", "us-west-2", "DescribeDBClusterSnapshots",
                             {{"DBClusterSnapshotIdentifier", found[1].identifier}})["DBClusterSnapshots"][0];
  EXPECT_NEAR(found[1].monthly_cost.value_or(0), copy["AllocatedStorage"].get<int>() * kSnapshotGibMonth,
              0.0001);
  for (const Orphan& orphan : found)
    for (int look = 0; look < 10 && !remove_orphan(api, orphan); ++look) work();
  work();
  EXPECT_TRUE(clusters().empty());
  EXPECT_TRUE(find().empty());
}

TEST_F(Orphans, AClusterWhoseRecordIsGoneIsListedAndKept) {
  restore();
  operations.remove("op-1");
  const Orphan cluster = find().at(0);
  EXPECT_EQ(cluster.identifier, kTarget);
  EXPECT_THAT(cluster.kept_because, HasSubstr("without a record"));
  EXPECT_THROW(remove_orphan(api, cluster), Error);
  EXPECT_THAT(clusters(), ::testing::ElementsAre(kTarget));
}

TEST_F(Orphans, ACopyThatWasToStayIsNone) {
  restore({{"delete_copied_snapshot", false}});
  end("op-1", kCompleted);
  EXPECT_TRUE(find().empty());
}

TEST_F(Orphans, AProtectedClusterIsListedAndKept) {
  restore();
  end("op-1", kFailed);
  api.call("rds", "us-west-2", "ModifyDBCluster",
           {{"DBClusterIdentifier", kTarget}, {"DeletionProtection", true}, {"ApplyImmediately", true}});
  work();
  const Orphan cluster = find().at(0);
  EXPECT_THAT(cluster.kept_because, HasSubstr("protection"));
  EXPECT_THROW(remove_orphan(api, cluster), Error);
  EXPECT_EQ(clusters().size(), 1U);
}

TEST_F(Orphans, TheOldClusterOfARestoreThatDidNotCompleteIsKept) {
  make_cluster("us-west-2", kTarget);
  restore({{"delete_cluster_if_exists", true}});
  end("op-1", kFailed);
  const std::string retired = operations.load("op-1")->known("retired_cluster_id");
  for (const Orphan& orphan : find()) {
    if (orphan.identifier == retired) {
      EXPECT_THAT(orphan.kept_because, HasSubstr("old cluster"));
    }
  }
  end("op-1", kCompleted);
  bool is_listed = false;
  for (const Orphan& orphan : find())
    if (orphan.identifier == retired) is_listed = orphan.kept_because.empty();
  EXPECT_TRUE(is_listed) << "after a completed restore nobody needs it any more";
}

TEST(Prices, GrowWithTheSizeAndAreNotGuessed) {
  EXPECT_DOUBLE_EQ(*instance_hour("db.r5.large"), 0.29);
  EXPECT_DOUBLE_EQ(*instance_hour("db.r5.4xlarge"), 0.29 * 8);
  EXPECT_FALSE(instance_hour("db.z9.large"));
  EXPECT_FALSE(instance_hour("db.serverless"));
}

}  // namespace
}  // namespace aurora::restore
