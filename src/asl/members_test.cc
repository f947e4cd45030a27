#include "asl/members.h"

#include <gtest/gtest.h>

namespace aurora::asl {
namespace {

TEST(MergeMembers, TakesTheLaterValueAtTheEarlierPlace) {
  EXPECT_EQ(merge_members(Json::parse(R"({"a":1,"b":2})"), Json::parse(R"({"c":3,"a":{"x":4}})")).dump(),
            R"({"a":{"x":4},"b":2,"c":3})");
}

TEST(MergeMembers, IsNotQuadratic) {
  Json base = Json::object(), over = Json::object();
  for (int i = 0; i < 100'000; ++i) {
    append_member(base, "a" + std::to_string(i), i);
    append_member(over, "b" + std::to_string(i), i);
  }
  EXPECT_EQ(merge_members(base, over).size(), 200'000U);
}

TEST(MemberIndex, FindsMembersOfObjectsOnly) {
  const Json object = Json::parse(R"({"a":1})");
  EXPECT_EQ(*MemberIndex(object).find("a"), 1);
  EXPECT_EQ(MemberIndex(object).find("b"), nullptr);
  EXPECT_EQ(MemberIndex(Json(1)).find("a"), nullptr);
}

}  // namespace
}  // namespace aurora::asl
