#include "local/cloudwatch/search.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace aurora::local::cloudwatch {
namespace {

const MetricId kErrors{"AuroraRestore", "Errors", {{"Environment", "dev"}, {"ErrorName", "TargetExists"}}};

bool finds(const std::string& text) {
  return MetricSearch(text).matches(kErrors);
}

TEST(MetricSearch, TakesExactlyTheDimensionsOfItsSchema) {
  EXPECT_TRUE(finds("{AuroraRestore,Environment,ErrorName}"));
  EXPECT_TRUE(finds("{\"AuroraRestore\", ErrorName, Environment} Errors"));
  EXPECT_FALSE(finds("{AuroraRestore,Environment}"));
  EXPECT_FALSE(finds("{AWS/Lambda,Environment,ErrorName}"));
}

TEST(MetricSearch, EveryTermMustHold) {
  EXPECT_TRUE(finds("{AuroraRestore,Environment,ErrorName} MetricName=\"Errors\" Environment=\"dev\""));
  EXPECT_FALSE(finds("{AuroraRestore,Environment,ErrorName} MetricName=\"Errors\" Environment=\"prod\""));
  EXPECT_TRUE(finds("MetricName=\"Errors\" AND ErrorName=target"));
}

TEST(MetricSearch, AQuotedValueIsMatchedWhole) {
  EXPECT_FALSE(finds("ErrorName=\"Target\""));
  EXPECT_TRUE(finds("ErrorName=Target"));
  EXPECT_TRUE(finds("targetex"));
}

TEST(MetricSearch, RefusesWhatItDoesNotCarry) {
  for (const char* text : {"a OR b", "NOT a", "x=(\"a\" OR \"b\")", "{AuroraRestore", "a=b=c"})
    EXPECT_THROW(MetricSearch{text}, Error) << text;
}

}  // namespace
}  // namespace aurora::local::cloudwatch
