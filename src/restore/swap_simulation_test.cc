#include "restore/swap.h"
#include "restore/testing/replace_world.h"

namespace aurora::restore {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::ReplaceWorld;

TEST(Swap, OldClusterServesUntilTheNewOneIsVerifiedAndThenNamesAreExchanged) {
  ReplaceWorld world("swap");
  std::string serving_last = world.old_cluster();
  int exchanges = 0;
  for (int look = 2;; ++look) {
    ReplaceWorld cut("swap");
    try {
      cut.run("op-1", look);
      break;
    } catch (const ReplaceWorld::Cancelled&) {
      const Json state = cut.operation("op-1")["state"];
      const std::string serving = cut.serving();
      if (!bool_or(state, "verified", false)) {
        EXPECT_EQ(serving, cut.old_cluster()) << "before look " << look;
      } else if (bool_or(state, "exchanged", false)) {
        EXPECT_NE(serving, cut.old_cluster());
        EXPECT_FALSE(serving.empty());
        ++exchanges;
      }
    }
  }
  EXPECT_GT(exchanges, 0);
  world.run("op-1");
  EXPECT_THAT(world.clusters(), ElementsAre(ReplaceWorld::kTarget));
  EXPECT_NE(world.serving(), world.old_cluster());
  EXPECT_THAT(world.members(ReplaceWorld::kTarget), ElementsAre("dev-target-cluster-instance-1"));
  const Json operation = world.operation("op-1");
  EXPECT_EQ(operation["restore_details"]["target_cluster_id"], ReplaceWorld::kTarget);
  EXPECT_EQ(operation["restore_details"]["cluster_endpoint"],
            world.cluster(ReplaceWorld::kTarget)["Endpoint"]);
  EXPECT_EQ(operation["restore_details"]["instances"], Json({"dev-target-cluster-instance-1"}));
  EXPECT_EQ(operation["cleanup_results"]["retired_cluster_deleted"], true);
}

TEST(Swap, FinalSnapshotOfTheOldClusterIsKept) {
  ReplaceWorld world("swap", {{"final_snapshot", true}});
  world.run("op-1");
  const std::string name = world.operation("op-1")["cleanup_results"]["final_snapshot"];
  EXPECT_THAT(world.snapshots(), ElementsAre(name));
  EXPECT_THAT(name, HasSubstr("dev-target-cluster-final-"));
}

TEST(Swap, ClusterProtectedMeanwhileKeepsItsName) {
  ReplaceWorld world("swap");
  bool protected_now = false;
  for (int look = 2; !protected_now; ++look) {
    try {
      world.run("op-" + std::to_string(look), look);
      FAIL() << "ended before the new cluster was there";
    } catch (const ReplaceWorld::Cancelled&) {
      const std::string id = "op-" + std::to_string(look);
      if (!bool_or(world.operation(id)["state"], "master_password_applied", false)) {
        world.undo(id, {{"cancelled", true}});
        world.work();
        continue;
      }
      world.api.call("rds", "us-west-2", "ModifyDBCluster",
                     {{"DBClusterIdentifier", ReplaceWorld::kTarget}, {"DeletionProtection", true}});
      world.work();
      protected_now = true;
      const Step verify{"verify_restore", "", testing::passing_verification};
      try {
        world.faulty_runner.run(verify, {{"operation_id", id}});
        FAIL() << "renamed a protected cluster";
      } catch (const Error& e) {
        EXPECT_EQ(e.name(), "TargetProtected");
      }
      world.undo(id, {{"error", {{"Error", "TargetProtected"}, {"Cause", "it is"}}}});
      EXPECT_EQ(world.serving(), world.old_cluster());
    }
  }
}

TEST(Swap, WithoutAnOldClusterRestoresUnderTheTargetsName) {
  ReplaceWorld world("swap", {{"target_cluster_id", "brand-new"}});
  world.run("op-1");
  EXPECT_THAT(world.clusters(), ElementsAre("brand-new", ReplaceWorld::kTarget));
  EXPECT_TRUE(bool_or(world.operation("op-1")["state"], "exchanged", false));
}

TEST(DeletionProtection, IsPutOnWhenTheClusterIsVerifiedAndNotBefore) {
  ReplaceWorld world("retire", {{"deletion_protection", true}});
  world.run("op-1");
  EXPECT_EQ(world.cluster(ReplaceWorld::kTarget)["DeletionProtection"], true);
  EXPECT_EQ(world.faulty.inputs_of("RestoreDBClusterFromSnapshot").at(0)["DeletionProtection"], false);
}

}  // namespace
}  // namespace aurora::restore
