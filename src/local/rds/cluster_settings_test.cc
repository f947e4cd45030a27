#include "local/rds/cluster_settings.h"

#include "local/testing/simulated_rds.h"

namespace aurora::local {
namespace {

using testing::SimulatedRds;
using namespace std::chrono_literals;

// What RDS takes and refuses when a snapshot is restored, and how it shows it afterwards.
class Settings : public SimulatedRds {
 protected:
  Settings() {
    make_cluster("source", {{"EngineVersion", "15.10"}});
    make_snapshot(*rds, "nightly", "source");
  }

  std::string refusal(const Json& change) {
    Json input = {{"DBClusterIdentifier", "target"},
                  {"SnapshotIdentifier", "nightly"},
                  {"Engine", "aurora-postgresql"},
                  {"EngineVersion", "15.10"}};
    input.update(change);
    return rds->refusal("RestoreDBClusterFromSnapshot", input);
  }
  void make_parameter_group(const std::string& name) {
    rds->call("CreateDBClusterParameterGroup", {{"DBClusterParameterGroupName", name},
                                                {"DBParameterGroupFamily", "aurora-postgresql15"},
                                                {"Description", "test"}});
  }
};

TEST_F(Settings, RestoreShowsEverythingItWasGiven) {
  make_parameter_group("mine");
  const Json given = {{"EngineVersion", "15.12"},
                      {"Port", 1150},
                      {"DBClusterParameterGroupName", "mine"},
                      {"VpcSecurityGroupIds", {"sg-12345678"}},
                      {"KmsKeyId", "1234abcd"},
                      {"EnableIAMDatabaseAuthentication", true},
                      {"EnableCloudwatchLogsExports", {"postgresql", "iam-db-auth-error"}},
                      {"BackupRetentionPeriod", 35},
                      {"PreferredBackupWindow", "23:45-00:15"},
                      {"StorageType", "aurora-iopt1"},
                      {"DeletionProtection", true},
                      {"CopyTagsToSnapshot", true},
                      {"ServerlessV2ScalingConfiguration", {{"MinCapacity", 0}, {"MaxCapacity", 8.5}}},
                      {"NetworkType", "IPV4"},
                      {"EngineLifecycleSupport", "open-source-rds-extended-support-disabled"},
                      {"PubliclyAccessible", false},
                      {"MonitoringInterval", 30},
                      {"MonitoringRoleArn", "arn:aws:iam::123456789012:role/monitor"},
                      {"EnablePerformanceInsights", true},
                      {"PerformanceInsightsRetentionPeriod", 93}};
  rds->restore("target", "nightly", given);
  run();
  const Json shown = rds->cluster("target");
  EXPECT_EQ(shown["DBClusterParameterGroup"], "mine");
  EXPECT_EQ(shown["VpcSecurityGroups"][0]["VpcSecurityGroupId"], "sg-12345678");
  EXPECT_EQ(shown["StorageEncrypted"], true);
  EXPECT_EQ(shown["IAMDatabaseAuthenticationEnabled"], true);
  EXPECT_EQ(shown["EnabledCloudwatchLogsExports"], given["EnableCloudwatchLogsExports"]);
  EXPECT_EQ(shown["ServerlessV2ScalingConfiguration"]["MaxCapacity"], 8.5);
  EXPECT_EQ(shown["ServerlessV2ScalingConfiguration"]["SecondsUntilAutoPause"], 300);
  EXPECT_EQ(shown["PerformanceInsightsEnabled"], true);
  for (const char* same : {"EngineVersion", "Port", "BackupRetentionPeriod", "PreferredBackupWindow",
                           "StorageType", "DeletionProtection", "CopyTagsToSnapshot", "NetworkType",
                           "EngineLifecycleSupport", "PubliclyAccessible", "MonitoringInterval",
                           "MonitoringRoleArn", "PerformanceInsightsRetentionPeriod"})
    EXPECT_EQ(shown[same], given[same]) << same;
}

TEST_F(Settings, RestoreRefusesInRdsWords) {
  EXPECT_EQ(refusal({{"Port", 1149}}), "InvalidParameterValue");
  EXPECT_EQ(refusal({{"Port", 65536}}), "InvalidParameterValue");
  EXPECT_EQ(refusal({{"EngineVersion", "15.8"}}), "InvalidParameterCombination");
  EXPECT_NE(rds->last_message().find("earlier"), std::string::npos);
  EXPECT_EQ(refusal({{"KmsKeyId", "arn:aws:kms:us-east-1:123456789012:key/1"}}), "KMSKeyNotAccessibleFault");
  EXPECT_EQ(refusal({{"BackupRetentionPeriod", 0}}), "InvalidParameterValue");
  EXPECT_EQ(refusal({{"PreferredBackupWindow", "07:00-07:29"}}), "InvalidParameterValue");
  EXPECT_EQ(refusal({{"PreferredBackupWindow", "7:00-7:30"}}), "InvalidParameterValue");
  EXPECT_EQ(refusal({{"StorageType", "gp3"}}), "StorageTypeNotSupported");
  EXPECT_EQ(refusal({{"NetworkType", "DUAL"}}), "NetworkTypeNotSupported");
  EXPECT_EQ(refusal({{"NetworkType", "IPV6"}}), "InvalidParameterValue");
  EXPECT_EQ(refusal({{"BacktrackWindow", 60}}), "InvalidParameterCombination") << "Aurora MySQL's alone";
  EXPECT_EQ(refusal({{"EnableCloudwatchLogsExports", {"upgrade"}}}), "InvalidParameterCombination");
  EXPECT_EQ(refusal({{"OptionGroupName", "mine"}}), "OptionGroupNotFoundFault");
  EXPECT_EQ(rds->last_status(), 404);
  EXPECT_EQ(refusal({{"Domain", "d-1234567890"}}), "DomainNotFoundFault");
  EXPECT_EQ(refusal({{"MonitoringInterval", 7}}), "InvalidParameterValue");
  EXPECT_EQ(refusal({{"MonitoringInterval", 15}}), "InvalidParameterCombination") << "no role";
  EXPECT_EQ(refusal({{"PerformanceInsightsRetentionPeriod", 7}}), "InvalidParameterCombination");
  EXPECT_EQ(refusal({{"EnablePerformanceInsights", true}, {"PerformanceInsightsRetentionPeriod", 8}}),
            "InvalidParameterValue");
  EXPECT_EQ(refusal({{"EngineLifecycleSupport", "none"}}), "InvalidParameterValue");
  EXPECT_EQ(rds->call("DescribeDBClusters")["DBClusters"].size(), 1u) << "nothing half-made is left";
  EXPECT_EQ(rds->refusal("ModifyDBCluster", {{"DBClusterIdentifier", "source"}, {"StorageType", "gp3"}}),
            "StorageTypeNotAvailableFault");
}

TEST_F(Settings, GroupAttachedByARestoreWaitsForTheWritersReboot) {
  make_parameter_group("mine");
  rds->restore("target", "nightly", {{"EngineVersion", "15.10"}, {"DBClusterParameterGroupName", "mine"}});
  run();
  rds->create_instance("target-1", "target");
  rds->create_instance("target-2", "target");
  run();
  const auto status = [&](std::size_t member) {
    return rds->cluster("target")["DBClusterMembers"][member]["DBClusterParameterGroupStatus"];
  };
  EXPECT_EQ(status(0), "pending-reboot");
  EXPECT_EQ(status(1), "in-sync");
  rds->call("RebootDBInstance", {{"DBInstanceIdentifier", "target-1"}});
  run();
  EXPECT_EQ(status(0), "in-sync");
}

TEST_F(Settings, InstancesShowWhatIsBeingSetUpOnThem) {
  open({.modify = 60s});
  const auto modify = [&](const Json& change) {
    Json input{{"DBClusterIdentifier", "source"}};
    input.update(change);
    return rds->call("ModifyDBCluster", input)["DBCluster"]["Status"];
  };
  EXPECT_EQ(modify({{"EnableIAMDatabaseAuthentication", true}}), "update-iam-db-auth");
  EXPECT_EQ(rds->instance_status("source-1"), "configuring-iam-database-auth");
  run();
  pass(60s);
  EXPECT_EQ(rds->cluster_status("source"), "available");
  EXPECT_EQ(rds->instance_status("source-1"), "available");
  EXPECT_EQ(modify({{"CloudwatchLogsExportConfiguration", {{"EnableLogTypes", {"postgresql"}}}}}),
            "modifying");
  EXPECT_EQ(rds->instance_status("source-1"), "configuring-log-exports");
  run();
  pass(60s);
  EXPECT_EQ(rds->instance_status("source-1"), "available");
  EXPECT_EQ(modify({{"CloudwatchLogsExportConfiguration", {{"EnableLogTypes", {"postgresql"}}}}}),
            "available")
      << "nothing changes";
}

TEST_F(Settings, NewInstancePassesThroughItsStages) {
  open({.instance = 100s});
  rds->create_cluster("fresh");
  run();
  rds->create_instance(
      "source-2", "fresh",
      {{"MonitoringInterval", 60}, {"MonitoringRoleArn", "arn:aws:iam::123456789012:role/m"}});
  run();
  EXPECT_EQ(rds->instance_status("source-2"), "creating");
  pass(80s);
  EXPECT_EQ(rds->instance_status("source-2"), "backing-up");
  pass(10s);
  EXPECT_EQ(rds->instance_status("source-2"), "configuring-enhanced-monitoring");
  pass(10s);
  EXPECT_EQ(rds->instance_status("source-2"), "available");
}

TEST_F(Settings, InstancesKeepToTheirOwnRules) {
  const auto create = [&](const Json& change) {
    Json input = {{"DBInstanceIdentifier", "source-9"},
                  {"DBClusterIdentifier", "source"},
                  {"DBInstanceClass", "db.r6g.large"},
                  {"Engine", "aurora-postgresql"}};
    input.update(change);
    return rds->refusal("CreateDBInstance", input);
  };
  EXPECT_EQ(create({{"CACertificateIdentifier", "rds-ca-2019"}}), "CertificateNotFound");
  EXPECT_EQ(rds->last_status(), 404);
  EXPECT_EQ(create({{"MonitoringInterval", 60}}), "InvalidParameterCombination");
  rds->create_instance("source-2", "source", {{"PromotionTier", 9}});
  rds->create_instance("source-3", "source", {{"PromotionTier", 9}});
  run();
  rds->call("ModifyDBInstance", {{"DBInstanceIdentifier", "source-3"}, {"PromotionTier", 0}});
  run();
  EXPECT_EQ(rds->cluster("source")["DBClusterMembers"][2]["PromotionTier"], 0);
  rds->call("FailoverDBCluster", {{"DBClusterIdentifier", "source"}});
  run();
  EXPECT_EQ(rds->cluster("source")["DBClusterMembers"][2]["IsClusterWriter"], true)
      << "the reader of the lowest tier";
}

TEST_F(Settings, TagsOfAwsItselfCannotBeCopied) {
  service->tag_as_aws("us-west-2", "source", "aws:cloudformation:stack-name", "prod");
  rds->call("ModifyDBCluster", {{"DBClusterIdentifier", "source"}, {"CopyTagsToSnapshot", true}});
  make_snapshot(*rds, "marked", "source");
  const auto copy = [&](bool tags) {
    return rds->refusal("CopyDBClusterSnapshot", {{"SourceDBClusterSnapshotIdentifier", "marked"},
                                                  {"TargetDBClusterSnapshotIdentifier", "copy"},
                                                  {"CopyTags", tags}});
  };
  EXPECT_EQ(copy(true), "InvalidParameterValue");
  EXPECT_NE(rds->last_message().find("reserved prefix aws:"), std::string::npos);
  EXPECT_EQ(copy(false).substr(0, 8), "answered");
}

}  // namespace
}  // namespace aurora::local
