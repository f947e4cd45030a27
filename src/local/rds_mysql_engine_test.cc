// RDS with real MariaDB servers: what a client of the database sees.
#include <gtest/gtest.h>
#include <signal.h>

#include <atomic>
#include <thread>

#include "base/dates.h"
#include "base/files.h"
#include "base/text.h"
#include "local/engines/mariadb_programs.h"
#include "local/engines/process.h"
#include "local/testing/rds_with_servers.h"

namespace aurora::local {
namespace {

using testing::RdsDriver;

class RdsWithMariaDb : public testing::RdsWithServers {
 protected:
  RdsWithMariaDb() : RdsWithServers(db::Engine::kMySql, "shop") {}

  void SetUp() override {
    if (!engines::missing_mariadb_programs().empty()) GTEST_SKIP() << "MariaDB is not installed";
    RdsWithServers::SetUp();
  }
  void make_cluster(RdsDriver& rds, const std::string& id) {
    RdsWithServers::make_cluster(rds, id, {{"DatabaseName", "shop"}});
  }
  std::vector<pid_t> servers() {
    return engines::processes_titled(
        fmt::format("{} --defaults-file={}", engines::mariadb_program("mariadbd"), data_.path().string()));
  }
};

TEST_F(RdsWithMariaDb, RestoreToATimeHoldsWhatWasCommittedBeforeItsSecond) {
  RdsDriver rds(*service_);
  make_cluster(rds, "source");
  auto session = connect(rds.cluster("source"), "first-Password1");
  session->query("CREATE TABLE orders (id int PRIMARY KEY, note varchar(40), picture varbinary(9))");
  session->query("INSERT INTO orders VALUES (1, 'Zürich 東京', x'00FF27005C0A')");
  EXPECT_EQ(rds.cluster("source").value("LatestRestorableTime", ""), "") << "no backup to begin with";
  rds.create_snapshot("middle", "source");
  settle();
  session->query("INSERT INTO orders VALUES (2, 'the last good one', x'00FF27005C0A')");
  clock_.sleep_for(std::chrono::milliseconds(1100));
  const std::string before = format_iso_millis(clock_.now());
  clock_.sleep_for(std::chrono::milliseconds(1100));
  session->query("DELETE FROM orders WHERE id = 1");
  session->query("INSERT INTO orders VALUES (5000, 'too late', NULL)");

  const auto restore = [&](const std::string& target, const Json& when) {
    Json input{{"DBClusterIdentifier", target}, {"SourceDBClusterIdentifier", "source"}};
    input.update(when);
    rds.call("RestoreDBClusterToPointInTime", input);
    settle();
    ASSERT_EQ(rds.cluster_status(target), "available");
    make_instance(rds, target);
  };
  const std::string sums =
      "SELECT CONCAT(COUNT(*), ' ', MAX(id), ' ', MIN(note), ' ', MIN(HEX(picture))) FROM orders";
  restore("then", {{"RestoreToTime", before}});
  EXPECT_EQ(value(*connect(rds.cluster("then"), "first-Password1"), sums),
            "2 2 the last good one 00FF27005C0A");
  restore("now", {{"UseLatestRestorableTime", true}});
  auto now = connect(rds.cluster("now"), "first-Password1");
  EXPECT_EQ(value(*now, sums), "2 5000 the last good one 00FF27005C0A");
  EXPECT_NO_THROW(now->query("INSERT INTO orders VALUES (5001, 'it takes writes', NULL)"));
  EXPECT_EQ(value(*session, sums), "2 5000 the last good one 00FF27005C0A") << "the source is as it was";
}

TEST_F(RdsWithMariaDb, MasterIsAuroraSMaster) {
  RdsDriver rds(*service_);
  make_cluster(rds, "source");
  auto session = connect(rds.cluster("source"), "first-Password1");
  EXPECT_EQ(value(*session, "SELECT CURRENT_USER()"), "clusteradmin@%");
  const std::string privileges = value(*session,
                                       "SELECT GROUP_CONCAT(privilege_type) FROM "
                                       "information_schema.user_privileges WHERE is_grantable = 'YES' "
                                       "AND grantee = \"'clusteradmin'@'%'\"");
  for (const char* has : {"CREATE USER", "SELECT", "RELOAD", "TRIGGER", "EVENT", "CONNECTION ADMIN"})
    EXPECT_NE(privileges.find(has), std::string::npos) << has;
  for (const char* lacks : {"SUPER", "FILE", "SHUTDOWN"})
    EXPECT_EQ(privileges.find(lacks), std::string::npos) << privileges;
  EXPECT_EQ(value(*session, "SELECT GROUP_CONCAT(user, '@', host ORDER BY user) FROM mysql.user"),
            "clusteradmin@%,mariadb.sys@localhost,rds_superuser_role@,rdsadmin@localhost")
      << "nobody else, least of all without a name or a password";
  EXPECT_EQ(value(*session, "SELECT GROUP_CONCAT(schema_name ORDER BY 1) FROM information_schema.schemata"),
            "information_schema,mysql,performance_schema,shop,sys");
  session->query("CREATE USER reader@'%' IDENTIFIED BY 'reader-Password1'");
  session->query("GRANT SELECT ON shop.* TO reader@'%'");
  session->query("GRANT rds_superuser_role TO reader@'%'");
  session->query("CREATE FUNCTION shop.twice(n INT) RETURNS INT DETERMINISTIC RETURN 2 * n");
  EXPECT_EQ(value(*connect(rds.cluster("source"), "reader-Password1", "reader"), "SELECT 1"), "1");
}

TEST_F(RdsWithMariaDb, ServerIsSetUpLikeAuroraS) {
  RdsDriver rds(*service_);
  make_cluster(rds, "source");
  EXPECT_EQ(rds.cluster("source")["Port"], 3306);
  auto session = connect(rds.cluster("source"), "first-Password1");
  EXPECT_EQ(value(*session, "SELECT @@character_set_server"), "utf8mb4");
  EXPECT_EQ(value(*session, "SELECT @@time_zone"), "UTC");
  EXPECT_EQ(value(*session, "SELECT CONVERT_TZ('2026-07-01 12:00:00', 'UTC', 'Asia/Tokyo')"),
            "2026-07-01 21:00:00");
  EXPECT_EQ(value(*session, "SELECT @@event_scheduler"), "OFF");
  EXPECT_EQ(value(*session, "SELECT @@local_infile"), "0");
  EXPECT_EQ(value(*session, "SELECT @@log_bin"), "1");
}

TEST_F(RdsWithMariaDb, TlsIsThereAndVerifiable) {
  RdsDriver rds(*service_);
  make_cluster(rds, "source");
  const Json cluster = rds.cluster("source");
  auto session = connect(cluster, "first-Password1");
  EXPECT_TRUE(
      session->query("SHOW STATUS LIKE 'Ssl_version'").rows.at(0).at(1).value_or("").starts_with("TLSv1."));
  const engines::TlsAuthority another(data_.path() / "another", clock_);
  db::ConnectOptions options = login(cluster, "first-Password1");
  options.ca_file = another.ca_file();
  EXPECT_THROW(connector_.connect(options), db::SqlError);
}

TEST_F(RdsWithMariaDb, OnlyThePasswordOpensAndTheSuperuserNotOverTheNetwork) {
  RdsDriver rds(*service_);
  make_cluster(rds, "source");
  const Json cluster = rds.cluster("source");
  EXPECT_THROW(connect(cluster, "wrong-Password1"), db::SqlError);
  EXPECT_THROW(connect(cluster, ""), db::SqlError);
  EXPECT_THROW(connect(cluster, "first-Password1", "rdsadmin"), db::SqlError);
  // Even with the superuser's own password, which the engine's files hold.
  for (const auto& entry : std::filesystem::recursive_directory_iterator(data_.path() / "rds" / "c")) {
    if (entry.path().filename() != "admin.cnf") continue;
    const std::string text = read_file(entry.path());
    const std::size_t at = text.find("password=\"") + 10;
    EXPECT_THROW(connect(cluster, text.substr(at, text.find('"', at) - at), "rdsadmin"), db::SqlError);
    EXPECT_EQ(std::filesystem::status(entry.path()).permissions(), std::filesystem::perms(0600));
  }
}

TEST_F(RdsWithMariaDb, SnapshotCopiedAndRestoredHoldsTheData) {
  RdsDriver east(*service_, "us-east-1");
  RdsDriver west(*service_, "us-west-2");
  make_cluster(east, "source");
  auto source = connect(east.cluster("source"), "first-Password1");
  source->query(
      "CREATE TABLE city (id INT PRIMARY KEY AUTO_INCREMENT, name VARCHAR(40), seen INT DEFAULT 0)");
  source->query("INSERT INTO city (name) SELECT CONCAT('Zürich 東京 🗼 ', seq) FROM seq_1_to_5000");
  source->query("CREATE VIEW big AS SELECT * FROM city WHERE id > 4000");
  source->query("CREATE TRIGGER seen BEFORE UPDATE ON city FOR EACH ROW SET NEW.seen = OLD.seen + 1");
  source->query("CREATE EVENT tick ON SCHEDULE EVERY 1 DAY DO DELETE FROM city WHERE id < 0");
  east.create_snapshot("before", "source");
  settle();
  source->query("DELETE FROM city");
  const std::string arn = east.snapshot("before")["DBClusterSnapshotArn"];
  west.call("CopyDBClusterSnapshot",
            {{"SourceDBClusterSnapshotIdentifier", arn}, {"TargetDBClusterSnapshotIdentifier", "copy"}});
  settle();
  EXPECT_EQ(west.snapshot_status("copy"), "available");
  EXPECT_EQ(west.snapshot("copy")["EngineVersion"], east.cluster("source")["EngineVersion"]);
  EXPECT_GT(service_->snapshot_bytes("us-west-2", "copy"), 10u << 20);

  west.restore("target", "copy", with_engine());
  settle();
  ASSERT_EQ(west.cluster_status("target"), "available");
  EXPECT_THROW(connect(west.cluster("target"), "first-Password1"), db::SqlError)
      << "there is no instance yet";
  make_instance(west, "target");
  auto session = connect(west.cluster("target"), "first-Password1");
  EXPECT_EQ(value(*session, "SELECT CONCAT(COUNT(*), ' ', MAX(name)) FROM city"), "5000 Zürich 東京 🗼 999");
  session->query("UPDATE city SET name = 'Αθήνα' WHERE id = 4711");
  EXPECT_EQ(value(*session, "SELECT CONCAT(seen, name) FROM big WHERE id = 4711"), "1Αθήνα");
  EXPECT_EQ(value(*session, "SELECT status FROM information_schema.events WHERE event_name = 'tick'"),
            "ENABLED");
  // The source went its own way.
  EXPECT_EQ(value(*source, "SELECT COUNT(*) FROM city"), "0");
}

// Transactions that are between the storage engine and the binary log at the moment of the backup would keep
// a server from starting.
TEST_F(RdsWithMariaDb, SnapshotUnderLoadIsConsistent) {
  RdsDriver rds(*service_);
  make_cluster(rds, "source");
  const Json cluster = rds.cluster("source");
  connect(cluster, "first-Password1")
      ->query("CREATE TABLE pair (id INT PRIMARY KEY AUTO_INCREMENT, a INT, b INT) ENGINE=InnoDB");
  std::atomic<bool> enough = false;
  std::vector<std::jthread> writers;
  for (int writer = 0; writer < 4; ++writer)
    writers.emplace_back([&] {
      const auto session = connect(cluster, "first-Password1");
      for (int n = 0; !enough; ++n) {
        session->query("BEGIN");
        session->query(fmt::format("INSERT INTO pair (a, b) VALUES ({}, 0)", n));
        session->query("UPDATE pair SET b = a WHERE id = LAST_INSERT_ID()");
        session->query("COMMIT");
      }
    });
  clock_.sleep_for(std::chrono::milliseconds(300));
  rds.create_snapshot("busy", "source");
  settle();
  enough = true;
  writers.clear();
  ASSERT_EQ(rds.snapshot_status("busy"), "available");
  rds.restore("target", "busy", with_engine());
  settle();
  make_instance(rds, "target");
  auto session = connect(rds.cluster("target"), "first-Password1");
  EXPECT_GT(std::stol(value(*session, "SELECT COUNT(*) FROM pair")), 100);
  EXPECT_EQ(value(*session, "SELECT COUNT(*) FROM pair WHERE a <> b"), "0") << "transactions are whole";
}

TEST_F(RdsWithMariaDb, NewMasterPasswordReplacesTheOldOneOfTheSnapshot) {
  RdsDriver rds(*service_);
  make_cluster(rds, "source");
  rds.call("ModifyDBCluster",
           {{"DBClusterIdentifier", "source"}, {"MasterUserPassword", "second-Password2"}});
  settle();
  EXPECT_NO_THROW(connect(rds.cluster("source"), "second-Password2"));
  EXPECT_THROW(connect(rds.cluster("source"), "first-Password1"), db::SqlError);
  // Without an instance there is no server, and it must work all the same, and leave none.
  rds.call("DeleteDBInstance", {{"DBInstanceIdentifier", "source-1"}});
  settle();
  rds.call("ModifyDBCluster", {{"DBClusterIdentifier", "source"}, {"MasterUserPassword", "third-Password3"}});
  settle();
  EXPECT_TRUE(servers().empty());
  make_instance(rds, "source");
  EXPECT_NO_THROW(connect(rds.cluster("source"), "third-Password3"));
}

TEST_F(RdsWithMariaDb, SnapshotOfAClusterAtRestHoldsTheData) {
  RdsDriver rds(*service_);
  make_cluster(rds, "source");
  connect(rds.cluster("source"), "first-Password1")->query("CREATE TABLE kept AS SELECT 7 AS n");
  rds.call("DeleteDBInstance", {{"DBInstanceIdentifier", "source-1"}});
  settle();
  rds.create_snapshot("at-rest", "source");
  settle();
  rds.restore("target", "at-rest", with_engine());
  settle();
  make_instance(rds, "target");
  EXPECT_EQ(value(*connect(rds.cluster("target"), "first-Password1"), "SELECT n FROM kept"), "7");
}

TEST_F(RdsWithMariaDb, RenamedClusterIsFoundAtItsNewNamesAddress) {
  RdsDriver rds(*service_);
  make_cluster(rds, "target");
  const std::string address = rds.cluster("target")["Endpoint"];
  connect(rds.cluster("target"), "first-Password1")->query("CREATE TABLE kept AS SELECT 7 AS n");
  rds.call("ModifyDBCluster", {{"DBClusterIdentifier", "target"},
                               {"NewDBClusterIdentifier", "target-old"},
                               {"ApplyImmediately", true}});
  settle();
  EXPECT_NE(rds.cluster("target-old")["Endpoint"], address);
  EXPECT_EQ(value(*connect(rds.cluster("target-old"), "first-Password1"), "SELECT n FROM kept"), "7");
  EXPECT_EQ(servers().size(), 1u);
}

TEST_F(RdsWithMariaDb, ServersSurviveAKilledEndpointAndAreAdopted) {
#ifdef __SANITIZE_THREAD__
  GTEST_SKIP() << "ThreadSanitizer ends a forked process that starts threads";
#endif
  RdsDriver rds(*service_);
  make_cluster(rds, "source");
  const std::vector<pid_t> before = servers();
  ASSERT_EQ(before.size(), 1u);
  auto session = connect(rds.cluster("source"), "first-Password1");
  open_elsewhere_and_die();
  EXPECT_EQ(value(*session, "SELECT 1"), "1");
  // A server writes its pid file late; whoever comes before that must find it all the same.
  for (const auto& entry : std::filesystem::recursive_directory_iterator(data_.path() / "rds" / "c"))
    if (entry.path().filename() == "server.pid") std::filesystem::remove(entry.path());
  open_elsewhere_and_die();
  EXPECT_EQ(servers(), before);
  EXPECT_EQ(value(*session, "SELECT 1"), "1");
}

TEST_F(RdsWithMariaDb, ServerThatWasKilledIsStartedAgain) {
  RdsDriver rds(*service_);
  make_cluster(rds, "source");
  const Json cluster = rds.cluster("source");
  connect(cluster, "first-Password1")->query("CREATE TABLE kept AS SELECT 7 AS n");
  ASSERT_EQ(servers().size(), 1u);
  ::kill(servers()[0], SIGKILL);
  EXPECT_EQ(value_when_back(cluster, "first-Password1", "SELECT n FROM kept"), "7");
}

TEST_F(RdsWithMariaDb, OrderlyStopStopsServersAndStartBringsThemBack) {
  RdsDriver rds(*service_);
  make_cluster(rds, "source");
  const Json cluster = rds.cluster("source");
  connect(cluster, "first-Password1")->query("CREATE TABLE kept AS SELECT 7 AS n");
  service_->stop();
  EXPECT_TRUE(servers().empty());
  service_.reset();
  open();
  EXPECT_EQ(value(*connect(cluster, "first-Password1"), "SELECT n FROM kept"), "7");
}

TEST_F(RdsWithMariaDb, DeletedClusterLeavesNeitherFilesNorProcesses) {
  RdsDriver rds(*service_);
  make_cluster(rds, "source");
  rds.call("DeleteDBInstance", {{"DBInstanceIdentifier", "source-1"}});
  rds.call("DeleteDBCluster", {{"DBClusterIdentifier", "source"}, {"FinalDBSnapshotIdentifier", "farewell"}});
  settle();
  EXPECT_EQ(rds.refusal("DescribeDBClusters", {{"DBClusterIdentifier", "source"}}), "DBClusterNotFoundFault");
  EXPECT_EQ(entries("c"), 0u);
  EXPECT_TRUE(servers().empty());
  EXPECT_EQ(rds.snapshot_status("farewell"), "available");
  rds.call("DeleteDBClusterSnapshot", {{"DBClusterSnapshotIdentifier", "farewell"}});
  settle();
  EXPECT_EQ(entries("s"), 0u);
}

TEST_F(RdsWithMariaDb, ParametersOfTheGroupReachTheServer) {
  RdsDriver rds(*service_);
  rds.call("CreateDBClusterParameterGroup", {{"DBClusterParameterGroupName", "mine"},
                                             {"DBParameterGroupFamily", "aurora-mysql8.0"},
                                             {"Description", "for a test"}});
  const auto set = [&](const std::string& name, const std::string& value, const std::string& method) {
    rds.call(
        "ModifyDBClusterParameterGroup",
        {{"DBClusterParameterGroupName", "mine"},
         {"Parameters", {{{"ParameterName", name}, {"ParameterValue", value}, {"ApplyMethod", method}}}}});
    settle();
  };
  RdsWithServers::make_cluster(rds, "source",
                               {{"DatabaseName", "shop"}, {"DBClusterParameterGroupName", "mine"}});
  const auto shown = [&](const std::string& variable) {
    return value(*connect(rds.cluster("source"), "first-Password1"), "SELECT @@global." + variable);
  };
  set("max_connections", "33", "immediate");
  EXPECT_EQ(shown("max_connections"), "33");
  set("time_zone", "Europe/Berlin", "immediate");
  EXPECT_EQ(shown("time_zone"), "Europe/Berlin");
  set("transaction_isolation", "READ-COMMITTED", "immediate");
  EXPECT_EQ(shown("tx_isolation"), "READ-COMMITTED");
  set("innodb_ft_min_token_size", "2", "pending-reboot");
  EXPECT_EQ(shown("innodb_ft_min_token_size"), "3");
  // Aurora's own, and a collation that MariaDB does not know: they stay in the group.
  set("aurora_parallel_query", "ON", "immediate");
  set("collation_server", "utf8mb4_0900_ai_ci", "immediate");
  rds.call("RebootDBInstance", {{"DBInstanceIdentifier", "source-1"}});
  settle();
  EXPECT_EQ(shown("innodb_ft_min_token_size"), "2");
  EXPECT_EQ(shown("max_connections"), "33");
  EXPECT_EQ(shown("time_zone"), "Europe/Berlin");
  EXPECT_EQ(shown("character_set_server"), "utf8mb4");
}

TEST_F(RdsWithMariaDb, OnlyTlsWhenTheGroupForcesIt) {
  RdsDriver rds(*service_);
  make_cluster(rds, "source");
  db::ConnectOptions plain = login(rds.cluster("source"), "first-Password1");
  plain.tls = db::ConnectOptions::Tls::kDisable;
  EXPECT_NO_THROW(connector_.connect(plain));
  rds.call("CreateDBClusterParameterGroup", {{"DBClusterParameterGroupName", "forced"},
                                             {"DBParameterGroupFamily", "aurora-mysql8.0"},
                                             {"Description", "for a test"}});
  rds.call("ModifyDBClusterParameterGroup", {{"DBClusterParameterGroupName", "forced"},
                                             {"Parameters",
                                              {{{"ParameterName", "require_secure_transport"},
                                                {"ParameterValue", "ON"},
                                                {"ApplyMethod", "immediate"}}}}});
  rds.call("ModifyDBCluster", {{"DBClusterIdentifier", "source"},
                               {"DBClusterParameterGroupName", "forced"},
                               {"ApplyImmediately", true}});
  settle();
  rds.call("RebootDBInstance", {{"DBInstanceIdentifier", "source-1"}});
  settle();
  EXPECT_THROW(connector_.connect(plain), db::SqlError);
  EXPECT_NO_THROW(connect(rds.cluster("source"), "first-Password1"));
}

TEST_F(RdsWithMariaDb, ServerNeverRunsAsRoot) {
  RdsDriver rds(*service_);
  make_cluster(rds, "source");
  ASSERT_EQ(servers().size(), 1u);
  const std::string status = read_file(fmt::format("/proc/{}/status", servers()[0]));
  EXPECT_NE(status.substr(status.find("\nUid:") + 6, 2), "0\t");
}

}  // namespace
}  // namespace aurora::local
