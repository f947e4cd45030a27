// The steps one after the other, and again, and in disorder.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "restore/testing/step_world.h"

namespace aurora::restore {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class Steps : public testing::StepWorld {};

TEST_F(Steps, AnswersAreTheGuides) {
  Json answer = check();
  EXPECT_EQ(answer["status"], "success");
  EXPECT_EQ(answer["message"], "Snapshot exists");
  EXPECT_EQ(answer["snapshot_exists"], true);
  EXPECT_EQ(answer["snapshot_name"], kSnapshot);
  EXPECT_EQ(answer["next_step"], "copy_snapshot");

  answer = step("copy_snapshot");
  EXPECT_EQ(answer["message"], "Snapshot copy initiated");
  EXPECT_EQ(answer["source_snapshot"], kSnapshot);
  EXPECT_EQ(answer["target_snapshot"], std::string(kSnapshot) + "-copy");
  EXPECT_EQ(answer["next_step"], "check_copy_status");

  answer = step("check_copy_status");
  EXPECT_EQ(answer["copy_status"], "in-progress");
  EXPECT_EQ(answer["next_step"], "check_copy_status");
  EXPECT_EQ(answer["retry_after"], 2);  // a small snapshot, of which nothing is known yet
  work();
  answer = step("check_copy_status");
  EXPECT_EQ(answer["copy_status"], "available");
  EXPECT_EQ(answer["next_step"], "delete_rds");

  answer = step("delete_rds");
  EXPECT_EQ(answer["message"], "Cluster does not exist, proceeding to restore");
  EXPECT_EQ(answer["deletion_status"], "completed");
  EXPECT_EQ(answer["next_step"], "restore_snapshot");

  answer = step("restore_snapshot");
  EXPECT_EQ(answer["message"], "Cluster restore initiated");
  EXPECT_EQ(answer["target_cluster_id"], kTarget);

  answer = step("check_restore_status");
  EXPECT_EQ(answer["cluster_status"], "creating");
  work();
  answer = until_done("check_restore_status");
  EXPECT_EQ(answer["message"], "Cluster restore completed");
  EXPECT_EQ(answer["cluster_status"], "available");
  EXPECT_EQ(answer["next_step"], "setup_db_users");
}

TEST_F(Steps, EachMayBeRunTwiceAndLeavesOneOfEverything) {
  check();
  check();
  step("copy_snapshot");
  step("copy_snapshot");
  work();
  until_done("check_copy_status");
  step("delete_rds");
  step("restore_snapshot");
  step("restore_snapshot");
  work();
  until_done("check_restore_status");
  until_done("check_restore_status");
  EXPECT_THAT(clusters(), ElementsAre(kTarget));
  EXPECT_THAT(snapshots(), ElementsAre(std::string(kSnapshot) + "-copy"));
  EXPECT_EQ(cluster(kTarget)["DBClusterMembers"].size(), 1u);
}

TEST_F(Steps, DeleteRdsAfterTheRestoreKeepsTheNewCluster) {
  restore();
  EXPECT_THAT(step("delete_rds")["message"], "Cluster is this operation's own, nothing to delete");
  EXPECT_THAT(clusters(), ElementsAre(kTarget));
}

TEST_F(Steps, OldClusterOfOursIsRetiredAndDroppedOnlyByCleanup) {
  restore({{"operation_id", "op-1"}});
  mark_verified();
  step("notify_completion");
  step("cleanup");
  const std::string old = cluster(kTarget)["DbClusterResourceId"];

  restore();  // the same operation id, begun again
  EXPECT_NE(cluster(kTarget)["DbClusterResourceId"], old);
  EXPECT_EQ(clusters().size(), 2u);
  EXPECT_THAT(error_of([&] { step("cleanup"); }), HasSubstr("StepOutOfOrder"));
  EXPECT_EQ(clusters().size(), 2u);
  mark_verified();
  const Json answer = step("cleanup");
  work();
  EXPECT_EQ(answer["cleanup_results"]["retired_cluster_deleted"], true);
  EXPECT_EQ(answer["cleanup_results"]["snapshot_deleted"], true);
  EXPECT_THAT(clusters(), ElementsAre(kTarget));
  EXPECT_THAT(snapshots(), IsEmpty());
}

TEST_F(Steps, ClusterOfSomebodyElseIsRefusedBeforeAnythingIsCopied) {
  make_cluster("us-west-2", kTarget);
  EXPECT_THAT(error_of([&] { check(); }), AllOf(HasSubstr("TargetExists"), HasSubstr("not touched")));
  EXPECT_THAT(snapshots(), IsEmpty());
  EXPECT_FALSE(operations.load("op-1"));
  EXPECT_EQ(check({{"delete_cluster_if_exists", true}})["status"], "success");
}

TEST_F(Steps, ProtectedClusterIsNeverTouched) {
  make_cluster("us-west-2", kTarget, {{"DeletionProtection", true}});
  EXPECT_THAT(error_of([&] { check({{"delete_cluster_if_exists", true}}); }), HasSubstr("TargetProtected"));
}

TEST_F(Steps, ProtectionSetMeanwhileStopsBeforeInstancesGo) {
  make_cluster("us-west-2", kTarget);
  check({{"delete_cluster_if_exists", true}, {"replace_strategy", "delete"}});
  api.call("rds", "us-west-2", "ModifyDBCluster",
           {{"DBClusterIdentifier", kTarget}, {"DeletionProtection", true}});
  work();
  EXPECT_THAT(error_of([&] { step("delete_rds"); }), HasSubstr("TargetProtected"));
  EXPECT_EQ(cluster(kTarget)["DBClusterMembers"].size(), 1u);
}

TEST_F(Steps, DeleteStrategyDeletesFirst) {
  make_cluster("us-west-2", kTarget);
  restore({{"delete_cluster_if_exists", true}, {"replace_strategy", "delete"}});
  EXPECT_THAT(clusters(), ElementsAre(kTarget));
}

TEST_F(Steps, FailureGivesTheOldClusterItsNameBack) {
  make_cluster("us-west-2", kTarget);
  const std::string old = cluster(kTarget)["DbClusterResourceId"];
  restore({{"delete_cluster_if_exists", true}});
  EXPECT_NE(cluster(kTarget)["DbClusterResourceId"], old);

  const Json answer = until_done(
      "handle_failure", {{"error",
                          {{"Error", "VerificationFailed"},
                           {"Cause", R"({"errorType":"VerificationFailed","errorMessage":"no rows"})"}}}});
  EXPECT_EQ(answer["rollback_status"], "completed");
  EXPECT_EQ(cluster(kTarget)["DbClusterResourceId"], old);
  EXPECT_EQ(cluster(kTarget)["DBClusterMembers"][0]["DBInstanceIdentifier"],
            std::string(kTarget) + "-instance-1");
  work();
  EXPECT_THAT(clusters(), ElementsAre(kTarget));
  EXPECT_THAT(snapshots(), IsEmpty());
  const Operation operation = *operations.load("op-1");
  EXPECT_EQ(operation.status(), kFailed);
  EXPECT_EQ(operation.get("error")["message"], "no rows");
}

TEST_F(Steps, FailureWithoutAnOldClusterLeavesNothing) {
  restore();
  const Json answer = until_done("handle_failure", {{"cancelled", true}});
  work();
  EXPECT_THAT(clusters(), IsEmpty());
  EXPECT_THAT(snapshots(), IsEmpty());
  EXPECT_EQ(answer["operation_status"], kCancelled);
}

TEST_F(Steps, FailureWhileTheClusterIsMadeWaitsUntilItMayGo) {
  check();
  step("copy_snapshot");
  work();
  until_done("check_copy_status");
  step("delete_rds");
  step("restore_snapshot");
  EXPECT_EQ(step("handle_failure", {{"cancelled", true}})["rollback_status"], "in-progress");
  EXPECT_EQ(until_done("handle_failure", {{"cancelled", true}})["operation_status"], kCancelled);
  work();
  EXPECT_THAT(clusters(), IsEmpty());
  EXPECT_THAT(snapshots(), IsEmpty());
}

TEST_F(Steps, FailureAfterVerificationKeepsTheNewCluster) {
  restore();
  mark_verified();
  step("handle_failure", {{"error", {{"Error", "AwsUnreachable"}, {"Cause", "sns"}}}});
  EXPECT_THAT(clusters(), ElementsAre(kTarget));
}

TEST_F(Steps, FailureOfTheFirstStepIsRecorded) {
  const Json answer =
      step("handle_failure",
           {{"operation_id", "early"}, {"error", {{"Error", "InvalidInput"}, {"Cause", "port is 1"}}}});
  EXPECT_EQ(answer["rollback_status"], "completed");
  EXPECT_EQ(operations.load("early")->status(), kFailed);
}

TEST_F(Steps, CopyOfAnOlderSnapshotOfTheSameNameIsNotAdopted) {
  check();
  step("copy_snapshot");
  work();
  api.call("rds", "us-east-1", "DeleteDBClusterSnapshot", {{"DBClusterSnapshotIdentifier", kSnapshot}});
  work();
  clock.advance(std::chrono::hours(1));
  api.call("rds", "us-east-1", "CreateDBClusterSnapshot",
           {{"DBClusterSnapshotIdentifier", kSnapshot}, {"DBClusterIdentifier", "dev-source-cluster"}});
  work();
  check();
  EXPECT_THAT(std::string(step("copy_snapshot")["target_snapshot"]), HasSubstr("-copy-"));
}

TEST_F(Steps, SnapshotInTheTargetRegionNeedsNoCopy) {
  make_cluster("us-west-2", "near");
  api.call("rds", "us-west-2", "CreateDBClusterSnapshot",
           {{"DBClusterSnapshotIdentifier", "near-1"}, {"DBClusterIdentifier", "near"}});
  work();
  check({{"snapshot_name", "near-1"}, {"source_region", "us-west-2"}});
  EXPECT_EQ(step("copy_snapshot")["message"], "Snapshot copy not needed");
  EXPECT_EQ(step("check_copy_status")["copy_status"], "available");
  EXPECT_THAT(snapshots(), ElementsAre("near-1"));
}

TEST_F(Steps, EncryptedSnapshotNeedsAKeyOfTheTargetRegion) {
  make_cluster("us-east-1", "sealed", {{"StorageEncrypted", true}});
  api.call("rds", "us-east-1", "CreateDBClusterSnapshot",
           {{"DBClusterSnapshotIdentifier", "sealed-1"}, {"DBClusterIdentifier", "sealed"}});
  work();
  EXPECT_THAT(error_of([&] { check({{"snapshot_name", "sealed-1"}}); }), HasSubstr("KmsKeyRequired"));
}

TEST_F(Steps, PreflightNamesEverythingAtOnce) {
  make_cluster("us-west-2", kTarget, {{"DeletionProtection", true}});
  const std::string error = error_of([&] {
    check({{"db_subnet_group_name", "nowhere"},
           {"engine", "aurora-mysql"},
           {"master_credentials_secret_id", "none"}});
  });
  for (const char* name : {"EngineMismatch", "TargetProtected", "SubnetGroupNotFound", "SecretNotFound"})
    EXPECT_THAT(error, HasSubstr(name));
}

TEST_F(Steps, PasswordIsNowhere) {
  restore();
  std::string places = dump_json(operations.load("op-1")->item());
  for (const std::string& line : log_lines) places += line;
  AuditTrail audit(aws::DynamoDb(api, "us-west-2"), names.audit_table(), clock);
  places += dump_json(Json(audit.events("op-1")));
  EXPECT_THAT(places, Not(HasSubstr("canary-Passw0rd")));
}

TEST_F(Steps, PasswordInTheInputIsRefused) {
  EXPECT_THAT(error_of([&] {
                check({{"db_users", {{{"username", "a"}, {"password", "canary"}}}}});
              }),
              AllOf(HasSubstr("InvalidInput"), HasSubstr("password_secret_id"), Not(HasSubstr("canary"))));
}

TEST_F(Steps, LaterStepWithoutAnOperationSaysSo) {
  EXPECT_THAT(error_of([&] {
                step("copy_snapshot", {{"operation_id", "nobody"}});
              }),
              HasSubstr("OperationNotFound"));
}

TEST_F(Steps, MalformedParameterIsNamedWithItsPosition) {
  api.call("ssm", "us-west-2", "PutParameter",
           {{"Name", names.config_parameter()}, {"Type", "String"}, {"Value", R"({"source_region":})"}});
  EXPECT_THAT(error_of([&] { check(); }), AllOf(HasSubstr("InvalidConfiguration"),
                                                HasSubstr(names.config_parameter()), HasSubstr("column 18")));
}

TEST_F(Steps, WriterOfTheStateMeanwhileIsNotOverwritten) {
  check();
  Operation mine = *operations.load("op-1");
  Operation theirs = *operations.load("op-1");
  operations.save(theirs, clock.now());
  EXPECT_THAT(error_of([&] { operations.save(mine, clock.now()); }), HasSubstr("StateConflict"));
}

}  // namespace
}  // namespace aurora::restore
