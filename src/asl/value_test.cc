#include "asl/value.h"

#include <gtest/gtest.h>

namespace aurora::asl {
namespace {

TEST(Value, KeepsTheTextAsItWasWritten) {
  EXPECT_EQ(Value::parse(R"({ "a" : [1,  2] })")->text(), R"({ "a" : [1,  2] })");
}

TEST(Value, RefusesWhatIsNotJsonOrNotUtf8) {
  EXPECT_FALSE(Value::parse("{'a':1}"));
  EXPECT_FALSE(Value::parse(""));
  EXPECT_FALSE(Value::parse("\"\xff\xfe\""));
}

TEST(Value, RefusesNestingThatCouldExhaustTheStack) {
  EXPECT_TRUE(Value::parse(std::string(kJsonDepthMax, '[') + std::string(kJsonDepthMax, ']')));
  EXPECT_FALSE(Value::parse(std::string(kJsonDepthMax + 1, '[') + std::string(kJsonDepthMax + 1, ']')));
  EXPECT_FALSE(Value::parse(std::string(1 << 20, '[')));
}

TEST(Value, BracketsInStringsDoNotNest) {
  EXPECT_TRUE(Value::parse("\"" + std::string(kJsonDepthMax + 1, '[') + "\\\"[\""));
}

TEST(EqualValues, IgnoreTheOrderOfMembersAndTheFormOfNumbers) {
  EXPECT_TRUE(equal_values(Json::parse(R"({"a":1,"b":[{"c":2,"d":3}]})"),
                           Json::parse(R"({"b":[{"d":3.0,"c":2}],"a":1.0})")));
  EXPECT_FALSE(equal_values(Json::parse("[1,2]"), Json::parse("[2,1]")));
  EXPECT_FALSE(equal_values(Json::parse(R"({"a":1})"), Json::parse(R"({"a":1,"b":2})")));
}

TEST(FormatValue, ShowsCollectionsAsJavaPrintsThem) {
  EXPECT_EQ(format_value(Json::parse(R"({"a":1,"b":["x",null,{"c":true}]})")),
            "{a=1, b=[x, null, {c=true}]}");
}

}  // namespace
}  // namespace aurora::asl
