#include "asl/comparison.h"

#include <gtest/gtest.h>

#include "asl/members.h"

namespace aurora::asl {
namespace {

TEST(OrderOfNumbers, IsExactAcrossTypes) {
  EXPECT_TRUE(order_of_numbers(Json(std::uint64_t{1} << 63), Json(1)) > 0);
  EXPECT_TRUE(order_of_numbers(Json(-1), Json(std::uint64_t{1} << 63)) < 0);
  EXPECT_TRUE(order_of_numbers(Json(9007199254740993), Json(9007199254740992.0)) > 0);
  EXPECT_TRUE(order_of_numbers(Json(1), Json(1.0)) == 0);
}

TEST(EqualValues, IgnoreTheOrderOfMembersAndTheFormOfNumbers) {
  EXPECT_TRUE(equal_values(Json::parse(R"({"a":1,"b":[{"c":2,"d":3}]})"),
                           Json::parse(R"({"b":[{"d":3.0,"c":2}],"a":1.0})")));
  EXPECT_FALSE(equal_values(Json::parse("[1,2]"), Json::parse("[2,1]")));
  EXPECT_FALSE(equal_values(Json::parse("[1]"), Json::parse("[1,2]")));
  EXPECT_FALSE(equal_values(Json::parse(R"({"a":1})"), Json::parse(R"({"a":1,"b":2})")));
  EXPECT_FALSE(equal_values("1", 1));
}

TEST(EqualValues, AreNotQuadraticInTheMembersOfObjects) {
  Json a = Json::object(), b = Json::object();
  for (int i = 0; i < 100'000; ++i) {
    append_member(a, "k" + std::to_string(i), i);
    append_member(b, "k" + std::to_string(99'999 - i), 99'999 - i);
  }
  EXPECT_TRUE(equal_values(a, b));
}

TEST(CanonicalText, IsTheSameForEqualValuesOnly) {
  EXPECT_EQ(canonical_text(Json::parse(R"({"a":1,"b":-0.0})")),
            canonical_text(Json::parse(R"({"b":0,"a":1.0})")));
  EXPECT_NE(canonical_text("1"), canonical_text(1));
  EXPECT_NE(canonical_text(Json::parse(R"(["a,b"])")), canonical_text(Json::parse(R"(["a","b"])")));
  EXPECT_NE(canonical_text(9007199254740993), canonical_text(9007199254740992));
}

}  // namespace
}  // namespace aurora::asl
