// What a user may do, read back from a real server.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "db/testing/shop.h"
#include "db/users.h"

namespace aurora::db {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

using PostgresPrivileges = testing::Shop;

TEST_F(PostgresPrivileges, ReadsBackWhatTheServerWouldAllow) {
  set_up();
  const auto schemas = privileges_of(*master(), user_.username);
  ASSERT_EQ(schemas.size(), 2u);
  EXPECT_EQ(schemas[0].schema, "public");
  EXPECT_TRUE(schemas[0].usage);
  EXPECT_FALSE(schemas[0].create);
  EXPECT_EQ(schemas[0].tables, 4);
  EXPECT_EQ(schemas[0].on_tables.at("SELECT"), 3) << "not the superuser's";
  EXPECT_EQ(schemas[0].on_tables.at("DELETE"), 0);
  EXPECT_EQ(schemas[1].schema, "side");
  EXPECT_EQ(schemas[1].on_tables.at("INSERT"), 1);
  EXPECT_THAT(privileges_of(*master(), "nobody-of-this-name"), IsEmpty());
}

TEST_F(PostgresPrivileges, AMissingUserLacksEverything) {
  EXPECT_THAT(missing_privileges(*master(), user_), ElementsAre("the user " + user_.username));
}

}  // namespace
}  // namespace aurora::db
