#include "db/mysql_catalog.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace aurora::db::mysql {
namespace {

TEST(MySqlCatalog, SchemasOfTheServerAndOfRdsAreNotTheUsers) {
  const std::string condition = is_user_schema("t.table_schema");
  EXPECT_TRUE(condition.starts_with("t.table_schema NOT IN ("));
  for (const char* schema :
       {"'mysql'", "'sys'", "'information_schema'", "'performance_schema'", "'innodb'", "'tmp'"})
    EXPECT_THAT(condition, ::testing::HasSubstr(schema));
}

TEST(MySqlCatalog, TablesWithHistoryAreTables) {
  EXPECT_THAT(is_table(), ::testing::HasSubstr("'SYSTEM VERSIONED'"));
}

}  // namespace
}  // namespace aurora::db::mysql
