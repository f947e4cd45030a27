#include "local/rds/master_secret.h"

#include "local/ec2.h"
#include "local/engines/simulated_engine.h"
#include "local/rds.h"
#include "local/testing/endpoint_fixture.h"

namespace aurora::local {
namespace {

class MasterSecrets : public testing::EndpointFixture {
 protected:
  MasterSecrets() {
    services->endpoint.add("ec2", ec2);
    services->endpoint.add("rds", rds);
  }

  static engines::Engines simulated(engines::SimulatedEngine*& engine) {
    auto owned = std::make_unique<engines::SimulatedEngine>();
    engine = owned.get();
    engines::Engines engines;
    engines.emplace("aurora-postgresql", std::move(owned));
    return engines;
  }
  Json create_input(const Json& more = Json::object()) {
    Json input{{"DBClusterIdentifier", "source"},
               {"Engine", "aurora-postgresql"},
               {"MasterUsername", "clusteradmin"},
               {"ManageMasterUserPassword", true}};
    input.update(more);
    return input;
  }
  Json make_cluster(const Json& more = Json::object()) {
    const Json made = call("rds", "CreateDBCluster", create_input(more))["DBCluster"];
    call("rds", "CreateDBInstance",
         {{"DBInstanceIdentifier", "source-1"},
          {"DBClusterIdentifier", "source"},
          {"DBInstanceClass", "db.r6g.large"},
          {"Engine", "aurora-postgresql"}});
    rds.run_due();
    return made;
  }
  Json modify(const Json& more) {
    Json input{{"DBClusterIdentifier", "source"}, {"ApplyImmediately", true}};
    input.update(more);
    return call("rds", "ModifyDBCluster", input)["DBCluster"];
  }
  std::string modify_refusal(const Json& more) {
    Json input{{"DBClusterIdentifier", "source"}};
    input.update(more);
    return refusal("rds", "ModifyDBCluster", input);
  }
  Json cluster() { return call("rds", "DescribeDBClusters")["DBClusters"][0]; }
  std::string secret_arn() { return cluster()["MasterUserSecret"]["SecretArn"]; }
  Json login() {
    return Json::parse(call("secretsmanager", "GetSecretValue", {{"SecretId", secret_arn()}})["SecretString"]
                           .get<std::string>());
  }
  std::size_t secrets() { return call("secretsmanager", "ListSecrets")["SecretList"].size(); }
  // Whether the server takes the password of the secret.
  bool server_takes(const std::string& password) {
    const std::string resource = cluster()["DbClusterResourceId"];
    const auto files = directory.path() / "rds" / "c" / resource.substr(8, 12);
    return engine->verifier_of(files, "clusteradmin") == engine->password_verifier(Secret(password));
  }

  engines::SimulatedEngine* engine = nullptr;
  Ec2 ec2{directory.path(), services->endpoint};
  RdsService rds{{.directory = directory.path(), .pace = {}, .patience = {}, .durable = false, .threads = 0},
                 simulated(engine),
                 clock,
                 Log::none(),
                 &services->endpoint};
};

TEST_F(MasterSecrets, NewClusterHasItsPasswordInASecretOfItsOwn) {
  const Json made = make_cluster();
  EXPECT_EQ(made["MasterUserSecret"]["SecretStatus"], "creating");
  const Json secret = cluster()["MasterUserSecret"];
  EXPECT_EQ(secret["SecretStatus"], "active");
  EXPECT_EQ(secret["SecretArn"], made["MasterUserSecret"]["SecretArn"]);
  EXPECT_NE(secret["SecretArn"].get<std::string>().find(":secret:rds!cluster-"), std::string::npos);
  EXPECT_NE(secret["KmsKeyId"].get<std::string>().find(":key/"), std::string::npos);
  EXPECT_EQ(login()["username"], "clusteradmin");
  EXPECT_TRUE(server_takes(login()["password"]));
  EXPECT_FALSE(is_on_disk(login()["password"])) << "no password stands readable in a file";
}

TEST_F(MasterSecrets, RefusedRequestsLeaveNoSecretBehind) {
  EXPECT_EQ(refusal("rds", "CreateDBCluster", create_input({{"MasterUserPassword", "first-Password1"}})),
            "InvalidParameterCombination");
  EXPECT_EQ(refusal("rds", "CreateDBCluster", create_input({{"Port", 80}})), "InvalidParameterValue");
  EXPECT_EQ(refusal("rds", "CreateDBCluster", create_input({{"MasterUserSecretKmsKeyId", "alias/none"}})),
            "KMSKeyNotAccessibleFault");
  EXPECT_EQ(refusal("rds", "CreateDBCluster",
                    create_input({{"ManageMasterUserPassword", false},
                                  {"MasterUserPassword", "first-Password1"},
                                  {"MasterUserSecretKmsKeyId", "alias/aws/rds"}})),
            "InvalidParameterCombination");
  EXPECT_EQ(secrets(), 0u);
}

TEST_F(MasterSecrets, RotationGivesAnotherPasswordInTheSameSecret) {
  make_cluster();
  const std::string arn = secret_arn();
  const std::string first = login()["password"];
  EXPECT_EQ(modify_refusal({{"RotateMasterUserPassword", true}}), "InvalidParameterCombination")
      << "without ApplyImmediately";
  const Json rotating = modify({{"RotateMasterUserPassword", true}});
  EXPECT_EQ(rotating["MasterUserSecret"]["SecretStatus"], "rotating");
  EXPECT_EQ(rotating["Status"], "resetting-master-credentials");
  rds.run_due();
  EXPECT_EQ(secret_arn(), arn);
  EXPECT_NE(login()["password"], first);
  EXPECT_TRUE(server_takes(login()["password"]));
  const Json stages = call("secretsmanager", "DescribeSecret", {{"SecretId", arn}})["VersionIdsToStages"];
  EXPECT_EQ(stages.size(), 2u) << "the current and the previous one, nothing pending: " << stages;
}

TEST_F(MasterSecrets, ManagementIsTurnedOnAndOff) {
  make_cluster({{"ManageMasterUserPassword", false}, {"MasterUserPassword", "first-Password1"}});
  EXPECT_FALSE(cluster().contains("MasterUserSecret"));
  EXPECT_EQ(modify_refusal({{"RotateMasterUserPassword", true}, {"ApplyImmediately", true}}),
            "InvalidParameterCombination");
  modify({{"ManageMasterUserPassword", true}});
  rds.run_due();
  EXPECT_TRUE(server_takes(login()["password"]));
  const std::string arn = secret_arn();
  modify({{"ManageMasterUserPassword", true}});
  rds.run_due();
  EXPECT_EQ(secret_arn(), arn) << "asking again changes nothing";
  EXPECT_EQ(secrets(), 1u);
  EXPECT_EQ(modify_refusal({{"MasterUserPassword", "second-Password2"}}), "InvalidParameterCombination");
  EXPECT_EQ(modify_refusal({{"ManageMasterUserPassword", false}}), "InvalidParameterCombination");
  modify({{"ManageMasterUserPassword", false}, {"MasterUserPassword", "second-Password2"}});
  rds.run_due();
  EXPECT_FALSE(cluster().contains("MasterUserSecret"));
  EXPECT_TRUE(server_takes("second-Password2"));
  EXPECT_EQ(secrets(), 0u);
}

TEST_F(MasterSecrets, SecretGoesWithTheClusterAndARestoreHasNone) {
  make_cluster();
  call("rds", "CreateDBClusterSnapshot",
       {{"DBClusterIdentifier", "source"}, {"DBClusterSnapshotIdentifier", "nightly"}});
  rds.run_due();
  call("rds", "DeleteDBInstance", {{"DBInstanceIdentifier", "source-1"}});
  call("rds", "DeleteDBCluster", {{"DBClusterIdentifier", "source"}, {"SkipFinalSnapshot", true}});
  rds.run_due();
  EXPECT_EQ(secrets(), 0u);
  call("rds", "RestoreDBClusterFromSnapshot",
       {{"DBClusterIdentifier", "source"},
        {"SnapshotIdentifier", "nightly"},
        {"Engine", "aurora-postgresql"}});
  rds.run_due();
  EXPECT_FALSE(cluster().contains("MasterUserSecret"));
}

}  // namespace
}  // namespace aurora::local
