#include "asl/choice.h"

#include <gtest/gtest.h>

namespace aurora::asl {
namespace {

bool holds(const std::string& rule, const std::string& data) {
  const Json json = Json::parse(data);
  return ChoiceRule::compile(Json::parse(rule)).holds({json, {}});
}

TEST(ChoiceRule, ComparesWithinOneTypeOnly) {
  EXPECT_TRUE(holds(R"({"Variable":"$.v","NumericGreaterThanEquals":1})", R"({"v":1.0})"));
  EXPECT_FALSE(holds(R"({"Variable":"$.v","NumericEquals":1})", R"({"v":"1"})"));
  EXPECT_FALSE(holds(R"({"Variable":"$.v","StringLessThan":"b"})", R"({"v":1})"));
  EXPECT_TRUE(holds(R"({"Variable":"$.v","StringLessThan":"b"})", R"({"v":"a"})"));
  EXPECT_TRUE(holds(R"({"Variable":"$.v","BooleanEqualsPath":"$.w"})", R"({"v":true,"w":true})"));
  EXPECT_TRUE(holds(R"({"Variable":"$.v","TimestampLessThan":"2001-01-01T12:00:00Z"})",
                    R"({"v":"2001-01-01T12:00:00+01:00"})"));
  EXPECT_FALSE(
      holds(R"({"Variable":"$.v","TimestampEquals":"2001-01-01T12:00:00Z"})", R"({"v":"2001-01-01"})"));
}

TEST(ChoiceRule, ComparesLargeIntegersExactly) {
  EXPECT_FALSE(holds(R"({"Variable":"$.v","NumericEquals":9007199254740993})", R"({"v":9007199254740992})"));
}

TEST(ChoiceRule, AndStopsAtTheFirstPartThatDoesNotHold) {
  const std::string guarded =
      R"({"And":[{"Variable":"$.v","IsPresent":true},{"Variable":"$.v","NumericEquals":1}]})";
  EXPECT_FALSE(holds(guarded, "{}"));
  EXPECT_TRUE(holds(guarded, R"({"v":1})"));
  EXPECT_TRUE(holds(R"({"Not":{"Or":[{"Variable":"$.v","IsNull":true},{"Variable":"$.v","IsString":true}]}})",
                    R"({"v":1})"));
}

TEST(ChoiceRule, FailsWhenItsVariableIsMissing) {
  try {
    holds(R"({"Variable":"$.v","NumericEquals":1})", "{}");
    FAIL();
  } catch (const Error& e) {
    EXPECT_EQ(e.name(), "States.Runtime");
    EXPECT_EQ(e.message(),
              "Invalid path '$.v': The choice state's condition path references an invalid value.");
  }
}

TEST(ChoiceRule, ComparesLargeNumbersExactly) {
  EXPECT_TRUE(holds(R"({"Variable":"$.v","NumericGreaterThan":1})", R"({"v":18446744073709551615})"));
  EXPECT_FALSE(holds(R"({"Variable":"$.v","NumericLessThan":0})", R"({"v":9223372036854775808})"));
  EXPECT_TRUE(holds(R"({"Variable":"$.v","NumericEquals":100})", R"({"v":1e2})"));
}

}  // namespace
}  // namespace aurora::asl
