#include "db/fingerprint_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace aurora::db {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr std::int64_t kMegabyte = 1'000'000;

Source source(std::string name, std::int64_t bytes) {
  return {.schema = "s", .name = std::move(name), .bytes = bytes, .estimated_rows = 7};
}

class FingerprintPlanTest : public ::testing::Test {
 protected:
  static std::vector<std::string> selects_of(const ReadingUnit& unit) {
    std::vector<std::string> all;
    for (const Piece& piece : unit.pieces) all.push_back(piece.select);
    return all;
  }
  ManualClock clock_{TimePoint{}, false};
};

TEST_F(FingerprintPlanTest, LargeTablesComeFirstAndSmallOnesTogether) {
  FingerprintPlan plan({}, 2, clock_);
  plan.add(source("small", 10), {"a"});
  plan.add(source("large", 9 * kMegabyte), {"b0", "b1"});
  plan.add(source("tiny", 5), {"c"});
  EXPECT_EQ(plan.finish(5 * kMegabyte), 3u);
  EXPECT_THAT(selects_of(*plan.next()), ElementsAre("b0"));
  EXPECT_THAT(selects_of(*plan.next()), ElementsAre("b1"));
  const ReadingUnit last = *plan.next();
  EXPECT_EQ(last.statement(), "SELECT 0, a UNION ALL SELECT 1, c");
  EXPECT_FALSE(plan.next());
}

TEST_F(FingerprintPlanTest, UnitsAreNoLargerThanAPieceAndNotEndless) {
  FingerprintPlan plan({}, 2, clock_);
  for (int number = 0; number < 250; ++number) plan.add(source("t", 1), {"x"});
  plan.add(source("big", 3 * kMegabyte), {"big"});
  plan.add(source("bigger", 4 * kMegabyte), {"bigger"});
  EXPECT_EQ(plan.finish(5 * kMegabyte), 4u) << "bigger; big and 99 small ones; 100; 51";
  EXPECT_EQ(plan.next()->pieces.size(), 1u);
  EXPECT_EQ(plan.next()->pieces.size(), 100u);
}

TEST_F(FingerprintPlanTest, ATableThatMayBeRefusedStandsAlone) {
  FingerprintPlan plan({}, 2, clock_);
  Source secret = source("secret", 2);
  secret.may_be_refused = true;
  plan.add(source("a", 3), {"a"});
  plan.add(secret, {"secret"});
  plan.add(source("b", 1), {"b"});
  EXPECT_EQ(plan.finish(kMegabyte), 3u);
}

TEST_F(FingerprintPlanTest, PiecesOfATableAreSummedBeyondSixtyFourBits) {
  FingerprintPlan plan({}, 2, clock_);
  plan.add(source("t", 9 * kMegabyte), {"x", "y"});
  plan.finish(5 * kMegabyte);
  plan.found(plan.next()->pieces[0], 3, "18446744073709551615");
  plan.found(plan.next()->pieces[0], 4, "-1");
  const FingerprintSet set = plan.take();
  ASSERT_EQ(set.tables.size(), 1u);
  EXPECT_EQ(set.tables[0].contents, (Fingerprint{7, "18446744073709551614"}));
}

TEST_F(FingerprintPlanTest, ATableThatIsSkippedHalfWayIsNotReadOn) {
  FingerprintPlan plan({}, 2, clock_);
  plan.add(source("t", 9 * kMegabyte), {"x", "y"});
  plan.finish(5 * kMegabyte);
  plan.skip(plan.next()->pieces[0], "refused");
  EXPECT_FALSE(plan.next());
  const FingerprintSet set = plan.take();
  EXPECT_TRUE(set.tables.empty());
  ASSERT_EQ(set.skipped.size(), 1u);
  EXPECT_EQ(set.skipped[0].reason, "refused");
  EXPECT_EQ(set.skipped[0].estimated_rows, 7);
}

TEST_F(FingerprintPlanTest, WithABudgetSmallTablesComeFirstAndTheRestIsSkippedByName) {
  FingerprintPlan plan({.budget = 60s}, 2, clock_);
  plan.add(source("huge", 10'000 * kMegabyte), {"h0", "h1"});
  plan.add(source("small", 100 * kMegabyte), {"s"});
  plan.finish(50 * kMegabyte);
  const ReadingUnit unit = *plan.next();
  EXPECT_THAT(selects_of(unit), ElementsAre("s"));
  clock_.advance(10s);  // 10 MB a second, so the rest would take 1,000 s
  plan.found(unit.pieces[0], 1, "5");
  plan.done(unit);
  EXPECT_FALSE(plan.next());
  const FingerprintSet set = plan.take();
  ASSERT_EQ(set.tables.size(), 1u);
  ASSERT_EQ(set.skipped.size(), 1u);
  EXPECT_EQ(set.skipped[0].name, "huge");
  EXPECT_THAT(set.skipped[0].reason, HasSubstr("do not fit into the 60 s"));
}

TEST_F(FingerprintPlanTest, NothingBeginsAfterTheBudget) {
  FingerprintPlan plan({.budget = 1s}, 1, clock_);
  plan.add(source("t", 1), {"x"});
  plan.finish(kMegabyte);
  clock_.advance(2s);
  EXPECT_FALSE(plan.next());
  EXPECT_EQ(plan.take().skipped.size(), 1u);
}

TEST_F(FingerprintPlanTest, AFailureEndsTheWork) {
  FingerprintPlan plan({}, 1, clock_);
  plan.add(source("t", 1), {"x"});
  plan.finish(kMegabyte);
  plan.fail(std::make_exception_ptr(SqlError("DatabaseError", "broken", "XX001")));
  EXPECT_FALSE(plan.next());
  EXPECT_THROW(plan.take(), SqlError);
}

TEST_F(FingerprintPlanTest, WithoutChecksumsThereAreNone) {
  FingerprintPlan plan({.with_checksums = false}, 1, clock_);
  plan.add(source("t", 1), {"x"});
  plan.finish(kMegabyte);
  plan.found(plan.next()->pieces[0], 3, "0");
  EXPECT_EQ(plan.take().tables[0].contents, (Fingerprint{3, ""}));
}

TEST(PieceBytes, AreASharesEighthWithinReason) {
  EXPECT_EQ(piece_bytes(3'200 * kMegabyte, 4), 100 * kMegabyte);
  EXPECT_EQ(piece_bytes(1, 4), 4 * kMegabyte);
  EXPECT_EQ(piece_bytes(1'000'000 * kMegabyte, 2), 256 * kMegabyte);
}

}  // namespace
}  // namespace aurora::db
