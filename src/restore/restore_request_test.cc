// Which settings reach which call of RDS, and what the new cluster is then.
#include "restore/restore_request.h"

#include "restore/testing/replace_world.h"

namespace aurora::restore {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::ReplaceWorld;

// The only call of `operation` that a restore with these settings made.
Json call_of(ReplaceWorld& world, std::string_view operation) {
  const std::vector<Json> inputs = world.faulty.inputs_of(operation);
  EXPECT_EQ(inputs.size(), 1u) << operation;
  return inputs.empty() ? Json::object() : inputs.front();
}

TEST(RestoreRequest, EverySettingReachesRds) {
  ReplaceWorld world("retire", {{"port", 6543},
                                {"iam_database_authentication", true},
                                {"cloudwatch_log_exports", {"postgresql"}},
                                {"backup_retention_period", 14},
                                {"preferred_backup_window", "03:00-04:00"},
                                {"storage_type", "aurora-iopt1"},
                                {"network_type", "IPV4"},
                                {"engine_lifecycle_support", "open-source-rds-extended-support-disabled"},
                                {"tags", {{"team", "orders"}}},
                                {"reader_count", 2}});
  world.run("op-1");
  const Json request = call_of(world, "RestoreDBClusterFromSnapshot");
  EXPECT_EQ(request["SnapshotIdentifier"], "dev-source-cluster-snapshot-2026-11-21-copy");
  EXPECT_EQ(request["Port"], 6543);
  EXPECT_EQ(request["PubliclyAccessible"], false);
  EXPECT_EQ(request["EnableIAMDatabaseAuthentication"], true);
  EXPECT_EQ(request["EnableCloudwatchLogsExports"], Json({"postgresql"}));
  EXPECT_EQ(request["BackupRetentionPeriod"], 14);
  EXPECT_EQ(request["PreferredBackupWindow"], "03:00-04:00");
  EXPECT_EQ(request["StorageType"], "aurora-iopt1");
  EXPECT_EQ(request["NetworkType"], "IPV4");
  EXPECT_EQ(request["EngineLifecycleSupport"], "open-source-rds-extended-support-disabled");
  EXPECT_EQ(request["CopyTagsToSnapshot"], true);
  EXPECT_EQ(request["VpcSecurityGroupIds"], Json({"sg-12345678"}));
  EXPECT_FALSE(request["EngineVersion"].get<std::string>().empty());
  for (const char* member : {"KmsKeyId", "DatabaseName", "MasterUserPassword", "DBInstanceClass"})
    EXPECT_FALSE(request.contains(member)) << member;
  EXPECT_THAT(request["Tags"], Contains(Json({{"Key", "team"}, {"Value", "orders"}})));

  const Json cluster = world.cluster(ReplaceWorld::kTarget);
  EXPECT_EQ(cluster["Port"], 6543);
  EXPECT_EQ(cluster["BackupRetentionPeriod"], 14);
  EXPECT_EQ(cluster["IAMDatabaseAuthenticationEnabled"], true);
  EXPECT_FALSE(world.operation("op-1")["restore_details"].contains("warnings"))
      << world.operation("op-1")["restore_details"];

  const std::vector<Json> instances = world.faulty.inputs_of("CreateDBInstance");
  ASSERT_EQ(instances.size(), 3u);
  std::set<std::string> zones;
  for (std::size_t i = 0; i < instances.size(); ++i) {
    EXPECT_EQ(instances[i]["PubliclyAccessible"], false);
    EXPECT_EQ(instances[i]["PromotionTier"], static_cast<int>(i));
    zones.insert(string_or(instances[i], "AvailabilityZone", ""));
    for (const char* member : {"Port", "MasterUserPassword", "VpcSecurityGroupIds", "KmsKeyId"})
      EXPECT_FALSE(instances[i].contains(member)) << member;
  }
  EXPECT_EQ(zones, (std::set<std::string>{"us-west-2a", "us-west-2b"}));
}

TEST(RestoreRequest, PortIsTheEnginesWhenNoneIsGiven) {
  ReplaceWorld world("retire");
  world.run("op-1");
  EXPECT_EQ(call_of(world, "RestoreDBClusterFromSnapshot")["Port"], 5432);
}

TEST(RestoreRequest, UnencryptedSnapshotIsEncryptedWhileItIsRestored) {
  ReplaceWorld world("retire");
  const std::string key =
      world.api.call("kms", "us-west-2", "CreateKey", Json::object())["KeyMetadata"]["Arn"];
  world.set("kms_key_id", key);
  world.run("op-1");
  EXPECT_FALSE(world.faulty.inputs_of("CopyDBClusterSnapshot").at(0).contains("KmsKeyId"));
  EXPECT_EQ(call_of(world, "RestoreDBClusterFromSnapshot")["KmsKeyId"], key);
  EXPECT_EQ(world.cluster(ReplaceWorld::kTarget)["KmsKeyId"], key);
}

TEST(RestoreRequest, ServerlessClassGetsItsCapacityRange) {
  ReplaceWorld world("retire", {{"db_instance_class", "db.serverless"}, {"serverless_max_capacity", 4}});
  world.run("op-1");
  EXPECT_EQ(call_of(world, "RestoreDBClusterFromSnapshot")["ServerlessV2ScalingConfiguration"],
            (Json{{"MinCapacity", 0.5}, {"MaxCapacity", 4.0}}));
}

TEST(RestoreRequest, TagsOfTheSnapshotAreCopiedWithoutThoseOfAwsAndOfThePipeline) {
  ReplaceWorld world("retire");
  world.api.call(
      "rds", "us-east-1", "AddTagsToResource",
      {{"ResourceName",
        "arn:aws:rds:us-east-1:123456789012:cluster-snapshot:dev-source-cluster-snapshot-2026-11-21"},
       {"Tags",
        {{{"Key", "owner"}, {"Value", "dba"}},
         {{"Key", "aurora-restore:operation-id"}, {"Value", "somebody"}}}}});
  world.run("op-1");
  for (const char* operation :
       {"CopyDBClusterSnapshot", "RestoreDBClusterFromSnapshot", "CreateDBInstance"}) {
    const Json tags = call_of(world, operation)["Tags"];
    EXPECT_THAT(tags, Contains(Json({{"Key", "owner"}, {"Value", "dba"}}))) << operation;
    EXPECT_THAT(tags, Contains(Json({{"Key", kOperationTag}, {"Value", "op-1"}}))) << operation;
    EXPECT_THAT(tags, Not(Contains(Json({{"Key", kOperationTag}, {"Value", "somebody"}})))) << operation;
  }
}

TEST(RestoreRequest, WithoutCopyTagsOnlyThePipelinesAreSet) {
  ReplaceWorld world("retire", {{"copy_tags", false}});
  world.api.call(
      "rds", "us-east-1", "AddTagsToResource",
      {{"ResourceName",
        "arn:aws:rds:us-east-1:123456789012:cluster-snapshot:dev-source-cluster-snapshot-2026-11-21"},
       {"Tags", {{{"Key", "owner"}, {"Value", "dba"}}}}});
  world.run("op-1");
  EXPECT_THAT(call_of(world, "RestoreDBClusterFromSnapshot")["Tags"],
              Not(Contains(Json({{"Key", "owner"}, {"Value", "dba"}}))));
}

TEST(RestoreReadBack, OtherSecurityGroupIsAnErrorAndOtherRetentionAWarning) {
  const Json request{{"VpcSecurityGroupIds", {"sg-1"}},
                     {"BackupRetentionPeriod", 14},
                     {"DBSubnetGroupName", "Private"},
                     {"EngineVersion", "15"}};
  aws::Cluster cluster;
  cluster.engine_version = "15.4";
  cluster.body = {{"VpcSecurityGroups", {{{"VpcSecurityGroupId", "sg-default"}}}},
                  {"BackupRetentionPeriod", 1},
                  {"DBSubnetGroup", "private"}};
  std::vector<std::string> severe;
  std::vector<std::string> mild;
  for (const Difference& difference : differences(request, cluster, "arn:aws:kms:x:1:key/k"))
    (difference.severe ? severe : mild).push_back(difference.what);
  EXPECT_THAT(severe, ElementsAre(HasSubstr("asked for [\"sg-1\"], has [\"sg-default\"]"),
                                  HasSubstr("KmsKeyId: asked for arn:aws:kms:x:1:key/k, has none")));
  EXPECT_THAT(mild, ElementsAre("BackupRetentionPeriod: asked for 14, has 1"));
}

TEST(RestoreReadBack, OtherNetworkThanAskedForFailsTheRestore) {
  ReplaceWorld world("retire");
  world.faulty.show("DBClusters", "DBSubnetGroup", "somewhere-public", [](const Json&) { return true; });
  try {
    world.run("op-1");
    FAIL() << "accepted";
  } catch (const Error& e) {
    EXPECT_EQ(e.name(), "RestoreMismatch");
    EXPECT_THAT(e.message(), HasSubstr("somewhere-public"));
  }
}

}  // namespace
}  // namespace aurora::restore
