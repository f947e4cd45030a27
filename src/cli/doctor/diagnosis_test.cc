#include "cli/doctor/diagnosis.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/text.h"
#include "cli/testing/command_line.h"
#include "restore/definition.h"

namespace aurora::cli {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

constexpr char kSecretText[] = R"({"username": "postgres", "password": "hunter2"})";

// A machine on which everything is installed, and a pipeline in which everything is there.
class Doctor : public testing::Test {
 protected:
  Doctor() {
    for (const char* tool : {"postgres", "initdb", "pg_basebackup"})
      line.host.programs[tool] = {std::string("/usr/lib/postgresql/15/bin/") + tool};
    for (const char* tool :
         {"mariadbd", "mariadb", "mariadb-install-db", "mariadb-backup", "mariadb-tzinfo-to-sql"})
      line.host.programs[tool] = {std::string("/usr/bin/") + tool};
    line.host.files["/opt/aurora/bootstrap"] = "";
    line.host.files["/usr/share/zoneinfo/UTC"] = "";
    line.host.files["/etc/passwd"] = "root:x:0:0::/root:/bin/sh\npostgres:x:100:100::/:/bin/sh\n";
    line.host.time_of_server = line.clock.now();
    let_services_answer();
    let_pipeline_stand();
  }

  void let_services_answer() {
    for (const char* question :
         {"rds.DescribeDBClusters", "stepfunctions.ListStateMachines", "lambda.ListFunctions",
          "dynamodb.ListTables", "ssm.DescribeParameters", "secretsmanager.ListSecrets", "kms.ListKeys",
          "sns.ListTopics", "sqs.ListQueues", "s3.ListBuckets", "events.ListRules", "logs.DescribeLogGroups"})
      line.api.answer(question, Json::object());
    line.api.answer("sts.GetCallerIdentity",
                    {{"Account", "123456789012"}, {"Arn", "arn:aws:iam::123456789012:root"}});
  }

  void let_pipeline_stand() {
    line.api.answer(
        "dynamodb.DescribeTable",
        {{"Table",
          {{"TableStatus", "ACTIVE"},
           {"GlobalSecondaryIndexes",
            {{{"IndexName", "status-start_time-index"}}, {{"IndexName", "day-timestamp-index"}}}}}}});
    line.api.answer("dynamodb.DescribeTimeToLive",
                    {{"TimeToLiveDescription", {{"TimeToLiveStatus", "ENABLED"}}}});
    line.api.answer("dynamodb.DescribeContinuousBackups",
                    {{"ContinuousBackupsDescription",
                      {{"PointInTimeRecoveryDescription", {{"PointInTimeRecoveryStatus", "ENABLED"}}}}}});
    line.api.answer("lambda.GetFunctionConfiguration", {{"State", "Active"}});
    definition = restore::render_definition(parse_json(restore::definition_text(), "it"), {});
    line.api.on("stepfunctions.DescribeStateMachine", [this](const Json&) {
      return Json{{"definition", dump_json(definition)}};
    });
    line.api.answer("events.DescribeRule", {{"State", "ENABLED"}});
    line.api.answer("cloudwatch.DescribeAlarms", {{"MetricAlarms", Json::array()}});
    line.api.answer("ssm.GetParameter", {{"Parameter", {{"Value", "{}"}}}});
    configure({{"db_subnet_group_name", "g"},
               {"kms_key_id", "alias/k"},
               {"notification_topic_arn", "arn:aws:sns:us-west-2:123456789012:t"},
               {"notification_queue_url", "http://q"},
               {"log_bucket", "logs"}});
    line.api.answer("secretsmanager.GetSecretValue", {{"SecretString", kSecretText}});
    line.api.answer("kms.DescribeKey", {{"KeyMetadata", {{"KeyState", "Enabled"}}}});
    line.api.answer("rds.DescribeDBSubnetGroups", {{"DBSubnetGroups", {{{"DBSubnetGroupName", "g"}}}}});
    line.api.answer("sns.GetTopicAttributes", {{"Attributes", {{"SubscriptionsConfirmed", "2"}}}});
    line.api.answer("sqs.GetQueueAttributes", {{"Attributes", {{"ApproximateNumberOfMessages", "3"}}}});
    line.api.answer("s3.HeadBucket", Json::object());
  }
  void configure(const Json& value) {
    line.api.answer(
        "ssm.GetParameters",
        {{"Parameters", {{{"Name", "/aurora-restore/dev/config"}, {"Value", dump_json(value)}}}}});
  }

  // What the doctor says of one check.
  Json found(const std::string& check) {
    code = line.run({"doctor", "--json"});
    for (const std::string& text : split(line.out(), '\n'))
      if (const Json row = Json::parse(text, nullptr, false); row.is_object() && row["check"] == check)
        return row;
    return {};
  }
  void expect(const std::string& check, const std::string& health, const std::string& said,
              const std::string& mend) {
    const Json row = found(check);
    EXPECT_EQ(string_or(row, "health", ""), health) << line.out();
    EXPECT_THAT(string_or(row, "found", ""), HasSubstr(said));
    EXPECT_THAT(string_or(row, "mend", ""), HasSubstr(mend));
    EXPECT_EQ(code, health == "failed" ? ExitCode::kFailed : ExitCode::kDone);
  }

  Json definition;
  ExitCode code = ExitCode::kDone;
  TestCommandLine line;
};

TEST_F(Doctor, HealthyWorldHasNothingToMend) {
  EXPECT_EQ(line.run({"doctor"}), ExitCode::kDone) << line.out();
  EXPECT_THAT(line.err(), HasSubstr(fmt::format("{} ok, 0 to be warned of, 0 failed, 0 not looked at",
                                                all_checks().size())))
      << line.out();
  line.run({"doctor", "--json"});
  for (const std::string& text : split(line.out(), '\n'))
    if (const Json row = Json::parse(text, nullptr, false); row.is_object()) {
      EXPECT_EQ(row["mend"], "") << text;
    }
}

TEST_F(Doctor, ChangesNothing) {
  line.run({"doctor"});
  for (const auto& call : line.api.calls)
    EXPECT_TRUE(call.operation.starts_with("Describe") || call.operation.starts_with("Get") ||
                call.operation.starts_with("List") || call.operation.starts_with("Head"))
        << call.operation;
}

TEST_F(Doctor, PasswordsAreNotShown) {
  line.run({"doctor"});
  EXPECT_THAT(line.out() + line.err(), testing::Not(HasSubstr("hunter2")));
}

TEST_F(Doctor, WithoutAnythingSaysWhatItCouldNotLookAt) {
  TestCommandLine bare;
  bare.host.files.clear();
  bare.host.serving.clear();
  EXPECT_EQ(bare.run({"doctor"}), ExitCode::kFailed);
  EXPECT_THAT(bare.out(), HasSubstr("no PostgreSQL server"));
  EXPECT_THAT(bare.out(), HasSubstr("aurora-restore local start"));
  EXPECT_THAT(bare.out(), HasSubstr("not looked at: the endpoint does not run"));
  EXPECT_TRUE(bare.api.calls.empty());
}

TEST_F(Doctor, OfAnAwsEnvironmentLeavesThisMachineAlone) {
  line.host.programs.clear();
  EXPECT_EQ(line.run({"doctor", "--env", "prod"}), ExitCode::kDone) << line.out();
  EXPECT_THAT(line.out(), HasSubstr("only an endpoint on this machine needs it"));
}

TEST_F(Doctor, CredentialsThatAreRefusedAreOneFailure) {
  line.api.fail("sts.GetCallerIdentity", "ExpiredToken", "it is expired");
  EXPECT_EQ(line.run({"doctor", "--env", "prod"}), ExitCode::kFailed);
  EXPECT_THAT(line.out(), HasSubstr("ExpiredToken: it is expired"));
  EXPECT_THAT(line.out(), HasSubstr("not looked at: AWS cannot be asked: ExpiredToken"));
}

TEST_F(Doctor, LooksAtPrograms) {
  line.host.programs.erase("mariadb-backup");
  expect("MariaDB", "warning", "mariadb-backup is not installed", "apt-get install");
  line.host.programs.erase("initdb");
  expect("PostgreSQL", "failed", "has no initdb beside it", "apt-get install");
  line.host.files.erase("/opt/aurora/bootstrap");
  expect("Programs", "failed", "/opt/aurora/bootstrap is not there", "cmake --build");
}

TEST_F(Doctor, LooksAtTheServersUser) {
  line.host.files["/etc/passwd"] = "root:x:0:0::/root:/bin/sh\n";
  expect("Servers' user", "failed", "no user postgres", "adduser");
  line.host.root = false;
  EXPECT_EQ(found("Servers' user")["health"], "ok");
}

TEST_F(Doctor, LooksAtSpaceAndAccess) {
  line.host.bytes_free = 5'000'000'000;
  expect("Disk space", "warning", "5.0 GB free", "--data DIRECTORY");
  line.host.bytes_free = 500'000'000;
  expect("Disk space", "failed", "500 MB free", "--data DIRECTORY");
  line.host.bytes_free = 50'000'000'000;
  line.host.writable = false;
  expect("Data directory", "failed", "/var/lib/aurora-restore cannot be written", "--data DIRECTORY");
}

TEST_F(Doctor, LooksAtNetworkLimitsAndZones) {
  line.host.loopback_open = false;
  expect("Loopback", "failed", "127.47.136.9", "ip address add");
  line.host.loopback_open = true;
  line.host.files_max = 1024;
  expect("Open files", "warning", "1,024 at most", "ulimit -n");
  line.variables["TZ"] = "Europe/Berlni";
  expect("Time zones", "warning", "Europe/Berlni, which is no zone", "export TZ");
}

TEST_F(Doctor, LooksAtTheClock) {
  line.host.time_of_server = line.clock.now() + std::chrono::minutes(1);
  expect("Clock", "warning", "behind the server's", "set-ntp");
  line.host.time_of_server = line.clock.now() - std::chrono::minutes(10);
  expect("Clock", "failed", "ahead of the server's; requests are refused", "set-ntp");
}

TEST_F(Doctor, ServiceThatRefusesIsAWarning) {
  line.api.fail("kms.ListKeys", "AccessDeniedException");
  expect("Services", "warning", "kms (AccessDeniedException)", "permissions");
}

TEST_F(Doctor, LooksAtTables) {
  line.api.answer("dynamodb.DescribeContinuousBackups", Json::object());
  expect("Audit table", "warning", "aurora-restore-audit-dev has no point-in-time recovery", "local start");
  line.api.answer("dynamodb.DescribeTimeToLive", Json::object());
  expect("State table", "warning", "no expiry of old items, no point-in-time recovery", "local start");
  line.api.fail("dynamodb.DescribeTable", "ResourceNotFoundException");
  expect("State table", "failed", "aurora-restore-state-dev is not there", "local start");
}

TEST_F(Doctor, LooksAtFunctionsAndMachine) {
  definition["TimeoutSeconds"] = 90000;
  EXPECT_EQ(found("State machine")["health"], "ok") << "its timeout is a deployment's own";
  definition["States"]["Cleanup"]["TimeoutSeconds"] = 5;
  expect("State machine", "warning", "of another version than this program: Cleanup differ", "local start");
  line.api.fail("stepfunctions.DescribeStateMachine", "StateMachineDoesNotExist");
  expect("State machine", "failed", "aurora-restore-dev is not there", "local start");
  line.api.fail("lambda.GetFunctionConfiguration", "ResourceNotFoundException");
  expect("Functions", "failed", "aurora-restore-copy-snapshot-dev", "local start");
}

TEST_F(Doctor, LooksAtRuleAndAlarms) {
  line.api.answer(
      "cloudwatch.DescribeAlarms",
      {{"MetricAlarms", {{{"AlarmName", "aurora-restore-dev-failed"}}, {{"AlarmName", "somebody-elses"}}}}});
  expect("Alarms", "warning", "in ALARM: aurora-restore-dev-failed", "describe-alarms");
  line.api.answer("events.DescribeRule", {{"State", "DISABLED"}});
  expect("Rollback rule", "failed", "is disabled", "enable-rule");
}

TEST_F(Doctor, LooksAtParameters) {
  configure({{"reader_count", 99}});
  expect("Parameters", "failed", "reader_count is 99", "put-parameter");
  EXPECT_EQ(found("Secrets")["health"], "not looked at") << "one cause is told once";
  line.api.fail("ssm.GetParameter", "ParameterNotFound");
  configure(Json::object());
  expect("Parameters", "warning", "/aurora-restore/dev/config and /aurora-restore/dev/db_users are not there",
         "local seed");
}

TEST_F(Doctor, LooksAtSecrets) {
  line.api.answer("secretsmanager.GetSecretValue", {{"SecretString", R"({"username": "postgres"})"}});
  expect("Secrets", "failed", "has no password", "put-secret-value");
  line.api.fail("secretsmanager.GetSecretValue", "ResourceNotFoundException");
  expect("Secrets", "failed", "is not there", "create-secret");
  line.api.fail("secretsmanager.GetSecretValue", "AccessDeniedException");
  expect("Secrets", "warning", "the functions' role may all the same", "");
}

TEST_F(Doctor, LooksAtWhatTheConfigurationNames) {
  line.api.answer("kms.DescribeKey", {{"KeyMetadata", {{"KeyState", "Disabled"}}}});
  expect("KMS key", "failed", "alias/k is Disabled", "aws kms enable-key");
  line.api.fail("s3.HeadBucket", "NoSuchBucket");
  expect("Buckets", "failed", "logs of log_bucket", "aws s3 mb");
  line.api.fail("rds.DescribeDBSubnetGroups", "DBSubnetGroupNotFoundFault");
  expect("Subnet group", "failed", "g is not there in us-west-2", "describe-db-subnet-groups");
}

TEST_F(Doctor, TopicWithoutSubscriptionsIsAWarning) {
  line.api.answer("sns.GetTopicAttributes",
                  {{"Attributes", {{"SubscriptionsConfirmed", "0"}, {"SubscriptionsPending", "1"}}}});
  expect("Topic", "warning", "no confirmed subscription, 1 pending", "sns subscribe");
}

TEST_F(Doctor, WhatTheEndpointDoesNotCarryIsNotLookedAt) {
  line.api.fail("cloudwatch.DescribeAlarms", "UnknownOperationException");
  expect("Alarms", "not looked at", "does not answer the question", "");
}

}  // namespace
}  // namespace aurora::cli
