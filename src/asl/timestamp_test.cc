#include "asl/timestamp.h"

#include <gtest/gtest.h>

namespace aurora::asl {
namespace {

TEST(Timestamp, ReadsOffsetsAndFractions) {
  EXPECT_EQ(parse_timestamp("1970-01-01T00:00:01Z")->seconds, 1);
  EXPECT_EQ(parse_timestamp("2001-01-01T12:00:00+04:00"), parse_timestamp("2001-01-01T08:00:00Z"));
  EXPECT_EQ(parse_timestamp("2016-03-05T21:29:29.243167252Z")->nanoseconds, 243167252);
  EXPECT_LT(parse_timestamp("2019-10-12T07:20:50.50+00:00"), parse_timestamp("2019-10-12T07:20:50.52+00:00"));
}

TEST(Timestamp, RefusesOtherFormsAndDatesThatDoNotExist) {
  for (const char* text :
       {"", "2016-03-14", "2016-03-14 01:59:00Z", "2016-03-14t01:59:00Z", "2016-03-14T01:59:00z",
        "2016-03-14T01:59:00", "2016-03-14T01:59Z", "2019-02-29T00:00:00Z", "2019-13-01T00:00:00Z",
        "2001-01-01T11:00:00Z+04:00", "2001-01-01T24:00:00Z", "2001-01-01T11:00:00.Z"})
    EXPECT_FALSE(parse_timestamp(text)) << text;
}

TEST(Timestamp, RoundsUpSoThatAWaitNeverEndsEarly) {
  EXPECT_EQ(parse_timestamp("1970-01-01T00:00:00.000000001Z")->time_point(), TimePoint(Duration(1)));
}

}  // namespace
}  // namespace aurora::asl
