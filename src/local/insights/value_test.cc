#include "local/insights/value.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace aurora::local::insights {
namespace {

Value text(const char* content) {
  return Value::of(std::string(content));
}

TEST(InsightsValue, ShowsNumbersWithFourDecimalsAtMost) {
  EXPECT_EQ(Value::of(3.0).text(), "3");
  EXPECT_EQ(Value::of(2.5).text(), "2.5");
  EXPECT_EQ(Value::of(2.0 / 3).text(), "0.6667");
  EXPECT_EQ(Value::of(-0.00001).text(), "0");
  EXPECT_EQ(Value::of(1e300).text(), "1e+300");
  EXPECT_TRUE(Value::of(std::nan("")).is_null());
  EXPECT_EQ(text("0.1234567").text(), "0.1234567") << "a field stays as it was written";
}

TEST(InsightsValue, ShowsMomentsAsTimesAndTruthsAsDigits) {
  EXPECT_EQ(Value::of(Moment{1795242051007}).text(), "2026-11-21 06:20:51.007");
  EXPECT_EQ(Value::of(Moment{INT64_MAX}).text(), "9223372036854775807");
  EXPECT_EQ(Value::of(true).text(), "1");
  EXPECT_EQ(Value().text(), "");
}

TEST(InsightsValue, ComparesAsNumbersWhereBothAre) {
  EXPECT_TRUE(compare(text("9"), text("10")) < 0);
  EXPECT_TRUE(compare(text("9"), text("10 ms")) > 0);
  EXPECT_TRUE(compare(text("1.0"), Value::of(1.0)) == 0);
  EXPECT_TRUE(compare(Value::of(Moment{5}), Value::of(4.0)) > 0);
  EXPECT_TRUE(compare(Value(), text("")) == std::partial_ordering::unordered);
}

TEST(InsightsValue, IsTrueWhenItSaysSo) {
  EXPECT_TRUE(text("true").is_true());
  EXPECT_TRUE(text("1").is_true());
  EXPECT_FALSE(text("0").is_true());
  EXPECT_FALSE(text("yes").is_true());
  EXPECT_FALSE(Value().is_true());
}

TEST(InsightsValue, SortsNaturallyAndNothingLast) {
  std::vector<Value> values{Value(), text("12"), text("step10"), text("3"), text("step9"), text("a")};
  std::stable_sort(values.begin(), values.end(), sorts_before);
  std::string order;
  for (const Value& value : values) order += value.text() + " ";
  EXPECT_EQ(order, "a step9 step10 3 12  ");
}

}  // namespace
}  // namespace aurora::local::insights
