// The steps against moto, an AWS that nobody here wrote.
//
// Where moto 5 departs from AWS, and what is therefore judged by the endpoint's tests alone:
//  - it knows no time: a thing is available with the second look, or at once;
//  - it does not describe snapshots by ARN, which is how a source in another Region is looked up when it is
//    copied; those looks get the name instead here (ByName below);
//  - it knows neither engine versions nor quotas, and few orderable classes: these looks of the preflight are
//  denied
//    here (ByName too), which makes them warnings;
//  - it replaces a cluster that exists instead of refusing, and loses a cluster's members when it is renamed,
//    so that retire and swap are not tried, only a free name;
//  - a restored cluster has the port, security groups and subnet group that it was asked for, but shows its
//    parameters as in sync always.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "aws/testing/moto_server.h"
#include "db/testing/fake_session.h"
#include "http/beast_transport.h"
#include "restore/runner.h"
#include "restore/swap.h"

namespace aurora::restore {
namespace {

using ::testing::Contains;
using ::testing::IsEmpty;

constexpr char kSnapshot[] = "orders-2026-11-21";

class ByName final : public aws::Api {
 public:
  explicit ByName(aws::Api& real) : real_(real) {}
  Json call(std::string_view service, std::string_view region, std::string_view operation,
            const Json& input) override {
    for (const char* unknown :
         {"DescribeDBEngineVersions", "DescribeAccountAttributes", "DescribeOrderableDBInstanceOptions"})
      if (operation == unknown) throw aws::ServiceError("AccessDenied", "moto does not know it", 403);
    Json changed = input;
    const std::string name = string_or(input, "DBClusterSnapshotIdentifier", "");
    if (operation == "DescribeDBClusterSnapshots" && name.starts_with("arn:"))
      changed["DBClusterSnapshotIdentifier"] = name.substr(name.rfind(':') + 1);
    return real_.call(service, region, operation, changed);
  }

 private:
  aws::Api& real_;
};

StepResult passing_verification(StepContext& context) {
  context.operation.state()["verified"] = true;
  if (auto waiting = exchange_names(context)) return *waiting;
  return {
      .message = "verified", .fields = Json::object(), .next_step = "notify_completion", .retry_after = {}};
}

class StepsOnMoto : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { server_ = aws::MotoServer::start(); }
  static void TearDownTestSuite() { server_.reset(); }

  void SetUp() override {
    if (!server_)
      GTEST_SKIP() << "python3 -m moto.server does not start here: install moto[server] to run this";
    aws::ClientConfig config;
    config.endpoint_url = fmt::format("http://127.0.0.1:{}", server_->port());
    config.environment = [](const std::string& name) -> std::optional<std::string> {
      if (name == "AWS_ACCESS_KEY_ID" || name == "AWS_SECRET_ACCESS_KEY") return "testing";
      return name == "AWS_REGION" ? std::optional<std::string>("us-west-2") : std::nullopt;
    };
    client_.emplace(std::move(config), network_, clock_);
    by_name_.emplace(*client_);
    runner_.emplace(RunnerOptions{.api = *by_name_,
                                  .databases = databases_,
                                  .clock = clock_,
                                  .log = Log::none(),
                                  .environment = [](const std::string&) { return std::nullopt; },
                                  .names = names_});
    if (security_group_.empty()) make_world();
  }

  void make_world() {
    make_table(names_.state_table(), false);
    make_table(names_.audit_table(), true);
    make_network();
    make_source();
    client_->call("secretsmanager", "us-west-2", "CreateSecret",
                  {{"Name", "aurora-restore/master-credentials"},
                   {"SecretString", R"({"username":"dbmaster","password":"new-Passw0rd"})"}});
    client_->call("secretsmanager", "us-west-2", "CreateSecret",
                  {{"Name", "aurora-restore/app-credentials"},
                   {"SecretString", R"({"username":"app_user","password":"app-Passw0rd"})"}});
  }

  void make_table(const std::string& table, bool with_timestamp) {
    Json attributes = Json::array({{{"AttributeName", "operation_id"}, {"AttributeType", "S"}}});
    Json keys = Json::array({{{"AttributeName", "operation_id"}, {"KeyType", "HASH"}}});
    if (with_timestamp) {
      attributes.push_back({{"AttributeName", "timestamp"}, {"AttributeType", "S"}});
      keys.push_back({{"AttributeName", "timestamp"}, {"KeyType", "RANGE"}});
    }
    client_->call("dynamodb", "us-west-2", "CreateTable",
                  {{"TableName", table},
                   {"AttributeDefinitions", attributes},
                   {"KeySchema", keys},
                   {"BillingMode", "PAY_PER_REQUEST"}});
  }

  void make_network() {
    const Json subnets = client_->call("ec2", "us-west-2", "DescribeSubnets", Json::object())["Subnets"];
    Json ids = Json::array();
    for (const Json& subnet : subnets) ids.push_back(subnet["SubnetId"]);
    client_->call(
        "rds", "us-west-2", "CreateDBSubnetGroup",
        {{"DBSubnetGroupName", "private"}, {"DBSubnetGroupDescription", "for tests"}, {"SubnetIds", ids}});
    security_group_ = client_->call("ec2", "us-west-2", "DescribeSecurityGroups",
                                    Json::object())["SecurityGroups"][0]["GroupId"];
  }

  void make_source() {
    client_->call("rds", "us-east-1", "CreateDBCluster",
                  {{"DBClusterIdentifier", "orders"},
                   {"Engine", "aurora-postgresql"},
                   {"MasterUsername", "dbmaster"},
                   {"MasterUserPassword", "old-password-1"}});
    client_->call("rds", "us-east-1", "CreateDBClusterSnapshot",
                  {{"DBClusterIdentifier", "orders"},
                   {"DBClusterSnapshotIdentifier", kSnapshot},
                   {"Tags", {{{"Key", "owner"}, {"Value", "dba"}}}}});
  }

  Json until(const Step& step, const Json& event) {
    for (int look = 0; look < 20; ++look) {
      const Json answer = runner_->run(step, event);
      if (!answer.contains("retry_after")) return answer;
    }
    ADD_FAILURE() << step.name << " never ends";
    return nullptr;
  }

  Json describe(std::string_view operation, const char* list, const Json& input = Json::object()) {
    return client_->call("rds", "us-west-2", operation, input)[list];
  }

  // moto takes automated ones as well, when a cluster is made.
  Json manual_snapshots() {
    return describe("DescribeDBClusterSnapshots", "DBClusterSnapshots", {{"SnapshotType", "manual"}});
  }

  static std::unique_ptr<aws::MotoServer> server_;
  http::BeastTransport network_;
  SystemClock clock_;
  std::optional<aws::Client> client_;
  std::optional<ByName> by_name_;
  db::testing::FakeDatabase database_;
  db::testing::FakeConnector databases_{database_};
  PipelineNames names_;
  std::optional<StepRunner> runner_;
  static std::string security_group_;  // known once the server's world is made
};
std::string StepsOnMoto::security_group_;
std::unique_ptr<aws::MotoServer> StepsOnMoto::server_;

TEST_F(StepsOnMoto, RestoreOntoAFreeNameAndCleanUpAfterIt) {
  until(*find_step("snapshot_check"), {{"operation_id", "op-1"},
                                       {"snapshot_name", kSnapshot},
                                       {"source_region", "us-east-1"},
                                       {"target_cluster_id", "orders-test"},
                                       {"db_subnet_group_name", "private"},
                                       {"vpc_security_group_ids", {security_group_}},
                                       {"tags", {{"team", "orders"}}},
                                       {"deletion_protection", true},
                                       {"reader_count", 1}});
  const Json event{{"operation_id", "op-1"}};
  for (const char* name : {"copy_snapshot", "check_copy_status", "delete_rds", "restore_snapshot"})
    until(*find_step(name), event);
  const Json copies = manual_snapshots();
  ASSERT_EQ(copies.size(), 1u);
  EXPECT_THAT(copies[0]["TagList"], Contains(Json({{"Key", "owner"}, {"Value", "dba"}})));

  const Json restored = until(*find_step("check_restore_status"), event);
  EXPECT_EQ(restored["cluster_status"], "available");
  const Json cluster = describe("DescribeDBClusters", "DBClusters")[0];
  EXPECT_EQ(cluster["DBClusterIdentifier"], "orders-test");
  EXPECT_EQ(cluster["DBSubnetGroup"], "private");
  EXPECT_EQ(cluster["DeletionProtection"], false);
  EXPECT_THAT(cluster["TagList"], Contains(Json({{"Key", "team"}, {"Value", "orders"}})));
  const Json instances = describe("DescribeDBInstances", "DBInstances");
  ASSERT_EQ(instances.size(), 2u);
  for (const Json& instance : instances) EXPECT_EQ(instance["PubliclyAccessible"], false);

  until(Step{"verify_restore", "", passing_verification}, event);
  until(*find_step("notify_completion"), event);
  const Json cleaned = until(*find_step("cleanup"), event);
  EXPECT_EQ(cleaned["cleanup_results"]["snapshot_deleted"], true);
  EXPECT_THAT(manual_snapshots(), IsEmpty());
  EXPECT_EQ(describe("DescribeDBClusters", "DBClusters")[0]["DeletionProtection"], true);
}

TEST_F(StepsOnMoto, RollbackLeavesNothing) {
  until(*find_step("snapshot_check"), {{"operation_id", "op-2"},
                                       {"snapshot_name", kSnapshot},
                                       {"source_region", "us-east-1"},
                                       {"target_cluster_id", "orders-test-2"},
                                       {"db_subnet_group_name", "private"},
                                       {"vpc_security_group_ids", {security_group_}}});
  const Json event{{"operation_id", "op-2"}};
  for (const char* name :
       {"copy_snapshot", "check_copy_status", "delete_rds", "restore_snapshot", "check_restore_status"})
    until(*find_step(name), event);
  const Json undone = until(*find_step("handle_failure"), {{"operation_id", "op-2"}, {"cancelled", true}});
  EXPECT_EQ(undone["rollback_status"], "completed") << undone;
  for (const Json& cluster : describe("DescribeDBClusters", "DBClusters"))
    EXPECT_NE(cluster["DBClusterIdentifier"], "orders-test-2");
  for (const Json& instance : describe("DescribeDBInstances", "DBInstances"))
    EXPECT_NE(instance["DBClusterIdentifier"], "orders-test-2");
  EXPECT_THAT(manual_snapshots(), IsEmpty());
}

}  // namespace
}  // namespace aurora::restore
