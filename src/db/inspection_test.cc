#include "db/inspection.h"

#include <gtest/gtest.h>

#include "db/testing/fake_session.h"

namespace aurora::db {
namespace {

using testing::FakeConnector;
using testing::FakeDatabase;
using testing::rows;

TEST(ServerInfo, TheVersionIsWithoutThePackage) {
  FakeDatabase database;
  database.answer("server_version",
                  rows({"v", "r", "u", "e", "c", "d"},
                       {{"15.20 (Debian 15.20-0+deb12u1)", "t", "93", "UTF8", "en_US.UTF-8", "t"}}));
  const auto session = FakeConnector(database).connect({});
  const ServerInfo info = server_info(*session);
  EXPECT_EQ(info.version, "15.20");
  EXPECT_TRUE(info.in_recovery);
  EXPECT_EQ(info.uptime_seconds, 93);
  EXPECT_TRUE(info.data_checksums);
}

TEST(Inspect, FailureRollsBackAndPasses) {
  FakeDatabase database;
  database.fail("pg_namespace", SqlError("DatabaseUnavailable", "gone", "57P01"));
  const auto session = FakeConnector(database).connect({});
  EXPECT_THROW(inspect(*session), SqlError);
  EXPECT_EQ(database.count("ROLLBACK"), 1);
  EXPECT_EQ(database.count("COMMIT"), 0);
}

}  // namespace
}  // namespace aurora::db
