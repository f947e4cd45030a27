#include "local/rds.h"

#include <fstream>

#include "local/ec2_network.h"
#include "local/testing/simulated_rds.h"

namespace aurora::local {
namespace {

using testing::SimulatedRds;
using namespace std::chrono_literals;

class Rds : public SimulatedRds {};

TEST_F(Rds, WorkThatWasPromisedIsDoneByTheNextProcess) {
  rds->create_cluster("source");
  open({});  // nothing was run
  EXPECT_EQ(rds->cluster_status("source"), "creating");
  run();
  EXPECT_EQ(rds->cluster_status("source"), "available");
  EXPECT_EQ(engine->stored(), 1u);
}

TEST_F(Rds, StretchedTimeGoesOnAfterARestart) {
  const rds::Pace pace{.create = 60s};
  open(pace);
  rds->create_cluster("source");
  run();
  clock.advance(40s);
  open(pace);
  run();
  EXPECT_EQ(rds->cluster_status("source"), "creating");
  pass(20s);
  EXPECT_EQ(rds->cluster_status("source"), "available") << "the minute is not counted anew";
}

TEST_F(Rds, ServersThatShouldRunAreStartedWithTheService) {
  make_cluster("up");
  make_cluster("down");
  rds->call("StopDBCluster", {{"DBClusterIdentifier", "down"}});
  run();
  EXPECT_EQ(engine->servers(), 1u);
  service->start();
  service->stop();
  EXPECT_EQ(engine->servers(), 0u) << "an orderly stop stops servers";
  service->start();
  EXPECT_EQ(engine->servers(), 1u);
  EXPECT_FALSE(engine->address_of(directory_of("up")).empty());
}

TEST_F(Rds, PatientDescribeAnswersWhenTheStatusChanges) {
  SystemClock real;
  engines::Engines engines;
  engines.emplace("aurora-postgresql", std::make_unique<engines::SimulatedEngine>());
  service = std::make_unique<RdsService>(
      RdsOptions{.directory = data.path(), .pace = {}, .patience = 1h, .threads = 1}, std::move(engines),
      real, Log::none());
  rds.emplace(*service);
  const Json created = rds->create_cluster("source");
  EXPECT_EQ(created["Status"], "creating");
  service->start();
  EXPECT_EQ(rds->cluster_status("source"), "available") << "the wait ended with the work";
  Call impatient;
  impatient.region = "us-west-2";
  impatient.operation = "DescribeDBClusters";
  impatient.input = {{"DBClusterIdentifier", "source"}};
  std::stop_source gone;
  gone.request_stop();
  impatient.stop = gone.get_token();
  service->stop();
  rds->call("StopDBCluster", {{"DBClusterIdentifier", "source"}});
  EXPECT_EQ(service->handle(impatient)["DBClusters"][0]["Status"], "stopping")
      << "nobody waits for the answer";
}

TEST_F(Rds, PasswordIsNowhereInTheFiles) {
  make_cluster("source", {{"MasterUserPassword", "Findable-4711"}});
  rds->call("ModifyDBCluster", {{"DBClusterIdentifier", "source"}, {"MasterUserPassword", "Findable-4712"}});
  service.reset();
  for (const auto& entry : std::filesystem::directory_iterator(data.path())) {
    if (!entry.is_regular_file()) continue;
    std::ifstream file(entry.path());
    const std::string content{std::istreambuf_iterator<char>(file), {}};
    EXPECT_EQ(content.find("Findable"), std::string::npos) << entry.path();
  }
}

TEST_F(Rds, EventsFollowTheClock) {
  make_cluster("source");
  clock.advance(2h);
  make_snapshot(*rds, "nightly", "source");
  const auto count = [&](const Json& input) { return rds->call("DescribeEvents", input)["Events"].size(); };
  EXPECT_EQ(count({}), 1u) << "the last hour's alone";
  EXPECT_EQ(count({{"Duration", 180}}), 3u);
  EXPECT_EQ(count({{"Duration", 180}, {"SourceType", "db-cluster"}, {"SourceIdentifier", "SOURCE"}}), 1u);
  EXPECT_EQ(count({{"Duration", 180}, {"EventCategories", {"backup"}}}), 1u);
  EXPECT_EQ(rds->refusal("DescribeEvents", {{"SourceIdentifier", "source"}}), "InvalidParameterCombination");
}

// Answers as KMS does for two keys, one of them disabled.
class Keys final : public Router {
 public:
  Json call(const Call& call) override {
    if (call.service == "ec2")
      return {{"SecurityGroups", {{{"GroupId", "sg-1"}, {"VpcId", ec2::default_vpc(call.region)}}}}};
    EXPECT_EQ(call.service, "kms");
    const std::string id = call.input.at("KeyId");
    if (id != "alias/good" && id != "alias/off") throw aws::ServiceError("NotFoundException", "no such key");
    return {{"KeyMetadata",
             {{"Arn", "arn:aws:kms:us-west-2:123456789012:key/5f"},
              {"KeyState", id == "alias/good" ? "Enabled" : "Disabled"},
              {"KeyManager", "AWS"}}}};
  }
};

TEST_F(Rds, KeysAreThoseOfKms) {
  Keys keys;
  open({}, &keys);
  const auto refusal = [&](const std::string& key) {
    return rds->refusal("CreateDBCluster", {{"DBClusterIdentifier", "source"},
                                            {"Engine", "aurora-postgresql"},
                                            {"MasterUsername", "clusteradmin"},
                                            {"MasterUserPassword", "first-Password1"},
                                            {"StorageEncrypted", true},
                                            {"KmsKeyId", key}});
  };
  EXPECT_EQ(refusal("alias/none"), "KMSKeyNotAccessibleFault");
  EXPECT_EQ(refusal("alias/off"), "KMSKeyNotAccessibleFault");
  EXPECT_EQ(refusal("alias/good").substr(0, 8), "answered");
  EXPECT_EQ(rds->cluster("source")["KmsKeyId"], "arn:aws:kms:us-west-2:123456789012:key/5f");
  run();
  make_snapshot(*rds, "mine", "source");
  EXPECT_EQ(rds->refusal("ModifyDBClusterSnapshotAttribute", {{"DBClusterSnapshotIdentifier", "mine"},
                                                              {"AttributeName", "restore"},
                                                              {"ValuesToAdd", {"999988887777"}}}),
            "InvalidDBClusterSnapshotStateFault")
      << "RDS's own key cannot be shared";
}

TEST_F(Rds, EngineThatIsNotThereIsRefusedWithAReason) {
  service = std::make_unique<RdsService>(
      RdsOptions{.directory = data.path() / "other", .pace = {}, .patience = {}, .threads = 0},
      engines::Engines(), clock, Log::none());
  rds.emplace(*service);
  EXPECT_EQ(rds->refusal("CreateDBCluster", {{"DBClusterIdentifier", "source"},
                                             {"Engine", "aurora-mysql"},
                                             {"MasterUsername", "clusteradmin"},
                                             {"MasterUserPassword", "first-Password1"}}),
            "InvalidParameterValue");
  EXPECT_NE(rds->last_message().find("no server for them"), std::string::npos);
}

}  // namespace
}  // namespace aurora::local
