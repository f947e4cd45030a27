#include "db/mysql_grants.h"

#include <gtest/gtest.h>

namespace aurora::db::mysql {
namespace {

TEST(Patterns, ANameCoversItselfOnly) {
  EXPECT_EQ(pattern_of("my_shop%1"), "my\\_shop\\%1");
  EXPECT_TRUE(covers(pattern_of("my_shop"), "my_shop"));
  EXPECT_TRUE(covers(pattern_of("a\\_b"), "a\\_b"));
  EXPECT_FALSE(covers(pattern_of("my_shop"), "myxshop"));
}

TEST(Patterns, WildcardsCoverWhatTheServerSays) {
  EXPECT_TRUE(covers("my_shop", "myxshop"));
  EXPECT_TRUE(covers("shop%", "shop"));
  EXPECT_TRUE(covers("%shop%", "a-shop-b"));
  EXPECT_FALSE(covers("shop_", "shop"));
  EXPECT_FALSE(covers("shop", "shop2"));
  EXPECT_FALSE(covers("", "shop"));
}

TEST(Holdings, RolesOfRolesCount) {
  Grants grants;
  grants.held["'app'@'%'"][{"shop"}] = {"SELECT"};
  grants.held["'writers'@''"][{"shop"}] = {"INSERT"};
  grants.held["'all'@''"][{}] = {"DELETE"};
  grants.roles["'app'@'%'"] = {"writers"};
  grants.roles["'writers'@''"] = {"all", "writers"};
  const Holdings held = effective(grants, "'app'@'%'", true);
  EXPECT_EQ(held.at({"shop"}), (Words{"INSERT", "SELECT"}));
  EXPECT_EQ(held.at({}), Words{"DELETE"});
  EXPECT_EQ(effective(grants, "'app'@'%'", false).size(), 1u) << "MySQL's roles have a host";
}

TEST(Wanted, SchemasAreDatabasesAndTablesAreTables) {
  const UserSpec user{
      .username = "app",
      .privileges = {"SELECT"},
      .schemas = {"shop"},
      .grants = {{.privileges = {"ALL"}, .databases = {"log", "nowhere"}, .tables = {"lines"}}}};
  const Holdings wanted = wanted_of(user, {"log", "shop"});
  EXPECT_EQ(wanted.size(), 2u);
  EXPECT_EQ(wanted.at({"shop"}), Words{"SELECT"});
  EXPECT_FALSE(wanted.at({"log", "lines"}).contains("EXECUTE"));
}

}  // namespace
}  // namespace aurora::db::mysql
