#include "db/postgres_catalog.h"

#include <gtest/gtest.h>

namespace aurora::db::postgres {
namespace {

TEST(TextArray, ElementsStayWhole) {
  EXPECT_EQ(text_array({}), "{}");
  EXPECT_EQ(text_array({"a", "", "b,c", "d\"e", "f\\g", "{h}"}), R"({"a","","b,c","d\"e","f\\g","{h}"})");
}

TEST(RepeatOnConflict, LostRacesAreRunAgain) {
  for (const char* state : {"40P01", "40001", "XX000", "42710", "23505", "42P01", "42883", "3F000"}) {
    int runs = 0;
    repeat_on_conflict([&] {
      if (++runs < 3) throw SqlError("DatabaseError", "lost", state);
    });
    EXPECT_EQ(runs, 3) << state;
  }
}

TEST(RepeatOnConflict, OtherErrorsPassAtOnce) {
  int runs = 0;
  const auto refused = [&] {
    ++runs;
    throw SqlError("DatabaseError", "permission denied", "42501");
  };
  EXPECT_THROW(repeat_on_conflict(refused), SqlError);
  EXPECT_EQ(runs, 1);
}

}  // namespace
}  // namespace aurora::db::postgres
