#include "local/cloudwatch/rds_metrics.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include "base/dates.h"
#include "base/files.h"
#include "local/testing/metric_collector.h"
#include "local/testing/temporary_directory.h"

namespace aurora::local::cloudwatch {
namespace {

class RdsMetricsTest : public ::testing::Test {
 protected:
  ManualClock clock{*parse_iso("2026-11-21T06:20:51Z")};
  testing::MetricCollector sink;
  std::vector<RdsService::RunningServer> servers{{"us-west-2",
                                                  "orders",
                                                  {{"orders-1", true}, {"orders-2", false}},
                                                  "/data/rds/c/ABC",
                                                  "127.0.0.77",
                                                  5432}};
  RdsMetricsTest() {
    process("100 50 0 0");
    write_file(proc.path() / "meminfo", "MemAvailable:    8 kB\n");
  }
  // The server's, with its times in clock ticks.
  void process(const std::string& times) {
    std::filesystem::create_directories(proc.path() / "10");
    using std::string_literals::operator""s;
    write_file(proc.path() / "10" / "cmdline", "/usr/bin/postgres\0-D\0/data/rds/c/ABC/data\0"s);
    write_file(proc.path() / "10" / "stat", "10 (postgres) S 1 0 0 0 0 0 0 0 0 0 " + times + " 20 0 1\n");
  }
  testing::TemporaryDirectory proc{testing::TemporaryDirectory::Place::kMemory};
  RdsMetrics metrics{clock, [this] { return servers; }, sink, Log::none(), ServerLoad(proc.path())};
};

TEST_F(RdsMetricsTest, AreOfEachInstanceAndOfTheCluster) {
  metrics.measure();
  for (const Dimensions& dimensions :
       std::vector<Dimensions>{{{"DBInstanceIdentifier", "orders-1"}},
                               {{"DBInstanceIdentifier", "orders-2"}},
                               {{"DBClusterIdentifier", "orders"}},
                               {{"DBClusterIdentifier", "orders"}, {"Role", "WRITER"}}}) {
    EXPECT_TRUE(sink.has({"AWS/RDS", "DatabaseConnections", dimensions}));
    EXPECT_GT(sink.sum({"AWS/RDS", "FreeableMemory", dimensions}), 0);
  }
  EXPECT_EQ(sink.units["FreeableMemory"], "Bytes");
  EXPECT_EQ(sink.units["CPUUtilization"], "");
}

TEST_F(RdsMetricsTest, CpuUtilizationIsWhatWasUsedBetweenTwoLooks) {
  metrics.measure();
  clock.advance(std::chrono::minutes(1));
  process("200 50 0 0");
  metrics.measure();
  const MetricId cpu{"AWS/RDS", "CPUUtilization", {{"DBClusterIdentifier", "orders"}}};
  ASSERT_TRUE(sink.has(cpu));
  const double second = static_cast<double>(sysconf(_SC_CLK_TCK));
  const auto processors = static_cast<double>(sysconf(_SC_NPROCESSORS_ONLN));
  EXPECT_NEAR(sink.maximum(cpu), 100 * (100 / second) / 60 / processors, 1e-6);
  servers.clear();
  metrics.measure();
  EXPECT_EQ(sink.summaries.at(cpu).count, 1);
}

TEST_F(RdsMetricsTest, AnotherAccountsServersAreNotOurs) {
  servers[0].place = "210987654321/us-west-2";
  metrics.measure();
  EXPECT_TRUE(sink.summaries.empty());
}

}  // namespace
}  // namespace aurora::local::cloudwatch
