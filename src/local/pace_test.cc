#include "local/pace.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace aurora::local {
namespace {

using namespace std::chrono_literals;

TEST(Pace, EmptyIsNatural) {
  EXPECT_TRUE(parse_pace("").natural());
}

TEST(Pace, EachKindHasItsDuration) {
  const rds::Pace pace = parse_pace("copy=1.5m, restore=500ms,instance=2s,remove=1h");
  EXPECT_EQ(pace.copy, 90s);
  EXPECT_EQ(pace.restore, 500ms);
  EXPECT_EQ(pace.instance, 2s);
  EXPECT_EQ(pace.remove, 1h);
  EXPECT_EQ(pace.create, 0s);
}

TEST(Pace, RefusesWhatItDoesNotKnow) {
  for (const char* text : {"cpoy=1s", "copy", "copy=", "copy=5", "copy=5d", "copy=-1s", "=1s", "copy=1s,,"})
    EXPECT_THROW(parse_pace(text), Error) << text;
}

}  // namespace
}  // namespace aurora::local
