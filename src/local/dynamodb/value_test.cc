#include "local/dynamodb/value.h"

#include <gtest/gtest.h>

#include "aws/error.h"

namespace aurora::local::dynamodb {
namespace {

std::string refusal(const char* text) {
  Json value = Json::parse(text);
  try {
    normalize_value(value);
  } catch (const aws::ServiceError& error) {
    return error.code() + ": " + error.message();
  }
  return "accepted";
}

TEST(DynamoDbValue, NumbersAreBroughtToCanonicalFormAtEveryDepth) {
  Json value = Json::parse(R"({"M":{"a":{"N":"1.0"},"l":{"L":[{"N":"1e2"},{"NS":["02","1.50"]}]}}})");
  normalize_value(value);
  EXPECT_EQ(dump_json(value), R"({"M":{"a":{"N":"1"},"l":{"L":[{"N":"100"},{"NS":["2","1.5"]}]}}})");
}

TEST(DynamoDbValue, RefusesMalformedValuesInTheWordsOfAws) {
  EXPECT_EQ(
      refusal("{}"),
      "ValidationException: Supplied AttributeValue is empty, must contain exactly one of the supported "
      "datatypes");
  EXPECT_EQ(refusal(R"({"S":"a","N":"1"})"),
            "ValidationException: Supplied AttributeValue has more than one datatypes set, must contain "
            "exactly one of the supported datatypes");
  EXPECT_EQ(
      refusal(R"({"SS":[]})"),
      "ValidationException: One or more parameter values were invalid: An string set  may not be empty");
  EXPECT_EQ(refusal(R"({"SS":["a","b","a"]})"),
            "ValidationException: One or more parameter values were invalid: Input collection [a, b, a] "
            "contains duplicates.");
  EXPECT_EQ(refusal(R"({"NS":["1","1.0"]})"), "ValidationException: Input collection contains duplicates");
  EXPECT_EQ(refusal(R"({"NULL":false})"),
            "ValidationException: One or more parameter values were invalid: Null attribute value types must "
            "have the value of true");
  EXPECT_EQ(refusal(R"({"S":5})"), "SerializationException: Unexpected field type");
  EXPECT_EQ(refusal(R"({"S":""})"), "accepted");
}

TEST(DynamoDbValue, RefusesMoreThan32Levels) {
  Json value = Json::parse(R"({"S":"x"})");
  for (int i = 0; i < 31; ++i) value = Json{{"L", Json::array({value})}};
  EXPECT_NO_THROW(normalize_value(value));
  value = Json{{"L", Json::array({value})}};
  EXPECT_THROW(normalize_value(value), aws::ServiceError);
}

TEST(DynamoDbValue, EqualityIgnoresTheOrderOfSetsAndMaps) {
  const auto equal = [](const char* a, const char* b) {
    return equal_values(Json::parse(a), Json::parse(b));
  };
  EXPECT_TRUE(equal(R"({"SS":["a","b"]})", R"({"SS":["b","a"]})"));
  EXPECT_TRUE(equal(R"({"M":{"a":{"S":"1"},"b":{"S":"2"}}})", R"({"M":{"b":{"S":"2"},"a":{"S":"1"}}})"));
  EXPECT_FALSE(equal(R"({"L":[{"S":"1"},{"S":"2"}]})", R"({"L":[{"S":"2"},{"S":"1"}]})"));
  EXPECT_FALSE(equal(R"({"S":"1"})", R"({"N":"1"})"));
}

TEST(DynamoDbValue, ComparesNumbersByValueAndTextByBytes) {
  const auto less = [](const char* a, const char* b) {
    const auto order = compare_values(Json::parse(a), Json::parse(b));
    return order && *order < 0;
  };
  EXPECT_TRUE(less(R"({"N":"9"})", R"({"N":"10"})"));
  EXPECT_TRUE(less(R"({"S":"10"})", R"({"S":"9"})"));
  EXPECT_TRUE(less(R"({"S":"z"})", R"({"S":"é"})"));
  EXPECT_FALSE(compare_values(Json::parse(R"({"BOOL":true})"), Json::parse(R"({"BOOL":false})")));
}

TEST(DynamoDbValue, SizeCountsNamesAndDocumentOverhead) {
  EXPECT_EQ(item_size(Json::parse(R"({"id":{"S":"abcd"}})")), 6U);
  EXPECT_EQ(item_size(Json::parse(R"({"n":{"N":"-123.4"}})")), 1U + 4U);
  EXPECT_EQ(item_size(Json::parse(R"({"m":{"M":{"k":{"BOOL":true}}}})")), 1U + 3U + 1U + 1U + 1U);
}

TEST(DynamoDbValue, StoringKeepsBytesThatAreNotText) {
  const Json item = {{"b", {{"B", std::string("\x00\xff\xfe", 3)}}}, {"s", {{"S", "grün"}}}};
  EXPECT_EQ(decode_item(encode_item(item)), item);
}

}  // namespace
}  // namespace aurora::local::dynamodb
