#include "restore/copy.h"

#include "restore/testing/replace_world.h"

namespace aurora::restore {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::ReplaceWorld;
using ::testing::StartsWith;

Error error_of_run(ReplaceWorld& world) {
  try {
    world.run("op-1");
  } catch (const Error& e) {
    return e;
  }
  return Error("none", "the restore went through");
}

// An encrypted snapshot in the source Region, and a key of the target Region under an alias.
std::string make_sealed(ReplaceWorld& world) {
  world.make_cluster("us-east-1", "sealed", {{"StorageEncrypted", true}});
  world.api.call("rds", "us-east-1", "CreateDBClusterSnapshot",
                 {{"DBClusterSnapshotIdentifier", "sealed-1"}, {"DBClusterIdentifier", "sealed"}});
  world.work();
  const Json key = world.api.call("kms", "us-west-2", "CreateKey", Json::object());
  world.api.call("kms", "us-west-2", "CreateAlias",
                 {{"AliasName", "alias/restores"}, {"TargetKeyId", key["KeyMetadata"]["KeyId"]}});
  world.set("snapshot_name", "sealed-1");
  return key["KeyMetadata"]["Arn"];
}

TEST(Copy, KeyGivenByItsAliasIsTheOneThatTheClusterHas) {
  ReplaceWorld world("retire");
  const std::string key = make_sealed(world);
  world.set("kms_key_id", "alias/restores");
  world.run("op-1");
  EXPECT_EQ(world.cluster(ReplaceWorld::kTarget)["KmsKeyId"], key);
  EXPECT_FALSE(world.faulty.inputs_of("RestoreDBClusterFromSnapshot").at(0).contains("KmsKeyId"));
}

TEST(Copy, OneUnderAnotherKeyThanAskedForIsNotRestored) {
  ReplaceWorld world("retire");
  make_sealed(world);
  world.set("kms_key_id", "alias/restores");
  world.faulty.show("DBClusterSnapshots", "KmsKeyId", "arn:aws:kms:us-west-2:123456789012:key/other",
                    [](const Json& element) { return !member_or_null(element, "TagList").empty(); });
  const Error error = error_of_run(world);
  EXPECT_EQ(error.name(), "CopyKeyMismatch");
  EXPECT_THAT(error.message(), HasSubstr("key/other instead of alias/restores"));
  EXPECT_EQ(world.serving(), world.old_cluster());
}

TEST(Copy, SaysThatItsSourceWasDeletedMeanwhile) {
  ReplaceWorld world("retire");
  EXPECT_THROW(world.run("op-1", 3), ReplaceWorld::Cancelled);
  world.work();
  world.api.call("rds", "us-east-1", "DeleteDBClusterSnapshot",
                 {{"DBClusterSnapshotIdentifier", "dev-source-cluster-snapshot-2026-11-21"}});
  world.work();
  world.faulty.show("DBClusterSnapshots", "Status", "failed", [](const Json&) { return true; });
  try {
    world.faulty_runner.run(*find_step("check_copy_status"), {{"operation_id", "op-1"}});
    FAIL() << "accepted";
  } catch (const Error& e) {
    EXPECT_EQ(e.name(), "CopyFailed");
    EXPECT_THAT(e.message(), HasSubstr("was deleted meanwhile"));
  }
}

TEST(Copy, OfAnAutomatedSnapshotHasALegalName) {
  ReplaceWorld world("retire");
  world.set("snapshot_name", world.take_automated_snapshot("us-east-1", "dev-source-cluster"));
  world.run("op-1");
  const Json copy = world.faulty.inputs_of("CopyDBClusterSnapshot").at(0);
  EXPECT_THAT(std::string(copy["TargetDBClusterSnapshotIdentifier"]),
              StartsWith("dev-source-cluster-2026-11-21"));
  EXPECT_THAT(std::string(copy["SourceDBClusterSnapshotIdentifier"]), HasSubstr(":cluster-snapshot:rds:"));
  EXPECT_THAT(world.clusters(), ElementsAre(ReplaceWorld::kTarget));
}

TEST(Copy, OneOfUnknownStatusIsWaitedFor) {
  ReplaceWorld world("retire");
  world.faulty.show("DBClusterSnapshots", "Status", "pending",
                    [](const Json& element) { return !member_or_null(element, "TagList").empty(); });
  try {
    world.run("op-1");
    FAIL() << "went on";
  } catch (const ReplaceWorld::StillWaiting& waiting) {
    EXPECT_EQ(waiting.message, "Snapshot copy in progress");
  }
}

}  // namespace
}  // namespace aurora::restore
