#include "local/events_pattern.h"

#include <gtest/gtest.h>

#include "aws/error.h"

namespace aurora::local {
namespace {

bool matches(const char* pattern, const char* event) {
  const Json parsed = Json::parse(pattern);
  check_event_pattern(parsed);
  return matches_event(parsed, Json::parse(event));
}

bool is_refused(const char* pattern) {
  try {
    check_event_pattern(Json::parse(pattern));
  } catch (const aws::ServiceError& e) {
    return e.code() == "InvalidEventPatternException";
  }
  return false;
}

TEST(EventPattern, EveryFieldMustHaveOneOfItsValues) {
  EXPECT_TRUE(
      matches(R"({"source":["a","b"],"detail":{"s":["x"]}})", R"({"source":"b","detail":{"s":"x","t":1}})"));
  EXPECT_FALSE(matches(R"({"source":["a"],"detail":{"s":["x"]}})", R"({"source":"a","detail":{"s":"y"}})"));
  EXPECT_FALSE(matches(R"({"detail":{"s":["x"]}})", R"({"detail":"x"})"));
}

TEST(EventPattern, AListMatchesByOneOfItsElements) {
  EXPECT_TRUE(matches(R"({"resources":["b"]})", R"({"resources":["a","b"]})"));
}

TEST(EventPattern, NullMatchesOnlyNull) {
  EXPECT_TRUE(matches(R"({"a":[null]})", R"({"a":null})"));
  EXPECT_FALSE(matches(R"({"a":[null]})", R"({})"));
}

TEST(EventPattern, OperatorsDoWhatTheirNamesSay) {
  EXPECT_TRUE(matches(R"({"a":[{"prefix":"ab"}]})", R"({"a":"abc"})"));
  EXPECT_TRUE(matches(R"({"a":[{"suffix":"bc"}]})", R"({"a":"abc"})"));
  EXPECT_TRUE(matches(R"({"a":[{"equals-ignore-case":"ABC"}]})", R"({"a":"abc"})"));
  EXPECT_TRUE(matches(R"({"a":[{"wildcard":"a*c*e"}]})", R"({"a":"abcde"})"));
  EXPECT_FALSE(matches(R"({"a":[{"wildcard":"a*d"}]})", R"({"a":"abcde"})"));
  EXPECT_TRUE(matches(R"({"a":[{"numeric":[">",1,"<=",3]}]})", R"({"a":3})"));
  EXPECT_FALSE(matches(R"({"a":[{"numeric":[">",1]}]})", R"({"a":"3"})"));
  EXPECT_TRUE(matches(R"({"a":[{"anything-but":["x","y"]}]})", R"({"a":"z"})"));
  EXPECT_FALSE(matches(R"({"a":[{"anything-but":{"prefix":"z"}}]})", R"({"a":"zz"})"));
  EXPECT_TRUE(matches(R"({"a":[{"exists":false}]})", R"({"b":1})"));
  EXPECT_FALSE(matches(R"({"a":[{"exists":true}]})", R"({"b":1})"));
  EXPECT_TRUE(matches(R"({"$or":[{"a":[1]},{"b":[2]}]})", R"({"b":2})"));
}

TEST(EventPattern, WhatCannotMatchIsRefused) {
  EXPECT_TRUE(is_refused(R"({})"));
  EXPECT_TRUE(is_refused(R"({"a":"x"})"));
  EXPECT_TRUE(is_refused(R"({"a":[]})"));
  EXPECT_TRUE(is_refused(R"({"a":[{"cidr":"10.0.0.0/8"}]})"));
  EXPECT_TRUE(is_refused(R"({"a":[{"numeric":["!",1]}]})"));
  EXPECT_TRUE(is_refused(R"({"a":[["x"]]})"));
}

}  // namespace
}  // namespace aurora::local
