#include "asl/meter.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace aurora::asl {
namespace {

TEST(Meter, RefusesWorkBeyondItsLimits) {
  Meter visits;
  visits.visit(Meter::kVisitsMax);
  EXPECT_THROW(visits.visit(), Error);
  Meter bytes;
  const Json half = std::string(Meter::kBytesMax / 2, 'x');
  bytes.keep(half);
  try {
    bytes.keep(half);
    FAIL();
  } catch (const Error& e) {
    EXPECT_EQ(e.name(), "States.DataLimitExceeded");
  }
}

TEST(TextSize, GrowsWithWhatIsInside) {
  EXPECT_EQ(text_size("abc"), 5U);
  EXPECT_EQ(text_size(Json::parse(R"({"a":["bc",1]})")), 2U + 1 + 4 + 2 + 5 + 5);
}

}  // namespace
}  // namespace aurora::asl
