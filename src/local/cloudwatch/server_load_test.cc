#include "local/cloudwatch/server_load.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>

#include "base/files.h"
#include "local/testing/temporary_directory.h"

namespace aurora::local::cloudwatch {
namespace {

class ServerLoadTest : public ::testing::Test {
 protected:
  void process(int pid, int parent, const std::string& times) {
    std::filesystem::create_directories(proc.path() / std::to_string(pid));
    write_file(proc.path() / std::to_string(pid) / "stat", std::to_string(pid) + " (postgres: a) b) S " +
                                                               std::to_string(parent) +
                                                               " 0 0 0 0 0 0 0 0 0 " + times + " 20 0 1\n");
  }
  testing::TemporaryDirectory proc{testing::TemporaryDirectory::Place::kMemory};
  ServerLoad load{proc.path()};
};

TEST_F(ServerLoadTest, CountsTheServerItsChildrenAndThoseThatEnded) {
  process(10, 1, "100 50 200 50");
  process(11, 10, "30 20 7 7");
  process(12, 2, "1000 1000 0 0");
  EXPECT_DOUBLE_EQ(load.cpu_seconds(10), 450.0 / static_cast<double>(sysconf(_SC_CLK_TCK)));
  EXPECT_EQ(load.cpu_seconds(99), 0);
}

TEST_F(ServerLoadTest, FindsTheServerOfADirectory) {
  const auto runs = [&](int pid, std::string arguments) {
    process(pid, 1, "0 0 0 0");
    std::replace(arguments.begin(), arguments.end(), ' ', '\0');
    write_file(proc.path() / std::to_string(pid) / "cmdline", arguments + '\0');
  };
  runs(20, "/usr/lib/postgresql/15/bin/postgres -D /d/c/ONE/data -c config_file=x");
  runs(21, "/usr/bin/pg_basebackup -D /d/c/TWO/data");
  runs(22, "/usr/sbin/mariadbd --defaults-file=x --datadir=/d/c/TWO/data");
  EXPECT_EQ(load.server_of("/d/c/ONE"), 20);
  EXPECT_EQ(load.server_of("/d/c/TWO"), 22);
  EXPECT_EQ(load.server_of("/d/c/ON"), 0);
}

TEST_F(ServerLoadTest, ReadsTheMemoryThatCouldBeGiven) {
  write_file(proc.path() / "meminfo",
             "MemTotal:  16 kB\nMemFree:  1 kB\nMemAvailable:    8 kB\nBuffers: 2 kB\n");
  EXPECT_EQ(load.available_memory(), 8192);
}

TEST_F(ServerLoadTest, CountsEstablishedConnectionsOfTheAddress) {
  std::filesystem::create_directories(proc.path() / "net");
  write_file(proc.path() / "net" / "tcp",
             "  sl  local_address rem_address   st\n"
             "   0: 0100007F:1538 00000000:0000 0A 00000000:00000000\n"
             "   1: 0100007F:1538 0100007F:C350 01 00000000:00000000\n"
             "   2: 0100007F:C350 0100007F:1538 01 00000000:00000000\n"
             "   3: 0200007F:1538 0100007F:C351 01 00000000:00000000\n");
  EXPECT_EQ(load.connections("127.0.0.1", 5432), 1);
  EXPECT_EQ(load.connections("127.0.0.9", 5432), 0);
}

TEST(ServerLoadOfThisMachine, IsThere) {
  const ServerLoad load("/proc");
  EXPECT_GT(load.available_memory(), 0);
  EXPECT_GE(load.processors(), 1);
  EXPECT_GE(load.cpu_seconds(getpid()), 0);
}

}  // namespace
}  // namespace aurora::local::cloudwatch
