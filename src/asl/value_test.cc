#include "asl/value.h"

#include <gtest/gtest.h>

#include "base/error.h"

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

TEST(Value, ThatIsMadeIsBoundedInDepthToo) {
  Json deep;
  for (int i = 0; i < kJsonDepthMax; ++i) deep = Json::array({deep});
  EXPECT_NO_THROW(Value::of(deep));
  EXPECT_THROW(Value::of(Json::array({deep})), Error);
}

}  // namespace
}  // namespace aurora::asl
