// Whole steps with a source in another account: what they do there, and what they take back.
#include "aws/credentials.h"
#include "http/in_process_transport.h"
#include "local/sts.h"
#include "restore/testing/step_world.h"

namespace aurora::restore {
namespace {

using ::testing::HasSubstr;

constexpr char kTheirRole[] = "arn:aws:iam::210987654321:role/backup-reader";
constexpr char kTheirPlace[] = "210987654321/us-east-1";

class SourceAccountSteps : public testing::StepWorld {
 protected:
  SourceAccountSteps() {
    endpoint.add("sts", sts);
    our_key = ours->call("kms", "us-west-2", "CreateKey", Json::object())["KeyMetadata"]["Arn"];
    their_key = theirs->call("kms", "us-east-1", "CreateKey", Json::object())["KeyMetadata"]["Arn"];
    theirs->call("kms", "us-east-1", "PutKeyPolicy",
                 {{"KeyId", their_key},
                  {"PolicyName", "default"},
                  {"Policy", R"({"Statement":[{"Effect":"Allow","Principal":{"AWS":)"
                             R"(["arn:aws:iam::210987654321:root","arn:aws:iam::123456789012:root"]},)"
                             R"("Action":"kms:*","Resource":"*"}]})"}});
    theirs->call("rds", "us-east-1", "CreateDBCluster",
                 {{"DBClusterIdentifier", "orders"},
                  {"Engine", "aurora-postgresql"},
                  {"MasterUsername", "dbmaster"},
                  {"MasterUserPassword", "old-password-1"},
                  {"StorageEncrypted", true},
                  {"KmsKeyId", their_key}});
    work();
    theirs->call("rds", "us-east-1", "CreateDBClusterSnapshot",
                 {{"DBClusterSnapshotIdentifier", "nightly"}, {"DBClusterIdentifier", "orders"}});
    work();
  }

  std::unique_ptr<aws::Client> client(const char* id, const char* secret) {
    aws::ClientConfig config;
    config.endpoint_url = "http://127.0.0.1:4566";
    config.retry.attempts_max = 1;
    aws::Credentials credentials;
    credentials.access_key_id = id;
    credentials.secret_access_key = Secret(secret);
    return std::make_unique<aws::Client>(config, transport, clock, Log::none(),
                                         std::make_shared<aws::StaticCredentials>(credentials));
  }

  Json run(const char* name, Json event = Json::object()) {
    event["operation_id"] = "op-1";
    // Each step is a function of its own, which takes the role itself.
    StepRunner function({.api = signed_api,
                         .databases = databases,
                         .clock = clock,
                         .log = log,
                         .environment = [](const std::string&) { return std::nullopt; },
                         .names = names,
                         .work_in_log = &in_work});
    return function.run(*find_step(name), event);
  }
  Json run_until_done(const char* name, const Json& event = Json::object()) {
    for (int look = 0; look < 20; ++look) {
      const Json answer = run(name, event);
      if (!answer.contains("retry_after")) return answer;
      work();
    }
    ADD_FAILURE() << name << " never ends";
    return nullptr;
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
  // What is in their account, and what of it our account may take.
  std::vector<std::string> names_there() {
    std::vector<std::string> found;
    const Json answer = theirs->call("rds", "us-east-1", "DescribeDBClusterSnapshots", Json::object());
    for (const Json& each : answer["DBClusterSnapshots"])
      found.push_back(each["DBClusterSnapshotIdentifier"]);
    return found;
  }
  bool is_shared(const std::string& snapshot) {
    return ours->call("rds", "us-east-1", "DescribeDBClusterSnapshots", {{"IncludeShared", true}})
               .dump()
               .find("210987654321:cluster-snapshot:" + snapshot) != std::string::npos;
  }

  local::Sts sts{keys, clock};
  http::InProcessTransport transport{
      [this](const http::Request& request, std::stop_token stop) { return endpoint.handle(request, stop); }};
  std::unique_ptr<aws::Client> ours = client(local::kLocalAccessKeyId, local::kLocalSecretAccessKey);
  std::unique_ptr<aws::Client> theirs = client(local::kOtherAccessKeyId, local::kOtherSecretAccessKey);
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
