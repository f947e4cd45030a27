// The inventory of a real MariaDB server.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "db/inspection.h"
#include "db/testing/mariadb_server.h"

namespace aurora::db {
namespace {

using ::testing::ElementsAre;

TEST(MySqlInspection, ListsWhatIsTheUsersOwn) {
  const testing::MariaDbServer server;
  const auto session = NativeConnector().connect(server.master());
  for (const char* statement :
       {"CREATE DATABASE `shop ü`", "CREATE TABLE app.users (id INT AUTO_INCREMENT PRIMARY KEY, name TEXT)",
        "CREATE TABLE `shop ü`.orders (id INT PRIMARY KEY, user_id INT, FOREIGN KEY (user_id) REFERENCES "
        "app.users (id))",
        "CREATE TABLE app.days (day INT) PARTITION BY RANGE (day) (PARTITION p VALUES LESS THAN (10))",
        "CREATE TABLE app.kept (a INT) WITH SYSTEM VERSIONING",
        "CREATE VIEW app.names AS SELECT name FROM app.users", "CREATE SEQUENCE app.numbers",
        "CREATE FUNCTION app.f() RETURNS INT RETURN 1", "CREATE PROCEDURE app.p() SELECT 1",
        "CREATE TRIGGER app.watch BEFORE INSERT ON app.users FOR EACH ROW SET NEW.name = NEW.name",
        "CREATE EVENT app.nightly ON SCHEDULE EVERY 1 DAY DO DO 1"})
    session->query(statement);

  const Inventory inventory = inspect(*session);
  EXPECT_THAT(inventory.schemas, ElementsAre("app", "shop ü"));
  std::vector<std::string> names;
  for (const Table& table : inventory.tables) names.push_back(table.full_name() + ": " + table.kind);
  EXPECT_THAT(names, ElementsAre("app.days: partitioned table", "app.kept: table", "app.users: table",
                                 "shop ü.orders: table"));
  EXPECT_GT(inventory.tables.back().bytes, 0);
  EXPECT_THAT(inventory.view_names, ElementsAre("app.names"));
  EXPECT_THAT(inventory.routine_names, ElementsAre("app.f", "app.p"));
  EXPECT_THAT(inventory.sequence_names, ElementsAre("app.numbers"));
  EXPECT_THAT(inventory.trigger_names, ElementsAre("app.watch"));
  EXPECT_THAT(inventory.event_names, ElementsAre("app.nightly"));
  EXPECT_EQ(inventory.functions, 2);
  EXPECT_EQ(inventory.foreign_keys, 1);
  EXPECT_EQ(inventory.indexes, 3) << "two primary keys, and the one that the foreign key needs";

  const ServerInfo info = server_info(*session);
  EXPECT_EQ(info.version.find_first_not_of("0123456789."), std::string::npos) << info.version;
  EXPECT_FALSE(info.in_recovery);
  EXPECT_LT(info.uptime_seconds, 60);
  EXPECT_EQ(info.encoding, "utf8mb4");
  EXPECT_TRUE(info.data_checksums);
}

}  // namespace
}  // namespace aurora::db
