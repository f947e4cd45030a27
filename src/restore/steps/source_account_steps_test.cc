// Whole steps with a source in another account: what they do there, and what they take back.
#include "restore/testing/source_account_world.h"

namespace aurora::restore {
namespace {

using ::testing::HasSubstr;

class SourceAccountSteps : public testing::SourceAccountWorld {
 protected:
  SourceAccountSteps() {
    our_key = ours->call("kms", "us-west-2", "CreateKey", Json::object())["KeyMetadata"]["Arn"];
    their_key = make_their_key();
    allow_us(their_key);
    make_orders({{"StorageEncrypted", true}, {"KmsKeyId", their_key}});
  }

  Json run(const char* name, Json event = Json::object()) {
    event["operation_id"] = "op-1";
    // Each step is a function of its own, which takes the role itself.
    return runner_on(signed_api).run(*find_step(name), event);
  }
  Json run_until_done(const char* name, const Json& event = Json::object()) {
    return repeated(name, [&] { return run(name, event); });
  }
  void begin(const std::string& snapshot, const Json& more = Json::object()) {
    Json event{{"snapshot_name", snapshot},
               {"source_cluster_id", "orders"},
               {"source_region", "us-east-1"},
               {"source_role_arn", kTheirRole},
               {"kms_key_id", our_key},
               {"target_cluster_id", kTarget},
               {"db_subnet_group_name", "dev-subnet-group"},
               {"vpc_security_group_ids", {"sg-12345678"}}};
    event.update(more);
    run("snapshot_check", event);
    run("copy_snapshot");
  }
  // What is in their account.
  std::vector<std::string> names_there() {
    std::vector<std::string> found;
    const Json answer = theirs->call("rds", "us-east-1", "DescribeDBClusterSnapshots", Json::object());
    for (const Json& each : answer["DBClusterSnapshots"])
      found.push_back(each["DBClusterSnapshotIdentifier"]);
    return found;
  }

  testing::RecordedApi signed_api{*ours, endpoint, in_work, names.region};
  std::string our_key;
  std::string their_key;
};

TEST_F(SourceAccountSteps, ManualSnapshotIsSharedAndCopiedUnderOurKey) {
  begin("nightly");
  EXPECT_TRUE(is_shared("nightly"));
  EXPECT_EQ(run_until_done("check_copy_status")["copy_status"], "available");
  const Json copy = ours->call("rds", "us-west-2", "DescribeDBClusterSnapshots",
                               {{"DBClusterSnapshotIdentifier", "nightly-copy"}})["DBClusterSnapshots"][0];
  EXPECT_EQ(copy["KmsKeyId"], our_key);
  run("handle_failure", {{"cancelled", true}});
  EXPECT_FALSE(is_shared("nightly"));
}

TEST_F(SourceAccountSteps, AutomatedSnapshotIsCopiedThereThenHereAndTheFailureTakesItBack) {
  const std::string automated = rds.take_automated_snapshot(kTheirPlace, "orders");
  work();
  const std::vector<std::string> before = names_there();
  begin(automated, {{"source_kms_key_id", their_key}});
  EXPECT_EQ(names_there().size(), before.size() + 1);
  work();
  EXPECT_EQ(run_until_done("check_copy_status")["copy_status"], "available");
  run_until_done("handle_failure", {{"cancelled", true}});
  work();
  EXPECT_EQ(names_there(), before);
}

TEST_F(SourceAccountSteps, ManifestIsLookedForAtTheSnapshotOfTheOtherAccount) {
  begin("nightly");
  run_until_done("check_copy_status");
  run("delete_rds");
  run("restore_snapshot");
  run_until_done("check_restore_status");
  give("verification_manifest", "auto");
  EXPECT_THAT(error_of([&] { run("verify_restore"); }), HasSubstr("ManifestNotFound"));
}

}  // namespace
}  // namespace aurora::restore
