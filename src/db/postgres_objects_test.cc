#include "db/postgres_objects.h"

#include <gtest/gtest.h>

namespace aurora::db::postgres {
namespace {

TEST(Words, AreReadFromAListWithCommas) {
  EXPECT_EQ(words_of(""), Words{});
  EXPECT_EQ(words_of("SELECT,INSERT"), (Words{"INSERT", "SELECT"}));
}

TEST(Words, SetsAreComparedByTheirElements) {
  const Words left{"DELETE", "INSERT", "SELECT"};
  const Words right{"SELECT", "TRUNCATE"};
  EXPECT_EQ(minus(left, right), (Words{"DELETE", "INSERT"}));
  EXPECT_EQ(minus(right, left), Words{"TRUNCATE"});
  EXPECT_EQ(both(left, right), Words{"SELECT"});
}

}  // namespace
}  // namespace aurora::db::postgres
