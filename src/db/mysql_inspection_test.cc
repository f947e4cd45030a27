#include "db/mysql_inspection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "db/testing/fake_session.h"

namespace aurora::db {
namespace {

using ::testing::ElementsAre;
using testing::FakeConnector;
using testing::FakeDatabase;
using testing::rows;

TEST(MySqlServerInfo, TheVersionIsWithoutThePackageAndReadersAreKnown) {
  FakeDatabase database;
  database.answer("VERSION()", rows({"v", "c", "l"}, {{"8.0.39-log", "utf8mb4", "utf8mb4_0900_ai_ci"}}));
  database.answer("'innodb_read_only'", rows({"n", "v"}, {{"innodb_read_only", "ON"}}));
  database.answer("'Uptime'", rows({"n", "v"}, {{"Uptime", "93"}}));
  const auto session = FakeConnector(database).connect({.engine = Engine::kMySql});
  const ServerInfo info = server_info(*session);
  EXPECT_EQ(info.version, "8.0.39");
  EXPECT_TRUE(info.in_recovery);
  EXPECT_EQ(info.uptime_seconds, 93);
  EXPECT_FALSE(info.data_checksums) << "a server without the variable says nothing of checksums";
}

TEST(MySqlInspect, NamesAreWithTheirSchema) {
  FakeDatabase database;
  database.answer("COUNT(*)", rows({"c"}, {{"4"}}));
  database.answer("information_schema.views", rows({"s", "n"}, {{"shop", "names"}}));
  const auto session = FakeConnector(database).connect({.engine = Engine::kMySql});
  const Inventory inventory = inspect(*session);
  EXPECT_THAT(inventory.view_names, ElementsAre("shop.names"));
  EXPECT_EQ(inventory.views, 1);
  EXPECT_EQ(inventory.indexes, 4);
}

}  // namespace
}  // namespace aurora::db
