// What stands in the way is found before anything is created: each thing by name, all of it at once.
#include "restore/preflight.h"

#include <mutex>

#include "local/s3.h"
#include "local/sns.h"
#include "local/sqs.h"
#include "restore/testing/step_world.h"

namespace aurora::restore {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

// Answers some operations in the service's place; thread-safe, as the preflight asks.
class Answering final : public aws::Api {
 public:
  explicit Answering(aws::Api& api) : api_(api) {}
  Json call(std::string_view service, std::string_view region, std::string_view operation,
            const Json& input) override {
    {
      const std::lock_guard lock(mutex_);
      if (denied == operation) throw aws::ServiceError("AccessDenied", "not authorized to perform this", 403);
      if (const auto it = answers.find(std::string(operation)); it != answers.end()) return it->second;
      if (!operation.starts_with("Describe") && !operation.starts_with("Get") &&
          !operation.starts_with("Head"))
        changes.push_back(std::string(operation));
    }
    return api_.call(service, region, operation, input);
  }
  std::map<std::string, Json> answers;
  std::string denied;
  std::vector<std::string> changes;

 private:
  aws::Api& api_;
  std::mutex mutex_;
};

class Preflight : public testing::StepWorld {
 protected:
  Preflight() {
    endpoint.add("sns", sns);
    endpoint.add("sqs", sqs);
    endpoint.add("s3", s3);
  }
  Json look(Json more) {
    Json event{{"operation_id", "op-1"},
               {"dry_run", true},
               {"snapshot_name", kSnapshot},
               {"source_region", "us-east-1"},
               {"target_cluster_id", kTarget},
               {"db_subnet_group_name", "dev-subnet-group"},
               {"vpc_security_group_ids", {"sg-12345678"}}};
    if (more.contains("subnet_ids")) event.erase("db_subnet_group_name");
    event.update(more);
    return looking_runner.run(*find_step("snapshot_check"), event);
  }
  // The names of everything that is found.
  std::vector<std::string> found(const Json& more = Json::object()) {
    std::vector<std::string> all;
    const Json answer = look(more);
    for (const Json& finding : answer["findings"]) all.push_back(finding["name"]);
    return all;
  }
  std::string message_of(const Json& more, const std::string& name) {
    const Json answer = look(more);
    for (const Json& finding : answer["findings"])
      if (finding["name"] == name)
        return finding["message"].get<std::string>() + " " + finding["hint"].get<std::string>();
    return "none";
  }
  std::vector<std::string> warnings(const Json& more = Json::object()) {
    return look(more)["preflight_warnings"].get<std::vector<std::string>>();
  }
  std::string new_key(const std::string& region) {
    return api.call("kms", region, "CreateKey", Json::object())["KeyMetadata"]["Arn"];
  }
  void make_secret(const std::string& name, const std::string& value) {
    api.call("secretsmanager", "us-west-2", "CreateSecret", {{"Name", name}, {"SecretString", value}});
  }
  void seal() {
    make_cluster("us-east-1", "sealed",
                 {{"StorageEncrypted", true}, {"KmsKeyId", source_key = new_key("us-east-1")}});
    api.call("rds", "us-east-1", "CreateDBClusterSnapshot",
             {{"DBClusterSnapshotIdentifier", "sealed-1"}, {"DBClusterIdentifier", "sealed"}});
    work();
  }
  std::string other_vpc() {
    return api.call("ec2", "us-west-2", "CreateVpc", {{"CidrBlock", "10.9.0.0/16"}})["Vpc"]["VpcId"];
  }

  local::Sns sns{data.path(), clock, endpoint};
  local::Sqs sqs{data.path(), clock, "http://127.0.0.1:4566"};
  local::S3 s3{data.path(), clock};
  std::string source_key;
  Answering answering{api};
  std::map<std::string, std::string> environment;
  StepRunner looking_runner{{.api = answering,
                             .databases = databases,
                             .clock = clock,
                             .log = log,
                             .environment = [this](const std::string& name) -> std::optional<std::string> {
                               const auto it = environment.find(name);
                               return it == environment.end() ? std::nullopt : std::optional(it->second);
                             },
                             .names = names}};
};

TEST_F(Preflight, FindsNothingWhereNothingIsWrong) {
  const Json answer = look(Json::object());
  EXPECT_THAT(answer["findings"], IsEmpty());
  EXPECT_THAT(answer["preflight_warnings"], IsEmpty());
  EXPECT_EQ(answer["message"], "Nothing stands in the way of this restore");
  EXPECT_EQ(answer["copy_needed"], true);
}

TEST_F(Preflight, DryRunLeavesNoTrace) {
  look(Json::object());
  look({{"snapshot_name", "nowhere"}});
  EXPECT_THAT(answering.changes, IsEmpty());
  EXPECT_FALSE(operations.load("op-1"));
  AuditTrail audit(aws::DynamoDb(api, "us-west-2"), names.audit_table(), clock);
  EXPECT_THAT(audit.events("op-1"), IsEmpty());
}

TEST_F(Preflight, DryRunTellsWhoHoldsTheTarget) {
  check();
  EXPECT_THAT(message_of({{"operation_id", "op-2"}}, "TargetLocked"), HasSubstr("op-1"));
}

TEST_F(Preflight, DryRunIsForTheFirstStepAlone) {
  EXPECT_THAT(error_of([&] { step("copy_snapshot", {{"dry_run", true}}); }), HasSubstr("InvalidInput"));
}

TEST_F(Preflight, SnapshotThatIsNotThereIsOneFindingBesideTheOthers) {
  EXPECT_THAT(found({{"snapshot_name", "nowhere"}, {"db_subnet_group_name", "nowhere"}}),
              ElementsAre("SnapshotNotFound", "SubnetGroupNotFound"));
}

TEST_F(Preflight, SeveralAreOneErrorWithNameMessageAndHintOfEach) {
  const std::string error = error_of([&] {
    check({{"db_subnet_group_name", "nowhere"}, {"db_instance_class", "db.r5.huge"}});
  });
  EXPECT_THAT(error,
              AllOf(HasSubstr("PreflightFailed: 2 things"), HasSubstr("SubnetGroupNotFound: there is no"),
                    HasSubstr("InstanceClassNotOrderable: us-west-2 offers no db.r5.huge"),
                    HasSubstr("describe-db-subnet-groups")));
  EXPECT_FALSE(operations.load("op-1"));
}

TEST_F(Preflight, KeyOfTheTargetMustExistBeEnabledAndBeThere) {
  seal();
  const Json sealed{{"snapshot_name", "sealed-1"}};
  const auto with_key = [&](const std::string& key) {
    return Json{{"snapshot_name", "sealed-1"}, {"kms_key_id", key}};
  };
  EXPECT_THAT(message_of(sealed, "KmsKeyRequired"),
              AllOf(HasSubstr(source_key), HasSubstr("a key of us-west-2")));
  EXPECT_THAT(found(with_key("alias/nobody")), ElementsAre("KmsKeyNotFound"));
  EXPECT_THAT(message_of(with_key(source_key), "KmsKeyWrongRegion"),
              AllOf(HasSubstr(source_key), HasSubstr("into us-west-2")));
  const std::string key = new_key("us-west-2");
  EXPECT_THAT(found(with_key(key)), IsEmpty());
  api.call("kms", "us-west-2", "DisableKey", {{"KeyId", key}});
  EXPECT_THAT(message_of(with_key(key), "KmsKeyDisabled"), AllOf(HasSubstr(key), HasSubstr("Disabled")));
}

TEST_F(Preflight, KeyOfTheSnapshotMustStillServe) {
  seal();
  api.call("kms", "us-east-1", "DisableKey", {{"KeyId", source_key}});
  EXPECT_THAT(
      message_of({{"snapshot_name", "sealed-1"}, {"kms_key_id", new_key("us-west-2")}}, "KmsKeyDisabled"),
      AllOf(HasSubstr("key of snapshot sealed-1"), HasSubstr(source_key)));
}

TEST_F(Preflight, AliasOfTheSnapshotsOwnKeyNeedsNoCopy) {
  const std::string key = new_key("us-west-2");
  api.call("kms", "us-west-2", "CreateAlias", {{"AliasName", "alias/near"}, {"TargetKeyId", key}});
  make_cluster("us-west-2", "near", {{"StorageEncrypted", true}, {"KmsKeyId", key}});
  api.call("rds", "us-west-2", "CreateDBClusterSnapshot",
           {{"DBClusterSnapshotIdentifier", "near-1"}, {"DBClusterIdentifier", "near"}});
  work();
  const auto with_key = [&](const std::string& id) {
    return look({{"snapshot_name", "near-1"}, {"source_region", "us-west-2"}, {"kms_key_id", id}});
  };
  EXPECT_EQ(with_key("alias/near")["copy_needed"], false);
  EXPECT_EQ(with_key(new_key("us-west-2"))["copy_needed"], true);
}

TEST_F(Preflight, UnencryptedSnapshotWithAKeyIsNotCopiedForIt) {
  make_cluster("us-west-2", "near");
  api.call("rds", "us-west-2", "CreateDBClusterSnapshot",
           {{"DBClusterSnapshotIdentifier", "near-1"}, {"DBClusterIdentifier", "near"}});
  work();
  const Json answer = look(
      {{"snapshot_name", "near-1"}, {"source_region", "us-west-2"}, {"kms_key_id", new_key("us-west-2")}});
  EXPECT_EQ(answer["copy_needed"], false);
  EXPECT_THAT(answer["findings"], IsEmpty());
}

TEST_F(Preflight, SubnetsMustExistTogetherInTwoZones) {
  EXPECT_THAT(found({{"subnet_ids", {"subnet-1a2b3c4d", "subnet-0badc0de"}}}), Contains("SubnetNotFound"));
  EXPECT_THAT(found({{"subnet_ids", {"subnet-1a2b3c4d", "subnet-12345678"}}}),
              ElementsAre("SubnetGroupTooFewZones"));
  const std::string vpc = other_vpc();
  const std::string foreign = api.call("ec2", "us-west-2", "CreateSubnet",
                                       {{"VpcId", vpc}, {"CidrBlock", "10.9.1.0/24"}})["Subnet"]["SubnetId"];
  EXPECT_THAT(found({{"subnet_ids", {"subnet-1a2b3c4d", foreign}}}), ElementsAre("SubnetsNotTogether"));
  EXPECT_THAT(found({{"subnet_ids", {"subnet-1a2b3c4d", "subnet-5e6f7a8b"}}}), IsEmpty());
}

TEST_F(Preflight, SecurityGroupsMustExistInTheVpcOfTheSubnets) {
  EXPECT_THAT(found({{"vpc_security_group_ids", {"sg-0badc0de"}}}), ElementsAre("SecurityGroupNotFound"));
  const std::string vpc = other_vpc();
  const std::string group = api.call("ec2", "us-west-2", "CreateSecurityGroup",
                                     {{"GroupName", "g"}, {"Description", "d"}, {"VpcId", vpc}})["GroupId"];
  EXPECT_THAT(message_of({{"vpc_security_group_ids", {group}}}, "SecurityGroupWrongVpc"),
              AllOf(HasSubstr(vpc), HasSubstr("dev-subnet-group")));
}

TEST_F(Preflight, VpcIdMustBeTheVpcOfTheSubnets) {
  EXPECT_THAT(found({{"vpc_id", "vpc-12345678"}}), IsEmpty());
  EXPECT_THAT(found({{"vpc_id", "vpc-87654321"}}), ElementsAre("VpcMismatch"));
}

TEST_F(Preflight, ParameterGroupsMustExistAndBeOfTheFamily) {
  EXPECT_THAT(found({{"db_cluster_parameter_group_name", "nowhere"}, {"db_parameter_group_name", "nowhere"}}),
              ElementsAre("ParameterGroupNotFound", "ParameterGroupNotFound"));
  api.call("rds", "us-west-2", "CreateDBClusterParameterGroup",
           {{"DBClusterParameterGroupName", "fifteen"},
            {"DBParameterGroupFamily", "aurora-postgresql15"},
            {"Description", "d"}});
  EXPECT_THAT(message_of({{"db_cluster_parameter_group_name", "fifteen"}}, "ParameterGroupWrongFamily"),
              AllOf(HasSubstr("aurora-postgresql15"), HasSubstr("needs aurora-postgresql16")));
}

TEST_F(Preflight, VersionMustBeOfferedAndNotLower) {
  EXPECT_THAT(found({{"engine_version", "15.2"}}), Contains("EngineVersionTooLow"));
  EXPECT_THAT(found({{"engine_version", "99.1"}}), ElementsAre("EngineVersionNotFound"));
  EXPECT_THAT(found({{"engine", "aurora-mysql"}}), ElementsAre("EngineMismatch"));
}

TEST_F(Preflight, VersionsCompareByNumberNotByText) {
  EXPECT_TRUE(is_lower_version("15.4", "15.10"));
  EXPECT_FALSE(is_lower_version("15.10", "15.4"));
  EXPECT_FALSE(is_lower_version("15.4", "15.4"));
  EXPECT_TRUE(is_lower_version("8.0.mysql_aurora.3.04.3", "8.0.mysql_aurora.3.10.0"));
  EXPECT_TRUE(is_lower_version("8.0.mysql_aurora.3.10.0", "8.4.7"));
}

TEST_F(Preflight, ClassMustBeOrderableAndOthersAreNamed) {
  EXPECT_THAT(message_of({{"db_instance_class", "db.r5.huge"}}, "InstanceClassNotOrderable"),
              HasSubstr("db.r6g.large"));
}

TEST_F(Preflight, LogsMustBeOnesThatTheEngineExports) {
  EXPECT_THAT(found({{"cloudwatch_log_exports", {"postgresql"}}}), IsEmpty());
  EXPECT_THAT(message_of({{"cloudwatch_log_exports", {"slowquery"}}}, "LogExportNotSupported"),
              HasSubstr("postgresql"));
}

TEST_F(Preflight, InstanceOfAnotherClusterHoldsTheNewOnesName) {
  make_cluster("us-west-2", "other");
  api.call("rds", "us-west-2", "CreateDBInstance",
           {{"DBInstanceIdentifier", std::string(kTarget) + "-instance-2"},
            {"DBClusterIdentifier", "other"},
            {"DBInstanceClass", "db.r5.large"},
            {"Engine", "aurora-postgresql"}});
  EXPECT_THAT(found(), IsEmpty());
  EXPECT_THAT(message_of({{"reader_count", 1}}, "InstanceNameTaken"), HasSubstr("cluster other"));
}

TEST_F(Preflight, StoppedTargetIsSaidBeforeTheCopyNotAfterIt) {
  make_cluster("us-west-2", kTarget);
  api.call("rds", "us-west-2", "StopDBCluster", {{"DBClusterIdentifier", kTarget}});
  work();
  EXPECT_THAT(found({{"delete_cluster_if_exists", true}}), ElementsAre("TargetStopped"));
}

TEST_F(Preflight, TargetOfAGlobalDatabaseIsSaidWithTheCommandThatFreesIt) {
  make_cluster("us-west-2", kTarget);
  api.call("rds", "us-west-2", "CreateGlobalCluster",
           {{"GlobalClusterIdentifier", "world"}, {"SourceDBClusterIdentifier", kTarget}});
  EXPECT_THAT(found({{"delete_cluster_if_exists", true}}), ElementsAre("TargetInGlobalCluster"));
  EXPECT_THAT(message_of({{"delete_cluster_if_exists", true}}, "TargetInGlobalCluster"),
              HasSubstr("global cluster world"));
  api.call("rds", "us-west-2", "RemoveFromGlobalCluster",
           {{"GlobalClusterIdentifier", "world"}, {"DbClusterIdentifier", kTarget}});
  EXPECT_THAT(found({{"delete_cluster_if_exists", true}}), IsEmpty());
}

TEST_F(Preflight, FullQuotasAreSaidWithWhatIsUsed) {
  const auto quotas = [](int clusters, int instances, int snapshots) {
    const auto quota = [](const char* name, int used, int max) {
      return Json{{"AccountQuotaName", name}, {"Used", used}, {"Max", max}};
    };
    return Json{{"AccountQuotas",
                 {quota("DBClusters", clusters, 40), quota("DBInstances", instances, 40),
                  quota("ManualClusterSnapshots", snapshots, 100)}}};
  };
  answering.answers["DescribeAccountAttributes"] = quotas(40, 39, 100);
  EXPECT_THAT(found({{"reader_count", 1}}),
              ElementsAre("ClusterQuotaReached", "InstanceQuotaReached", "SnapshotQuotaReached"));
  EXPECT_THAT(message_of({{"reader_count", 1}}, "InstanceQuotaReached"),
              AllOf(HasSubstr("39 of 40"), HasSubstr("needs 2 more")));
  answering.answers["DescribeAccountAttributes"] = quotas(39, 39, 99);
  EXPECT_THAT(found(), IsEmpty());
}

TEST_F(Preflight, StrategyThatDeletesFirstNeedsNoRoomBesideTheOldCluster) {
  make_cluster("us-west-2", kTarget);
  answering.answers["DescribeAccountAttributes"] =
      Json{{"AccountQuotas",
            {{{"AccountQuotaName", "DBClusters"}, {"Used", 40}, {"Max", 40}},
             {{"AccountQuotaName", "DBInstances"}, {"Used", 40}, {"Max", 40}}}}};
  const Json replace{{"delete_cluster_if_exists", true}};
  EXPECT_THAT(found(replace), ElementsAre("ClusterQuotaReached", "InstanceQuotaReached"));
  EXPECT_THAT(found({{"delete_cluster_if_exists", true}, {"replace_strategy", "delete"}}), IsEmpty());
}

TEST_F(Preflight, SecretsMustExistHoldTheirKeysAndFitTheSnapshot) {
  EXPECT_THAT(found({{"master_credentials_secret_id", "nowhere"}}), ElementsAre("SecretNotFound"));
  make_secret("half", R"({"username":"dbmaster"})");
  EXPECT_THAT(found({{"master_credentials_secret_id", "half"}}), ElementsAre("SecretMalformed"));
  make_secret("other", R"({"username":"somebody","password":"canary-Passw0rd"})");
  EXPECT_THAT(message_of({{"master_credentials_secret_id", "other"}}, "MasterUserMismatch"),
              AllOf(HasSubstr("somebody"), HasSubstr("dbmaster"), Not(HasSubstr("canary"))));
  make_secret("weak", R"({"username":"dbmaster","password":"canary@1/2"})");
  EXPECT_THAT(message_of({{"master_credentials_secret_id", "weak"}}, "MasterPasswordNotAllowed"),
              Not(HasSubstr("canary")));
}

TEST_F(Preflight, SecretsOfUsersAreReadOnceAndSaidOnce) {
  const auto user = [](const char* name, const char* secret) {
    return Json{{"username", name}, {"password_secret_id", secret}, {"privileges", {"SELECT"}}};
  };
  EXPECT_THAT(found({{"db_users", {user("a", "nowhere"), user("b", "nowhere")}}}),
              ElementsAre("SecretNotFound"));
  EXPECT_THAT(found({{"db_users", {user("dbmaster", "aurora-restore/app-credentials")}}}),
              Contains("MasterUserClash"));
}

TEST_F(Preflight, TopicQueueAndBucketMustBeThere) {
  EXPECT_THAT(found({{"notification_topic_arn", "arn:aws:sns:us-west-2:123456789012:nowhere"},
                     {"notification_queue_url", "http://127.0.0.1:4566/123456789012/nowhere"},
                     {"log_bucket", "nowhere-at-all"}}),
              ElementsAre("TopicNotFound", "QueueNotFound", "BucketNotFound"));
  const std::string topic = api.call("sns", "us-west-2", "CreateTopic", {{"Name", "there"}})["TopicArn"];
  const std::string queue = api.call("sqs", "us-west-2", "CreateQueue", {{"QueueName", "there"}})["QueueUrl"];
  EXPECT_THAT(found({{"notification_topic_arn", topic}, {"notification_queue_url", queue}}), IsEmpty());
}

TEST_F(Preflight, SourceToCompareWithMustBeThere) {
  EXPECT_THAT(found({{"compare_with_source", "rows"}}), IsEmpty());
  api.call("rds", "us-east-1", "DeleteDBInstance",
           {{"DBInstanceIdentifier", "dev-source-cluster-instance-1"}, {"SkipFinalSnapshot", true}});
  api.call("rds", "us-east-1", "DeleteDBCluster",
           {{"DBClusterIdentifier", "dev-source-cluster"}, {"SkipFinalSnapshot", true}});
  work();
  EXPECT_THAT(found({{"compare_with_source", "rows"}}), ElementsAre("SourceUnavailable"));
}

TEST_F(Preflight, LookThatIsNotAllowedIsAWarningAndNoFailure) {
  for (const char* operation : {"DescribeAccountAttributes", "DescribeSecurityGroups",
                                "DescribeDBEngineVersions", "DescribeOrderableDBInstanceOptions"}) {
    answering.denied = operation;
    EXPECT_THAT(found(), IsEmpty()) << operation;
    EXPECT_THAT(warnings(), ElementsAre(HasSubstr("denied"))) << operation;
  }
}

TEST_F(Preflight, WarningsAreOnRecord) {
  answering.denied = "DescribeAccountAttributes";
  looking_runner.run(*find_step("snapshot_check"), {{"operation_id", "op-1"},
                                                    {"snapshot_name", kSnapshot},
                                                    {"source_region", "us-east-1"},
                                                    {"target_cluster_id", kTarget},
                                                    {"db_subnet_group_name", "dev-subnet-group"},
                                                    {"vpc_security_group_ids", {"sg-12345678"}}});
  EXPECT_THAT(operations.load("op-1")->get("preflight_warnings"), ElementsAre(HasSubstr("the quotas")));
}

TEST_F(Preflight, SizeThatWillNotBeDoneInTimeIsAWarning) {
  environment["STATE_MACHINE_TIMEOUT_SECONDS"] = "60";
  EXPECT_THAT(warnings(), ElementsAre(HasSubstr("STATE_MACHINE_TIMEOUT_SECONDS")));
}

TEST_F(Preflight, ServiceThatIsDownIsNoFinding) {
  class Down final : public aws::Api {
   public:
    explicit Down(aws::Api& api) : api_(api) {}
    Json call(std::string_view service, std::string_view region, std::string_view operation,
              const Json& input) override {
      if (service == "kms" || operation == "DescribeDBSubnetGroups")
        throw aws::ServiceError("InternalFailure", "try again", 500);
      return api_.call(service, region, operation, input);
    }

   private:
    aws::Api& api_;
  } down(api);
  StepRunner unlucky({.api = down,
                      .databases = databases,
                      .clock = clock,
                      .log = log,
                      .environment = [](const std::string&) { return std::nullopt; },
                      .names = names});
  EXPECT_THAT(error_of([&] {
                unlucky.run(*find_step("snapshot_check"), {{"operation_id", "op-1"},
                                                           {"snapshot_name", kSnapshot},
                                                           {"source_region", "us-east-1"},
                                                           {"target_cluster_id", kTarget},
                                                           {"db_subnet_group_name", "dev-subnet-group"},
                                                           {"vpc_security_group_ids", {"sg-12345678"}}});
              }),
              HasSubstr("AwsUnavailable"));
}

}  // namespace
}  // namespace aurora::restore
