#include "local/dynamodb/number.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "aws/error.h"

namespace aurora::local::dynamodb {
namespace {

std::string canonical(std::string_view text) {
  return Number::parse(text).text();
}

std::string refusal(std::string_view text) {
  try {
    Number::parse(text);
  } catch (const aws::ServiceError& error) {
    EXPECT_EQ(error.code(), "ValidationException");
    return error.message();
  }
  return "";
}

TEST(DynamoDbNumber, TextIsPlainAndWithoutNeedlessZeros) {
  EXPECT_EQ(canonical("0"), "0");
  EXPECT_EQ(canonical("-0.00"), "0");
  EXPECT_EQ(canonical("007.50"), "7.5");
  EXPECT_EQ(canonical("1e3"), "1000");
  EXPECT_EQ(canonical("+12.5E-3"), "0.0125");
  EXPECT_EQ(canonical(".5"), "0.5");
  EXPECT_EQ(canonical("5."), "5");
  EXPECT_EQ(canonical("-1.230e2"), "-123");
  EXPECT_EQ(canonical("12345678901234567890123456789012345678"), "12345678901234567890123456789012345678");
  EXPECT_EQ(canonical("1e125"), "1" + std::string(125, '0'));
}

TEST(DynamoDbNumber, RefusesWhatIsNoNumberInTheWordsOfAws) {
  EXPECT_EQ(refusal(""), "The parameter cannot be converted to a numeric value");
  for (const auto* text : {"dog", "1e", "--1", ".", "1 ", "0x10", "NaN", "Infinity", "1.2.3", "1e1.5"}) {
    EXPECT_EQ(refusal(text), "The parameter cannot be converted to a numeric value: " + std::string(text));
  }
}

TEST(DynamoDbNumber, RefusesWhatDoesNotFit) {
  EXPECT_EQ(refusal("1e126"),
            "Number overflow. Attempting to store a number with magnitude larger than supported range");
  EXPECT_EQ(refusal("1e999999999999"),
            "Number overflow. Attempting to store a number with magnitude larger than supported range");
  EXPECT_EQ(refusal("1e-131"),
            "Number underflow. Attempting to store a number with magnitude smaller than supported range");
  EXPECT_EQ(refusal("123456789012345678901234567890123456789"),
            "Attempting to store more than 38 significant digits in a Number");
  EXPECT_EQ(canonical("1e-130").size(), 132U);
}

TEST(DynamoDbNumber, AddsExactly) {
  const auto sum = [](auto a, auto b) { return (Number::parse(a) + Number::parse(b)).text(); };
  EXPECT_EQ(sum("0.1", "0.2"), "0.3");
  EXPECT_EQ(sum("99999999999999999999999999999999999999", "1"), "1" + std::string(38, '0'));
  EXPECT_EQ(sum("5", "-5"), "0");
  EXPECT_EQ(sum("-1.5", "0"), "-1.5");
  EXPECT_EQ((Number::parse("1") - Number::parse("0.00001")).text(), "0.99999");
}

TEST(DynamoDbNumber, RefusesSumsThatWouldHaveToBeRounded) {
  EXPECT_THROW(Number::parse("1e50") + Number::parse("1"), aws::ServiceError);
  EXPECT_THROW(Number::parse("9e125") + Number::parse("9e125"), aws::ServiceError);
  EXPECT_EQ((Number::parse("9e125") + Number::parse("9e124")).text(), "99" + std::string(124, '0'));
}

TEST(DynamoDbNumber, SortKeysOrderAsTheNumbersDo) {
  const std::vector<std::string> ascending = {
      "-9e125", "-123.46", "-123.45", "-123.4", "-123", "-1",   "-0.5", "-1e-130", "0",    "1e-130",  "0.5",
      "1",      "1.001",   "9",       "10",     "12",   "12.3", "100",  "101",     "1e20", "9.99e125"};
  for (std::size_t i = 1; i < ascending.size(); ++i) {
    const auto smaller = Number::parse(ascending[i - 1]);
    const auto larger = Number::parse(ascending[i]);
    EXPECT_LT(smaller, larger) << ascending[i];
    EXPECT_LT(smaller.sort_key(), larger.sort_key()) << ascending[i];
  }
}

TEST(DynamoDbNumber, SortKeysAgreeWithComparisonForRandomNumbers) {
  std::mt19937 random(20261121);
  std::vector<Number> numbers;
  for (int i = 0; i < 300; ++i) {
    const int digits = static_cast<int>(random() % 6) + 1;
    std::string text = random() % 2 == 0 ? "-" : "";
    for (int d = 0; d < digits; ++d) text += static_cast<char>('0' + random() % 10);
    numbers.push_back(Number::parse(text + "e" + std::to_string(static_cast<int>(random() % 7) - 3)));
  }
  for (const auto& a : numbers) {
    for (const auto& b : numbers) {
      ASSERT_EQ(a <=> b, a.sort_key().compare(b.sort_key()) <=> 0) << a.text() << " " << b.text();
    }
  }
}

TEST(DynamoDbNumber, SortKeyBytesAreStable) {
  // They are stored: a change would make existing data unreadable.
  EXPECT_EQ(Number::parse("0").sort_key(), "\x80");
  EXPECT_EQ(Number::parse("123").sort_key(), "\x81\x84\x0d\x1f");
  EXPECT_EQ(Number::parse("-123").sort_key(), "\x7f\x7b\xf2\xe0\xff");
}

}  // namespace
}  // namespace aurora::local::dynamodb
