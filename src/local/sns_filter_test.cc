#include "local/sns_filter.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace aurora::local {
namespace {

bool accepts(const std::string& policy, const Json& attributes) {
  return filter_accepts_attributes(parse_json(policy, "policy"), attributes);
}
Json text(const std::string& value) {
  return {{"DataType", "String"}, {"StringValue", value}};
}
Json number(const std::string& value) {
  return {{"DataType", "Number"}, {"StringValue", value}};
}

TEST(SnsFilter, WantsEveryKeyAndAnyOfItsValues) {
  const std::string policy = R"({"status": ["failed", "completed"], "env": ["dev"]})";
  EXPECT_TRUE(accepts(policy, {{"status", text("failed")}, {"env", text("dev")}}));
  EXPECT_FALSE(accepts(policy, {{"status", text("failed")}}));
  EXPECT_FALSE(accepts(policy, {{"status", text("started")}, {"env", text("dev")}}));
}

TEST(SnsFilter, KnowsPrefixesSuffixesAndCase) {
  EXPECT_TRUE(accepts(R"({"a": [{"prefix": "dev-"}]})", {{"a", text("dev-x")}}));
  EXPECT_FALSE(accepts(R"({"a": [{"prefix": "dev-"}]})", {{"a", text("prod-x")}}));
  EXPECT_TRUE(accepts(R"({"a": [{"suffix": "-x"}]})", {{"a", text("dev-x")}}));
  EXPECT_TRUE(accepts(R"({"a": [{"equals-ignore-case": "DEV"}]})", {{"a", text("dev")}}));
}

TEST(SnsFilter, KnowsAnythingBut) {
  EXPECT_FALSE(accepts(R"({"a": [{"anything-but": ["x", "y"]}]})", {{"a", text("x")}}));
  EXPECT_TRUE(accepts(R"({"a": [{"anything-but": ["x", "y"]}]})", {{"a", text("z")}}));
  EXPECT_FALSE(accepts(R"({"a": [{"anything-but": "x"}]})", Json::object()))
      << "an absent attribute is not another value";
  EXPECT_FALSE(accepts(R"({"a": [{"anything-but": {"prefix": "dev"}}]})", {{"a", text("dev-1")}}));
}

TEST(SnsFilter, ComparesNumbers) {
  const std::string policy = R"({"n": [{"numeric": [">=", 10, "<", 20]}, {"numeric": ["=", 5]}]})";
  for (const char* in : {"10", "19.5", "5"}) EXPECT_TRUE(accepts(policy, {{"n", number(in)}})) << in;
  for (const char* out : {"9", "20"}) EXPECT_FALSE(accepts(policy, {{"n", number(out)}})) << out;
  EXPECT_FALSE(accepts(policy, {{"n", text("10")}})) << "a text is no number";
}

TEST(SnsFilter, AsksWhetherAnAttributeIsThere) {
  EXPECT_TRUE(accepts(R"({"a": [{"exists": true}]})", {{"a", text("x")}}));
  EXPECT_FALSE(accepts(R"({"a": [{"exists": true}]})", Json::object()));
  EXPECT_TRUE(accepts(R"({"a": [{"exists": false}]})", Json::object()));
  EXPECT_FALSE(accepts(R"({"a": [{"exists": false}]})", {{"a", text("x")}}));
}

TEST(SnsFilter, LooksIntoListsOfTexts) {
  const Json list = {{"DataType", "String.Array"}, {"StringValue", R"(["x", 3, true])"}};
  EXPECT_TRUE(accepts(R"({"a": ["x"]})", {{"a", list}}));
  EXPECT_TRUE(accepts(R"({"a": [true]})", {{"a", list}}));
  EXPECT_FALSE(accepts(R"({"a": ["y"]})", {{"a", list}}));
}

TEST(SnsFilter, TakesAlternatives) {
  const std::string policy = R"({"$or": [{"a": ["1"]}, {"b": ["2"]}]})";
  EXPECT_TRUE(accepts(policy, {{"b", text("2")}}));
  EXPECT_FALSE(accepts(policy, {{"b", text("3")}}));
}

TEST(SnsFilter, LooksIntoTheMessagesBody) {
  const Json policy = {{"detail", {{"status", {"failed"}}}}};
  EXPECT_TRUE(filter_accepts_body(policy, {{"detail", {{"status", "failed"}}}}));
  EXPECT_TRUE(filter_accepts_body(policy, {{"detail", {{"status", {"x", "failed"}}}}}));
  EXPECT_FALSE(filter_accepts_body(policy, {{"detail", {{"status", "ok"}}}}));
  EXPECT_FALSE(filter_accepts_body(policy, "failed"));
}

TEST(SnsFilter, RefusesPoliciesThatAwsRefuses) {
  for (const char* policy :
       {R"([])", R"({"a": "x"})", R"({"a": []})", R"({"a": [{"like": "x"}]})",
        R"({"a": [{"numeric": [">"]}]})", R"({"a":["1"],"b":["1"],"c":["1"],"d":["1"],"e":["1"],"f":["1"]})"})
    EXPECT_THROW(check_filter_policy(parse_json(policy, "policy")), Error) << policy;
  EXPECT_NO_THROW(
      check_filter_policy(parse_json(R"({"a": ["x", {"prefix": "y"}, {"exists": false}]})", "policy")));
}

}  // namespace
}  // namespace aurora::local
