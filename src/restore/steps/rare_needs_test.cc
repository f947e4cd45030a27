// Steps that need a key, or a look, which most restores do without.
#include "restore/testing/faulty_api.h"
#include "restore/testing/step_world.h"

namespace aurora::restore {
namespace {

using ::testing::HasSubstr;

class RareNeeds : public testing::StepWorld {
 protected:
  RareNeeds() {
    source_key = make_key("us-east-1");
    target_key = make_key("us-west-2");
    make_cluster("us-east-1", "sealed", {{"StorageEncrypted", true}, {"KmsKeyId", source_key}});
    api.call("rds", "us-east-1", "CreateDBClusterSnapshot",
             {{"DBClusterSnapshotIdentifier", "sealed-1"},
              {"DBClusterIdentifier", "sealed"},
              {"Tags", {{{"Key", "team"}, {"Value", "orders"}}}}});
    work();
  }

  std::string make_key(const std::string& region) {
    return api.call("kms", region, "CreateKey", Json::object())["KeyMetadata"]["Arn"];
  }
  Json run(const char* name) { return faulty_runner.run(*find_step(name), {{"operation_id", "op-1"}}); }
  Json run_until_done(const char* name) {
    return repeated(name, [&] { return run(name); });
  }
  // Up to a restored cluster, with what `more` asks for.
  void begin(Json more = Json::object()) {
    more["kms_key_id"] = target_key;
    more["snapshot_name"] = "sealed-1";
    check(more);
    run("copy_snapshot");
    run_until_done("check_copy_status");
    run("delete_rds");
  }

  std::string source_key;
  std::string target_key;
  testing::FaultyApi faulty{recorded};
  StepRunner faulty_runner = runner_on(faulty);
};

TEST_F(RareNeeds, EncryptedCopyThatWaitedForASlotIsMadeByTheNextStep) {
  check({{"snapshot_name", "sealed-1"}, {"kms_key_id", target_key}});
  faulty.refuse(
      "CopyDBClusterSnapshot",
      aws::ServiceError("SnapshotQuotaExceeded", "Cannot copy more than 5 snapshots across regions"));
  EXPECT_THAT(std::string(run("copy_snapshot")["message"]), HasSubstr("copy slots"));
  faulty.refuse("", std::nullopt);
  EXPECT_EQ(run_until_done("check_copy_status")["copy_status"], "available");
  const Json copy = api.call("rds", "us-west-2", "DescribeDBClusterSnapshots",
                             {{"DBClusterSnapshotIdentifier", "sealed-1-copy"}})["DBClusterSnapshots"][0];
  EXPECT_EQ(copy["KmsKeyId"], target_key);
  EXPECT_EQ(faulty.inputs_of("CopyDBClusterSnapshot").size(), 2u);
}

TEST_F(RareNeeds, CopyUnderAnotherKeyThanWasAskedForIsRefused) {
  api.call("kms", "us-west-2", "CreateAlias", {{"AliasName", "alias/ours"}, {"TargetKeyId", target_key}});
  check({{"snapshot_name", "sealed-1"}, {"kms_key_id", "alias/ours"}});
  run("copy_snapshot");
  work();
  faulty.show("DBClusterSnapshots", "KmsKeyId", source_key, [](const Json&) { return true; });
  EXPECT_THAT(error_of([&] { run("check_copy_status"); }), HasSubstr("CopyKeyMismatch"));
}

TEST_F(RareNeeds, SecretOfAManagedMasterPasswordIsUnderTheKeyThatWasGiven) {
  const std::string secret_key = make_key("us-west-2");
  begin({{"manage_master_user_password", true}, {"master_user_secret_kms_key_id", secret_key}});
  run("restore_snapshot");
  run_until_done("check_restore_status");
  EXPECT_EQ(cluster(kTarget)["MasterUserSecret"]["KmsKeyId"], secret_key);
}

TEST_F(RareNeeds, ParametersThatWantARestartGetOne) {
  begin();
  run("restore_snapshot");
  faulty.show("DBInstances", "DBParameterGroups",
              Json::array({{{"DBParameterGroupName", "team"}, {"ParameterApplyStatus", "pending-reboot"}}}),
              [this](const Json&) { return faulty.inputs_of("RebootDBInstance").empty(); });
  run_until_done("check_restore_status");
  ASSERT_EQ(faulty.inputs_of("RebootDBInstance").size(), 1u);
  EXPECT_EQ(faulty.inputs_of("RebootDBInstance")[0]["DBInstanceIdentifier"],
            std::string(kTarget) + "-instance-1");
}

TEST_F(RareNeeds, OperationOfAReleaseThatKeptNoTagsTakesThemFromTheCopy) {
  begin();
  Operation operation = *operations.load("op-1");
  operation.state().erase("source_tags");
  operations.save(operation, clock.now());
  EXPECT_EQ(run("restore_snapshot")["message"], "Cluster restore initiated");
  ASSERT_EQ(faulty.inputs_of("RestoreDBClusterFromSnapshot").size(), 1u);
  EXPECT_THAT(dump_json(faulty.inputs_of("RestoreDBClusterFromSnapshot")[0]["Tags"]), HasSubstr("orders"));
}

TEST_F(RareNeeds, ManifestThatWentMeanwhileIsSaidToBeMissing) {
  begin();
  run("restore_snapshot");
  run_until_done("check_restore_status");
  give("verification_manifest", "auto");
  EXPECT_THAT(error_of([&] { run("verify_restore"); }), HasSubstr("ManifestNotFound"));
}

}  // namespace
}  // namespace aurora::restore
