#include "db/fingerprint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "db/testing/fake_session.h"

namespace aurora::db {
namespace {

using ::testing::ElementsAre;
using testing::FakeConnector;
using testing::FakeDatabase;
using ::testing::IsEmpty;
using testing::rows;

FingerprintSet set_of(std::vector<TableFingerprint> tables) {
  return {.tables = std::move(tables), .skipped = {}};
}

TEST(Differences, EqualSetsHaveNone) {
  const FingerprintSet set = set_of({{"public", "users", {3, "17"}}});
  EXPECT_THAT(differences(set, set), IsEmpty());
}

TEST(Differences, EachKindIsNamed) {
  const FingerprintSet source =
      set_of({{"public", "a", {3, "17"}}, {"public", "b", {3, "17"}}, {"public", "c", {1, "1"}}});
  const FingerprintSet target =
      set_of({{"public", "a", {2, "17"}}, {"public", "b", {3, "18"}}, {"side", "c", {1, "1"}}});
  EXPECT_THAT(differences(source, target),
              ElementsAre("public.a has 3 rows in the source and 2 in the target",
                          "public.b has 3 rows on both sides, with different contents",
                          "public.c is missing in the target", "side.c is missing in the source"));
}

TEST(Differences, ALongListEndsWithACount) {
  const FingerprintSet source = set_of({{"s", "a", {}}, {"s", "b", {}}, {"s", "c", {}}});
  EXPECT_THAT(differences(source, {}, 1),
              ElementsAre("s.a is missing in the target", "2 more tables differ"));
}

TEST(FingerprintAll, IsOneTransactionOfOneMoment) {
  FakeDatabase database;
  database.answer("pg_total_relation_size", rows({"s", "n", "b"}, {{"public", "users", "8192"}}));
  database.answer("count(*)", rows({"count", "sum"}, {{"3", "17"}}));
  const auto session = FakeConnector(database).connect({});
  const FingerprintSet set = fingerprint_all(*session);
  EXPECT_EQ(set.tables, (std::vector<TableFingerprint>{{"public", "users", {3, "17"}}}));
  EXPECT_EQ(database.statements().front().sql, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
  EXPECT_EQ(database.count("COMMIT"), 1);
}

TEST(FingerprintAll, OnlyRefusalsOfOneTableAreSkipped) {
  FakeDatabase database;
  database.answer("pg_total_relation_size", rows({"s", "n", "b"}, {{"public", "users", "8192"}}));
  database.fail("count(*)", SqlError("DatabaseError", "permission denied for table users", "42501"));
  const auto session = FakeConnector(database).connect({});
  const FingerprintSet set = fingerprint_all(*session);
  ASSERT_EQ(set.skipped.size(), 1u);
  EXPECT_EQ(set.skipped[0].reason, "permission denied for table users");

  database.fail("count(*)", SqlError("DatabaseError", "invalid page in block 7", "XX001"));
  EXPECT_THROW(fingerprint_all(*session), SqlError) << "a corrupt table is no table to skip";
}

TEST(Differences, CountsAloneAreComparedWithWhatHasChecksums) {
  const FingerprintSet counted = set_of({{"public", "users", {3, ""}}});
  EXPECT_THAT(differences(counted, set_of({{"public", "users", {3, "17"}}})), IsEmpty());
  EXPECT_THAT(differences(counted, set_of({{"public", "users", {4, "17"}}})),
              ElementsAre("public.users has 3 rows in the source and 4 in the target"));
}

}  // namespace
}  // namespace aurora::db
