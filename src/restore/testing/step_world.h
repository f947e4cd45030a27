// Steps against the local endpoint's services inside the process, with simulated databases and virtual time.
#pragma once
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/dates.h"
#include "db/testing/fake_session.h"
#include "local/dynamodb.h"
#include "local/ec2.h"
#include "local/endpoint.h"
#include "local/engines/simulated_engine.h"
#include "local/kms.h"
#include "local/rds.h"
#include "local/router_api.h"
#include "local/secretsmanager.h"
#include "local/ssm.h"
#include "local/testing/temporary_directory.h"
#include "restore/provision.h"
#include "restore/runner.h"
#include "restore/testing/recorded_api.h"

namespace aurora::restore::testing {

class StepWorld : public ::testing::Test {
 protected:
  static constexpr char kSnapshot[] = "dev-source-cluster-snapshot-2026-11-21";
  static constexpr char kTarget[] = "dev-target-cluster";

  // `pace` and `bytes` are how long RDS's work takes at least, and how large clusters are.
  explicit StepWorld(local::rds::Pace pace = {}, std::uint64_t bytes = 3ULL << 30)
      : rds({.directory = data.path(), .pace = pace, .patience = std::chrono::milliseconds(0), .threads = 0},
            simulated(bytes), clock, Log::none(), &endpoint) {
    endpoint.add("dynamodb", dynamodb);
    endpoint.add("secretsmanager", secrets);
    endpoint.add("ssm", ssm);
    endpoint.add("kms", kms);
    endpoint.add("ec2", ec2);
    endpoint.add("rds", rds);
    provision_tables(api, names);
    api.call("secretsmanager", "us-west-2", "CreateSecret",
             {{"Name", "aurora-restore/master-credentials"},
              {"SecretString", R"({"username":"dbmaster","password":"canary-Passw0rd"})"}});
    api.call("secretsmanager", "us-west-2", "CreateSecret",
             {{"Name", "aurora-restore/app-credentials"},
              {"SecretString", R"({"username":"app_user","password":"canary-Passw0rd"})"}});
    api.call("rds", "us-west-2", "CreateDBSubnetGroup",
             {{"DBSubnetGroupName", "dev-subnet-group"},
              {"DBSubnetGroupDescription", "for tests"},
              {"SubnetIds", {"subnet-1a2b3c4d", "subnet-5e6f7a8b"}}});
    make_cluster("us-east-1", "dev-source-cluster");
    api.call("rds", "us-east-1", "CreateDBClusterSnapshot",
             {{"DBClusterSnapshotIdentifier", kSnapshot}, {"DBClusterIdentifier", "dev-source-cluster"}});
    settle();
  }

  // The steps, calling AWS through `aws`.
  StepRunner runner_on(aws::Api& aws) {
    return StepRunner({.api = aws,
                       .databases = databases,
                       .clock = clock,
                       .log = log,
                       .environment = [](const std::string&) { return std::nullopt; },
                       .names = names,
                       .work_in_log = &in_work});
  }

  // Does all of RDS's work that is due.
  void work() { rds.run_due(); }
  // Lets time pass until RDS has nothing left to do.
  void settle() {
    while (const auto due = rds.run_due()) clock.advance(*due - clock.now());
  }

  void make_cluster(const std::string& region, const std::string& name, const Json& more = Json::object()) {
    Json cluster{{"DBClusterIdentifier", name},
                 {"Engine", "aurora-postgresql"},
                 {"MasterUsername", "dbmaster"},
                 {"MasterUserPassword", "old-password-1"}};
    cluster.update(more);
    api.call("rds", region, "CreateDBCluster", cluster);
    settle();
    api.call("rds", region, "CreateDBInstance",
             {{"DBInstanceIdentifier", name + "-instance-1"},
              {"DBClusterIdentifier", name},
              {"DBInstanceClass", "db.r5.large"},
              {"Engine", "aurora-postgresql"}});
    settle();
  }

  Json step(const char* name, Json event = Json::object()) {
    if (!event.contains("operation_id")) event["operation_id"] = "op-1";
    return runner.run(*find_step(name), event);
  }

  // Repeats a step, with RDS's work in between, until it no longer asks to look again.
  Json until_done(const char* name, const Json& event = Json::object()) {
    return repeated(name, [&] { return step(name, event); });
  }
  Json repeated(const char* name, const std::function<Json()>& look) {
    for (int times = 0; times < 20; ++times) {
      const Json answer = look();
      if (!answer.contains("retry_after")) return answer;
      work();
    }
    ADD_FAILURE() << name << " never ends";
    return nullptr;
  }

  Json check(const Json& more = Json::object()) {
    Json event{{"snapshot_name", kSnapshot},
               {"source_region", "us-east-1"},
               {"target_cluster_id", kTarget},
               {"db_subnet_group_name", "dev-subnet-group"},
               {"vpc_security_group_ids", {"sg-12345678"}}};
    event.update(more);
    return step("snapshot_check", event);
  }

  // Everything up to a restored cluster with its instances.
  void restore(const Json& more = Json::object()) {
    check(more);
    step("copy_snapshot");
    work();
    until_done("check_copy_status");
    until_done("delete_rds");
    step("restore_snapshot");
    work();
    until_done("check_restore_status");
  }

  // Another parameter from here on, as a resumption gives one.
  void give(const std::string& name, const Json& value) {
    Operation operation = *operations.load("op-1");
    operation["parameters"][name] = value;
    operations.save(operation, clock.now());
  }

  // What verification, which needs a database, would note.
  void mark_verified() {
    Operation operation = *operations.load("op-1");
    operation.state()["verified"] = true;
    operations.save(operation, clock.now());
  }

  std::string error_of(const std::function<void()>& action) {
    try {
      action();
    } catch (const Error& e) {
      return e.what();
    }
    return "none";
  }

  std::vector<std::string> clusters() {
    std::vector<std::string> found;
    const Json answer = api.call("rds", "us-west-2", "DescribeDBClusters", Json::object());
    for (const Json& cluster : answer["DBClusters"]) found.push_back(cluster["DBClusterIdentifier"]);
    return found;
  }
  std::vector<std::string> snapshots() {
    std::vector<std::string> found;
    const Json answer = api.call("rds", "us-west-2", "DescribeDBClusterSnapshots", Json::object());
    for (const Json& snapshot : answer["DBClusterSnapshots"])
      found.push_back(snapshot["DBClusterSnapshotIdentifier"]);
    return found;
  }
  Json cluster(const std::string& name) {
    return api.call("rds", "us-west-2", "DescribeDBClusters",
                    {{"DBClusterIdentifier", name}})["DBClusters"][0];
  }

  static local::engines::Engines simulated(std::uint64_t bytes) {
    local::engines::Engines engines;
    engines.emplace("aurora-postgresql", std::make_unique<local::engines::SimulatedEngine>(bytes));
    return engines;
  }

  local::testing::TemporaryDirectory data;
  ManualClock clock{*parse_iso("2026-11-21T03:15:00Z"), false};
  PipelineNames names;
  local::SessionKeys keys{data.path(), clock};
  local::Endpoint endpoint{{.version = "test"}, keys, clock, Log::none()};
  local::DynamoDbService dynamodb{data.path(), clock};
  local::SecretsManager secrets{data.path(), clock, endpoint};
  local::Ssm ssm{data.path(), clock, endpoint};
  local::Kms kms{data.path(), clock};
  local::Ec2 ec2{data.path(), endpoint};
  local::RdsService rds;
  local::RouterApi api{endpoint};
  WorkInLog in_work;
  RecordedApi recorded{api, endpoint, in_work, names.region};
  db::testing::FakeDatabase database;
  db::testing::FakeConnector databases{database};
  std::vector<std::string> log_lines;
  Log log{clock, LogLevel::kDebug, [this](const std::string& line) { log_lines.push_back(line); }};
  OperationStore operations{aws::DynamoDb(api, "us-west-2"), names.state_table()};
  StepRunner runner = runner_on(recorded);
};

}  // namespace aurora::restore::testing
