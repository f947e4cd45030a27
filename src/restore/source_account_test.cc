#include "restore/source_account.h"

#include "restore/testing/source_account_world.h"

namespace aurora::restore {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class SourceAccount : public testing::SourceAccountWorld {
 protected:
  SourceAccount() {
    settings.set("source_region", "us-east-1", Source::kEvent);
    settings.set("target_region", "us-west-2", Source::kEvent);
    operation.state()["run_id"] = "r1";
  }

  // A cluster of theirs with a manual snapshot; what Describe shows of it.
  Json make_theirs(const Json& more = Json::object()) {
    make_orders(more);
    return select("nightly");
  }

  // As snapshot_check leaves it.
  Json select(const std::string& name) {
    Json input{{"DBClusterSnapshotIdentifier", name}};
    if (name.starts_with("rds:")) input["SnapshotType"] = "automated";
    const Json snapshot =
        theirs->call("rds", "us-east-1", "DescribeDBClusterSnapshots", input)["DBClusterSnapshots"][0];
    operation.state()["source_snapshot"] = name;
    operation.state()["source_snapshot_arn"] = snapshot["DBClusterSnapshotArn"];
    return snapshot;
  }

  void take_role(const std::string& role = kTheirRole) {
    settings.set("source_role_arn", role, Source::kEvent);
    context.source = &accounts.api_for(settings);
  }

  aws::ClusterSnapshot found() {
    return *context.source_rds().find_snapshot(operation.known("source_snapshot_arn"));
  }

  std::vector<std::string> findings() {
    std::vector<std::string> found_names;
    for (const Error& error : source_findings(context, found())) {
      found_names.push_back(error.name());
      texts += error.message() + error.hint();
    }
    return found_names;
  }

  SourceAccounts accounts{*ours, clock, "us-west-2"};
  Configuration settings;
  Operation operation{"op-1", clock.now()};
  const Environment environment = [](const std::string&) { return std::nullopt; };
  AuditTrail audit{aws::DynamoDb(api, "us-west-2"), names.audit_table(), clock};
  const Json event = Json::object();
  StepContext context{*ours, databases,  clock,    log,       environment, names,
                      audit, operations, settings, operation, event};
  std::string texts;
};

TEST_F(SourceAccount, OurOwnSnapshotIsNeitherSharedNorAskedAbout) {
  operation.state()["source_snapshot_arn"] = kSnapshot;
  EXPECT_FALSE(is_foreign(context, found()));
  EXPECT_TRUE(findings().empty());
  EXPECT_EQ(prepare_source(context), std::nullopt);
}

TEST_F(SourceAccount, NameOfASharedSnapshotBecomesItsArn) {
  settings.set("source_account_id", "210987654321", Source::kEvent);
  EXPECT_EQ(source_snapshot_reference(context, "nightly"),
            "arn:aws:rds:us-east-1:210987654321:cluster-snapshot:nightly");
  take_role();
  EXPECT_EQ(source_snapshot_reference(context, "nightly"), "nightly") << "the role looks at its own";
}

TEST_F(SourceAccount, SnapshotThatIsNotSharedSaysHowToShareIt) {
  const std::string arn = make_theirs()["DBClusterSnapshotArn"];
  const auto obstacle = sharing_obstacle(context, arn);
  ASSERT_TRUE(obstacle);
  EXPECT_EQ(obstacle->name(), "SnapshotNotShared");
  EXPECT_THAT(obstacle->hint(), HasSubstr("--db-cluster-snapshot-identifier nightly --attribute-name restore "
                                          "--values-to-add 123456789012"));
  EXPECT_FALSE(sharing_obstacle(context, kSnapshot)) << "our own";
  take_role();
  EXPECT_FALSE(sharing_obstacle(context, arn)) << "the role sees it";
}

TEST_F(SourceAccount, RoleSharesAManualSnapshotAndTakesItBack) {
  make_theirs();
  take_role();
  EXPECT_TRUE(is_foreign(context, found()));
  EXPECT_TRUE(findings().empty());
  EXPECT_FALSE(is_shared("nightly")) << "looking changes nothing";
  EXPECT_EQ(prepare_source(context), std::nullopt);
  EXPECT_TRUE(is_shared("nightly"));
  EXPECT_EQ(operations.load("op-1")->known("source_shared"), operation.known("source_snapshot_arn"))
      << "what is done elsewhere is on record before it is done";
  remove_source_traces(context);
  EXPECT_FALSE(is_shared("nightly"));
  EXPECT_EQ(operation.known("source_shared"), "");
  remove_source_traces(context);
}

TEST_F(SourceAccount, SharingThatWasThereBeforeIsLeft) {
  make_theirs();
  theirs->call("rds", "us-east-1", "ModifyDBClusterSnapshotAttribute",
               {{"DBClusterSnapshotIdentifier", "nightly"},
                {"AttributeName", "restore"},
                {"ValuesToAdd", {"123456789012"}}});
  take_role();
  prepare_source(context);
  remove_source_traces(context);
  EXPECT_TRUE(is_shared("nightly"));
}

TEST_F(SourceAccount, AutomatedSnapshotIsCopiedThereFirstAndTheCopyGoes) {
  make_theirs();
  const std::string automated = rds.take_automated_snapshot(kTheirPlace, "orders");
  work();
  select(automated);
  take_role();
  EXPECT_THAT(prepare_source(context).value_or(""), HasSubstr("being copied in account 210987654321"));
  EXPECT_THAT(prepare_source(context).value_or(""), HasSubstr("copying")) << "one look, no second copy";
  work();
  EXPECT_EQ(prepare_source(context), std::nullopt);
  const std::string copy = operation.known("source_intermediate");
  EXPECT_EQ(operation.known("source_snapshot_arn"),
            "arn:aws:rds:us-east-1:210987654321:cluster-snapshot:" + copy);
  EXPECT_TRUE(is_shared(copy));
  remove_source_traces(context);
  work();
  EXPECT_FALSE(is_shared(copy));
  EXPECT_EQ(aws::Rds(*theirs, "us-east-1").find_snapshot(copy), std::nullopt);
  EXPECT_NE(aws::Rds(*theirs, "us-east-1").find_snapshot(automated), std::nullopt);
}

TEST_F(SourceAccount, FunctionThatDiedBeforeItsCopyWasAskedForMakesItWhenRepeated) {
  make_theirs();
  select(rds.take_automated_snapshot(kTheirPlace, "orders"));
  work();
  take_role();
  operation.state()["source_intermediate"] = "orders-2026-11-21-03-15-share-r1";
  EXPECT_THAT(prepare_source(context).value_or(""), HasSubstr("being copied"));
  work();
  EXPECT_EQ(prepare_source(context), std::nullopt);
}

TEST_F(SourceAccount, KeyOfRdsCannotBeSharedAndSaysWhichKeyIsNeeded) {
  make_theirs({{"StorageEncrypted", true}});
  take_role();
  settings.set("kms_key_id", "alias/ours", Source::kEvent);
  EXPECT_THAT(findings(), ElementsAre("KeyNotShareable"));
  EXPECT_THAT(texts, HasSubstr("source_kms_key_id"));
  const std::string key = make_their_key();
  settings.set("source_kms_key_id", key, Source::kEvent);
  EXPECT_THAT(findings(), ElementsAre("SourceKeyNotAccessible"));
  EXPECT_THAT(texts, HasSubstr(key));
  allow_us(key);
  EXPECT_TRUE(findings().empty());
  ASSERT_TRUE(prepare_source(context));
  work();
  EXPECT_EQ(prepare_source(context), std::nullopt);
  EXPECT_EQ(found().kms_key_id, key);
}

TEST_F(SourceAccount, CopyOfAnEncryptedSnapshotNeedsAKeyOfOurs) {
  const std::string key = make_their_key();
  allow_us(key);
  make_theirs({{"StorageEncrypted", true}, {"KmsKeyId", key}});
  take_role();
  EXPECT_THAT(findings(), ElementsAre("KmsKeyRequired"));
  EXPECT_THAT(texts, HasSubstr("Give kms_key_id, a key of us-west-2 in our own account"));
}

TEST_F(SourceAccount, RoleThatRefusesIsNamed) {
  make_theirs();
  take_role("arn:aws:iam::210987654321:role/external-id/team-7/reader");
  EXPECT_THAT(error_of([&] { found(); }), HasSubstr("SourceRoleRefused"));
  settings.set("source_role_external_id", "team-7", Source::kEvent);
  context.source = &accounts.api_for(settings);
  EXPECT_EQ(found().identifier, "nightly");
}

TEST_F(SourceAccount, RoleIsTakenAgainBeforeItsCredentialsExpire) {
  make_theirs();
  take_role();
  EXPECT_EQ(found().identifier, "nightly");
  clock.advance(std::chrono::minutes(56));
  EXPECT_EQ(found().identifier, "nightly");
  clock.advance(std::chrono::hours(3));
  EXPECT_EQ(found().identifier, "nightly");
}

}  // namespace
}  // namespace aurora::restore
