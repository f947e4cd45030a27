// RDS with real PostgreSQL servers: what a client of the database sees.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/mount.h>

#include "base/dates.h"
#include "base/files.h"
#include "base/text.h"
#include "local/engines/process.h"
#include "local/testing/rds_with_servers.h"

namespace aurora::local {
namespace {

using testing::RdsDriver;

class RdsWithPostgreSql : public testing::RdsWithServers {
 protected:
  RdsWithPostgreSql() : RdsWithServers(db::Engine::kPostgreSql, "postgres") {}

  void SetUp() override {
    RdsWithServers::SetUp();
    Call versions;
    versions.region = "us-west-2";
    versions.operation = "DescribeDBEngineVersions";
    if (service_->handle(versions)["DBEngineVersions"].empty()) GTEST_SKIP();
  }
};

TEST_F(RdsWithPostgreSql, MasterIsAuroraSMaster) {
  RdsDriver rds(*service_);
  make_cluster(rds, "source", {{"DatabaseName", "shop"}});
  auto session = connect(rds.cluster("source"), "first-Password1", "clusteradmin", "shop");
  EXPECT_EQ(value(*session,
                  "SELECT rolsuper::text || rolcreatedb || rolcreaterole FROM pg_roles WHERE rolname = "
                  "current_user"),
            "falsetruetrue");
  EXPECT_EQ(value(*session, "SELECT pg_has_role('rds_superuser', 'member')::text"), "true");
  EXPECT_EQ(value(*session, "SHOW server_encoding"), "UTF8");
  EXPECT_EQ(value(*session, "SHOW data_checksums"), "on");
  EXPECT_EQ(value(*session, "SELECT ssl::text FROM pg_stat_ssl WHERE pid = pg_backend_pid()"), "true");
  EXPECT_EQ(value(*session, "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = 'shop'"),
            "clusteradmin");
  EXPECT_NO_THROW(session->query("CREATE TABLE t (id int)"));
  EXPECT_THROW(connect(rds.cluster("source"), "wrong-Password1"), db::SqlError);
  EXPECT_THROW(connect(rds.cluster("source"), "first-Password1", "rdsadmin"), db::SqlError);
}

TEST_F(RdsWithPostgreSql, SnapshotCopiedAndRestoredHoldsTheData) {
  RdsDriver east(*service_, "us-east-1");
  RdsDriver west(*service_, "us-west-2");
  make_cluster(east, "source");
  connect(east.cluster("source"), "first-Password1")
      ->query(
          "CREATE TABLE city AS SELECT i AS id, 'Zürich 東京 ' || i AS name FROM generate_series(1, 5000) i");
  east.create_snapshot("before", "source");
  settle();
  connect(east.cluster("source"), "first-Password1")->query("DELETE FROM city");
  const std::string arn = east.snapshot("before")["DBClusterSnapshotArn"];
  west.call("CopyDBClusterSnapshot",
            {{"SourceDBClusterSnapshotIdentifier", arn}, {"TargetDBClusterSnapshotIdentifier", "copy"}});
  settle();
  EXPECT_EQ(west.snapshot_status("copy"), "available");
  EXPECT_GT(service_->snapshot_bytes("us-west-2", "copy"), 10u << 20);

  west.restore("target", "copy");
  settle();
  ASSERT_EQ(west.cluster_status("target"), "available");
  EXPECT_THROW(connect(west.cluster("target"), "first-Password1"), db::SqlError)
      << "there is no instance yet";
  west.create_instance("target-1", "target");
  settle();
  auto session = connect(west.cluster("target"), "first-Password1");
  EXPECT_EQ(value(*session, "SELECT count(*) || ' ' || max(name) FROM city"), "5000 Zürich 東京 999");
  // The source went its own way.
  EXPECT_EQ(value(*connect(east.cluster("source"), "first-Password1"), "SELECT count(*) FROM city"), "0");
}

TEST_F(RdsWithPostgreSql, RestoreToATimeHoldsWhatWasCommittedBeforeIt) {
  RdsDriver rds(*service_);
  make_cluster(rds, "source");
  auto session = connect(rds.cluster("source"), "first-Password1");
  session->query("CREATE TABLE orders (id int PRIMARY KEY, note text)");
  session->query("INSERT INTO orders SELECT i, 'Zürich 東京' FROM generate_series(1, 1000) i");
  rds.create_snapshot("middle", "source");
  settle();
  session->query("INSERT INTO orders VALUES (1001, 'the last good one')");
  clock_.sleep_for(std::chrono::milliseconds(20));
  const std::string before = format_iso_millis(clock_.now());
  clock_.sleep_for(std::chrono::milliseconds(20));
  session->query("DELETE FROM orders WHERE id > 10");
  session->query("INSERT INTO orders VALUES (5000, 'too late')");

  const auto restore = [&](const std::string& target, const Json& when) {
    Json input{{"DBClusterIdentifier", target}, {"SourceDBClusterIdentifier", "source"}};
    input.update(when);
    rds.call("RestoreDBClusterToPointInTime", input);
    settle();
    ASSERT_EQ(rds.cluster_status(target), "available");
    make_instance(rds, target);
  };
  const std::string count = "SELECT count(*) || ' ' || max(id) FROM orders";
  restore("then", {{"RestoreToTime", before}});
  EXPECT_EQ(value(*connect(rds.cluster("then"), "first-Password1"), count), "1001 1001");
  // Without the snapshot it begins with the backup that was made with the cluster.
  rds.call("DeleteDBClusterSnapshot", {{"DBClusterSnapshotIdentifier", "middle"}});
  settle();
  restore("from-the-beginning", {{"RestoreToTime", before}});
  EXPECT_EQ(value(*connect(rds.cluster("from-the-beginning"), "first-Password1"), count), "1001 1001");
  restore("now", {{"UseLatestRestorableTime", true}});
  auto now = connect(rds.cluster("now"), "first-Password1");
  EXPECT_EQ(value(*now, count), "11 5000");
  EXPECT_NO_THROW(now->query("INSERT INTO orders VALUES (5001, 'it takes writes')"));
  EXPECT_EQ(value(*session, count), "11 5000") << "the source is as it was";
}

TEST_F(RdsWithPostgreSql, TimeAfterTheLastCommitOfAServerAtRestIsItsLastState) {
  RdsDriver rds(*service_);
  make_cluster(rds, "source");
  connect(rds.cluster("source"), "first-Password1")->query("CREATE TABLE t AS SELECT 7 AS n");
  rds.call("StopDBCluster", {{"DBClusterIdentifier", "source"}});
  settle();
  rds.call("RestoreDBClusterToPointInTime", {{"DBClusterIdentifier", "target"},
                                             {"SourceDBClusterIdentifier", "source"},
                                             {"RestoreToTime", format_iso_millis(clock_.now())}});
  settle();
  ASSERT_EQ(rds.cluster_status("target"), "available");
  make_instance(rds, "target");
  EXPECT_EQ(value(*connect(rds.cluster("target"), "first-Password1"), "SELECT n FROM t"), "7");
}

TEST_F(RdsWithPostgreSql, NewMasterPasswordReplacesTheOldOneOfTheSnapshot) {
  RdsDriver rds(*service_);
  make_cluster(rds, "source");
  rds.call("ModifyDBCluster",
           {{"DBClusterIdentifier", "source"}, {"MasterUserPassword", "second-Password2"}});
  settle();
  EXPECT_NO_THROW(connect(rds.cluster("source"), "second-Password2"));
  EXPECT_THROW(connect(rds.cluster("source"), "first-Password1"), db::SqlError);
  // Without an instance there is no server, and it must work all the same.
  rds.call("DeleteDBInstance", {{"DBInstanceIdentifier", "source-1"}});
  settle();
  rds.call("ModifyDBCluster", {{"DBClusterIdentifier", "source"}, {"MasterUserPassword", "third-Password3"}});
  rds.create_instance("source-2", "source");
  settle();
  EXPECT_NO_THROW(connect(rds.cluster("source"), "third-Password3"));
}

TEST_F(RdsWithPostgreSql, RenamedClusterIsFoundAtItsNewNamesAddress) {
  RdsDriver rds(*service_);
  make_cluster(rds, "target");
  const std::string address = rds.cluster("target")["Endpoint"];
  connect(rds.cluster("target"), "first-Password1")->query("CREATE TABLE kept AS SELECT 7 AS n");
  rds.call("ModifyDBCluster", {{"DBClusterIdentifier", "target"},
                               {"NewDBClusterIdentifier", "target-old"},
                               {"ApplyImmediately", true}});
  settle();
  EXPECT_EQ(rds.refusal("DescribeDBClusters", {{"DBClusterIdentifier", "target"}}), "DBClusterNotFoundFault");
  EXPECT_NE(rds.cluster("target-old")["Endpoint"], address);
  EXPECT_EQ(value(*connect(rds.cluster("target-old"), "first-Password1"), "SELECT n FROM kept"), "7");
  // The name and its address are free for another.
  make_cluster(rds, "target-b");
  rds.create_cluster("target");
  settle();
  EXPECT_EQ(rds.cluster("target")["Endpoint"], address);
}

TEST_F(RdsWithPostgreSql, ServersSurviveAKilledEndpointAndAreAdopted) {
#ifdef __SANITIZE_THREAD__
  GTEST_SKIP() << "ThreadSanitizer ends a forked process that starts threads";
#endif
  RdsDriver rds(*service_);
  make_cluster(rds, "source");
  auto session = connect(rds.cluster("source"), "first-Password1");
  const std::string started = value(*session, "SELECT pg_postmaster_start_time()");
  open_elsewhere_and_die();
  EXPECT_EQ(value(*session, "SELECT pg_postmaster_start_time()"), started);
}

TEST_F(RdsWithPostgreSql, ServerThatWasKilledIsStartedAgain) {
  RdsDriver rds(*service_);
  make_cluster(rds, "source");
  const Json cluster = rds.cluster("source");
  connect(cluster, "first-Password1")->query("CREATE TABLE kept AS SELECT 7 AS n");
  // A child that was forked a moment ago still bears its parent's title.
  std::vector<pid_t> postmasters;
  for (int look = 0; look < 200 && postmasters.size() != 1; ++look) {
    if (look > 0) clock_.sleep_for(std::chrono::milliseconds(10));
    postmasters = engines::processes_titled(
        fmt::format("/usr/lib/postgresql/15/bin/postgres -D {}", data_.path().string()));
  }
  ASSERT_EQ(postmasters.size(), 1u);
  ::kill(postmasters[0], SIGKILL);
  EXPECT_EQ(value_when_back(cluster, "first-Password1", "SELECT n FROM kept"), "7");
}

TEST_F(RdsWithPostgreSql, OrderlyStopStopsServersAndStartBringsThemBack) {
  RdsDriver rds(*service_);
  make_cluster(rds, "source");
  const Json cluster = rds.cluster("source");
  connect(cluster, "first-Password1")->query("CREATE TABLE kept AS SELECT 7 AS n");
  service_->stop();
  EXPECT_THROW(connect(cluster, "first-Password1"), db::SqlError);
  service_.reset();
  open();
  EXPECT_EQ(value(*connect(cluster, "first-Password1"), "SELECT n FROM kept"), "7");
}

TEST_F(RdsWithPostgreSql, DeletedClusterLeavesNeitherFilesNorProcesses) {
  RdsDriver rds(*service_);
  make_cluster(rds, "source");
  const std::string title = "postgres: rds-";
  EXPECT_FALSE(engines::processes_titled(title).empty());
  rds.call("DeleteDBInstance", {{"DBInstanceIdentifier", "source-1"}});
  rds.call("DeleteDBCluster", {{"DBClusterIdentifier", "source"}, {"FinalDBSnapshotIdentifier", "farewell"}});
  settle();
  EXPECT_EQ(rds.refusal("DescribeDBClusters", {{"DBClusterIdentifier", "source"}}), "DBClusterNotFoundFault");
  EXPECT_EQ(entries("c"), 0u);
  EXPECT_EQ(rds.snapshot_status("farewell"), "available");
  rds.call("DeleteDBClusterSnapshot", {{"DBClusterSnapshotIdentifier", "farewell"}});
  settle();
  EXPECT_EQ(entries("s"), 0u);
}

TEST_F(RdsWithPostgreSql, StoppedClusterRefusesConnectionsUntilItIsStarted) {
  RdsDriver rds(*service_);
  make_cluster(rds, "source");
  rds.call("StopDBCluster", {{"DBClusterIdentifier", "source"}});
  settle();
  EXPECT_EQ(rds.cluster_status("source"), "stopped");
  EXPECT_EQ(rds.instance_status("source-1"), "stopped");
  EXPECT_THROW(connect(rds.cluster("source"), "first-Password1"), db::SqlError);
  rds.call("StartDBCluster", {{"DBClusterIdentifier", "source"}});
  settle();
  EXPECT_NO_THROW(connect(rds.cluster("source"), "first-Password1"));
}

TEST_F(RdsWithPostgreSql, ParametersOfTheGroupReachTheServer) {
  RdsDriver rds(*service_);
  rds.call("CreateDBClusterParameterGroup", {{"DBClusterParameterGroupName", "mine"},
                                             {"DBParameterGroupFamily", "aurora-postgresql15"},
                                             {"Description", "for a test"}});
  make_cluster(rds, "source", {{"DBClusterParameterGroupName", "mine"}});
  rds.call("ModifyDBClusterParameterGroup",
           {{"DBClusterParameterGroupName", "mine"},
            {"Parameters",
             {{{"ParameterName", "work_mem"}, {"ParameterValue", "4321"}, {"ApplyMethod", "immediate"}}}}});
  settle();
  EXPECT_EQ(value(*connect(rds.cluster("source"), "first-Password1"), "SHOW work_mem"), "4321kB");
  EXPECT_EQ(value(*connect(rds.cluster("source"), "first-Password1"), "SHOW track_io_timing"), "on")
      << "a default that RDS lists holds";
  rds.call("ModifyDBClusterParameterGroup", {{"DBClusterParameterGroupName", "mine"},
                                             {"Parameters",
                                              {{{"ParameterName", "max_connections"},
                                                {"ParameterValue", "33"},
                                                {"ApplyMethod", "pending-reboot"}}}}});
  settle();
  EXPECT_EQ(value(*connect(rds.cluster("source"), "first-Password1"), "SHOW max_connections"), "60");
  EXPECT_EQ(rds.cluster("source")["DBClusterMembers"][0]["DBClusterParameterGroupStatus"], "pending-reboot");
  rds.call("RebootDBInstance", {{"DBInstanceIdentifier", "source-1"}});
  settle();
  EXPECT_EQ(value(*connect(rds.cluster("source"), "first-Password1"), "SHOW max_connections"), "33");
  EXPECT_EQ(rds.cluster("source")["DBClusterMembers"][0]["DBClusterParameterGroupStatus"], "in-sync");
}

// A file system of its own that is too small for two snapshots; only root can make one.
class SmallDisk {
 public:
  explicit SmallDisk(const std::filesystem::path& place) : place_(place) {
    mounted_ = ::mount("tmpfs", place.c_str(), "tmpfs", 0, "size=206m,mode=0711") == 0;
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;
  ~SmallDisk() {
    if (mounted_) ::umount2(place_.c_str(), MNT_DETACH);
  }
  bool mounted() const { return mounted_; }

 private:
  std::filesystem::path place_;
  bool mounted_ = false;
};

TEST_F(RdsWithPostgreSql, FullDiskFailsTheSnapshotAndNothingElse) {
  service_->stop();
  service_.reset();
  const SmallDisk disk(data_.path());
  if (!disk.mounted()) GTEST_SKIP() << "a small file system can be mounted by root only";
  open();
  RdsDriver rds(*service_);
  make_cluster(rds, "source");
  rds.create_snapshot("fits", "source");
  settle();
  ASSERT_EQ(rds.snapshot_status("fits"), "available");
  rds.create_snapshot("does-not", "source");
  settle();
  EXPECT_EQ(rds.snapshot_status("does-not"), "failed");
  EXPECT_EQ(rds.cluster_status("source"), "available");
  EXPECT_EQ(entries("s"), 1u) << "nothing half-made is left";
  const Json events =
      rds.call("DescribeEvents", {{"SourceType", "db-cluster-snapshot"}, {"SourceIdentifier", "does-not"}});
  EXPECT_NE(events["Events"].dump().find("Free space"), std::string::npos) << events.dump();
  EXPECT_EQ(rds.call("CopyDBClusterSnapshot",
                     {{"SourceDBClusterSnapshotIdentifier", "fits"},
                      {"TargetDBClusterSnapshotIdentifier", "nor-this"}})["DBClusterSnapshot"]["Status"],
            "copying");
  settle();
  EXPECT_EQ(rds.snapshot_status("nor-this"), "failed");
  rds.call("DeleteDBClusterSnapshot", {{"DBClusterSnapshotIdentifier", "fits"}});
  settle();
  rds.create_snapshot("fits-now", "source");
  settle();
  EXPECT_EQ(rds.snapshot_status("fits-now"), "available");
  EXPECT_NO_THROW(
      connect(rds.cluster("source"), "first-Password1")->query("CREATE TABLE still_alive (id int)"));
  service_->stop();
  service_.reset();
}

TEST_F(RdsWithPostgreSql, ServerNeverRunsAsRoot) {
  RdsDriver rds(*service_);
  make_cluster(rds, "source");
  const std::vector<pid_t> processes = engines::processes_titled("postgres: rds-");
  ASSERT_FALSE(processes.empty());
  for (const pid_t process : processes) {
    const std::string status = read_file_if_exists(fmt::format("/proc/{}/status", process)).value_or("");
    const std::size_t line = status.find("\nUid:");
    if (line == std::string::npos) continue;  // it ended
    EXPECT_NE(status.substr(line + 6, 2), "0\t");
  }
}

}  // namespace
}  // namespace aurora::local
