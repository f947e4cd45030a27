// What conditions mean.
#include "local/dynamodb/condition.h"

#include <gtest/gtest.h>

#include "local/dynamodb/parser.h"

namespace aurora::local::dynamodb {
namespace {

const Json& item() {
  static const Json value = Json::parse(R"({
    "id": {"S": "op-1"}, "n": {"N": "10"}, "half": {"N": "0.5"}, "flag": {"BOOL": true}, "none": {"NULL": true},
    "tags": {"SS": ["a", "b"]}, "primes": {"NS": ["2", "3"]}, "entries": {"L": [{"S": "x"}, {"N": "7"}]},
    "doc": {"M": {"leaf": {"S": "deep"}, "entries": {"L": [{"M": {"k": {"S": "v"}}}]}}}
  })");
  return value;
}

bool holds(const char* text, const char* values = "{}") {
  Json input = Json::object();
  if (const Json parsed = Json::parse(values); !parsed.empty()) input["ExpressionAttributeValues"] = parsed;
  Placeholders placeholders(input);
  return matches(parse_condition(text, "ConditionExpression", placeholders), item());
}

TEST(DynamoDbCondition, ComparesByTypeAndValue) {
  EXPECT_TRUE(holds("n = :v", R"({":v":{"N":"10.0"}})"));
  EXPECT_TRUE(holds("n > :v", R"({":v":{"N":"9"}})"));
  EXPECT_FALSE(holds("n > :v", R"({":v":{"S":"9"}})"));
  EXPECT_TRUE(holds("id < :v", R"({":v":{"S":"op-2"}})"));
  EXPECT_TRUE(holds("tags = :v", R"({":v":{"SS":["b","a"]}})"));
  EXPECT_TRUE(holds("n BETWEEN :a AND :b", R"({":a":{"N":"10"},":b":{"N":"11"}})"));
  EXPECT_FALSE(holds("n BETWEEN :a AND :b", R"({":a":{"N":"10.1"},":b":{"N":"11"}})"));
  EXPECT_TRUE(holds("n IN (:a, :b)", R"({":a":{"S":"10"},":b":{"N":"10"}})"));
  EXPECT_TRUE(holds(":v >= half", R"({":v":{"N":"0.5"}})"));
}

TEST(DynamoDbCondition, WhatIsMissingIsUnequalAndNeverEqual) {
  EXPECT_FALSE(holds("absent = :v", R"({":v":{"N":"1"}})"));
  EXPECT_TRUE(holds("absent <> :v", R"({":v":{"N":"1"}})"));
  EXPECT_FALSE(holds("absent < :v", R"({":v":{"N":"1"}})"));
  EXPECT_FALSE(holds("absent = gone"));
}

TEST(DynamoDbCondition, FunctionsFollowPathsIntoDocuments) {
  EXPECT_TRUE(holds("attribute_exists(doc.entries[0].k)"));
  EXPECT_TRUE(holds("attribute_not_exists(doc.entries[1])"));
  EXPECT_FALSE(holds("attribute_exists(id.x)"));
  EXPECT_TRUE(holds("attribute_type(doc.leaf, :t)", R"({":t":{"S":"S"}})"));
  EXPECT_FALSE(holds("attribute_type(absent, :t)", R"({":t":{"S":"S"}})"));
  EXPECT_TRUE(holds("begins_with(id, :p)", R"({":p":{"S":"op-"}})"));
  EXPECT_TRUE(holds("contains(id, :p)", R"({":p":{"S":"p-1"}})"));
  EXPECT_TRUE(holds("contains(tags, :p)", R"({":p":{"S":"b"}})"));
  EXPECT_TRUE(holds("contains(primes, :p)", R"({":p":{"N":"3.0"}})"));
  EXPECT_FALSE(holds("contains(primes, :p)", R"({":p":{"S":"3"}})"));
  EXPECT_TRUE(holds("contains(entries, :p)", R"({":p":{"N":"7"}})"));
  EXPECT_FALSE(holds("contains(n, :p)", R"({":p":{"N":"1"}})"));
  EXPECT_TRUE(holds("size(id) = :n", R"({":n":{"N":"4"}})"));
  EXPECT_TRUE(holds("size(doc) = size(entries)"));
  EXPECT_FALSE(holds("size(flag) >= :n", R"({":n":{"N":"0"}})"));
}

TEST(DynamoDbCondition, NotBindsTighterThanAndTighterThanOr) {
  const auto* values = R"({":one":{"N":"1"},":ten":{"N":"10"}})";
  EXPECT_TRUE(holds("n = :ten OR n = :one AND n = :one", values));
  EXPECT_FALSE(holds("(n = :ten OR n = :one) AND n = :one", values));
  EXPECT_TRUE(holds("NOT n = :one AND n = :ten", values));
  EXPECT_FALSE(holds("NOT (n = :one OR n = :ten)", values));
  EXPECT_TRUE(holds("NOT NOT n = :ten AND NOT n = :one", values));
}

}  // namespace
}  // namespace aurora::local::dynamodb
