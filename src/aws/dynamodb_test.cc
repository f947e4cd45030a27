#include "aws/dynamodb.h"

#include <gtest/gtest.h>

namespace aurora::aws {
namespace {

// Answers what the test put in, in order, and keeps what it was asked.
class ScriptedApi final : public Api {
 public:
  Json call(std::string_view, std::string_view, std::string_view operation, const Json& input) override {
    asked.emplace_back(std::string(operation), input);
    Json answer = answers.front();
    answers.erase(answers.begin());
    return answer;
  }
  std::vector<Json> answers;
  std::vector<std::pair<std::string, Json>> asked;
};

TEST(DynamoDb, AttributeValuesKeepEveryJsonType) {
  const Json plain = Json::parse(R"({"s":"x","n":7,"f":1.5,"b":true,"z":null,"l":[1,"a"],"m":{"k":"v"}})");
  const Json typed =
      Json::parse(R"({"s":{"S":"x"},"n":{"N":"7"},"f":{"N":"1.5"},"b":{"BOOL":true},"z":{"NULL":true},)"
                  R"("l":{"L":[{"N":"1"},{"S":"a"}]},"m":{"M":{"k":{"S":"v"}}}})");
  EXPECT_EQ(to_item(plain), typed);
  EXPECT_EQ(from_item(typed), plain);
}

TEST(DynamoDb, NumberBeyondDoublesIsNotRounded) {
  EXPECT_EQ(from_attribute({{"N", "12345678901234567890123456789012345678"}}),
            Json("12345678901234567890123456789012345678"));
}

TEST(DynamoDb, SetsBecomeLists) {
  EXPECT_EQ(from_attribute(Json::parse(R"({"NS":["1","2"]})")), Json::parse("[1,2]"));
  EXPECT_EQ(from_attribute(Json::parse(R"({"SS":["a"]})")), Json::parse(R"(["a"])"));
}

TEST(DynamoDb, QueryFollowsEveryPage) {
  ScriptedApi api;
  api.answers = {Json::parse(R"({"Items":[{"a":{"S":"1"}}],"LastEvaluatedKey":{"a":{"S":"1"}}})"),
                 Json::parse(R"({"Items":[{"a":{"S":"2"}}]})")};
  EXPECT_EQ(DynamoDb(api, "us-west-2").query("t", "a", "x").size(), 2u);
  EXPECT_EQ(api.asked[1].second["ExclusiveStartKey"], Json::parse(R"({"a":{"S":"1"}})"));
}

TEST(DynamoDb, MissingItemIsNothing) {
  ScriptedApi api;
  api.answers = {Json::object()};
  EXPECT_FALSE(DynamoDb(api, "us-west-2").get("t", {{"a", "x"}}));
  EXPECT_EQ(api.asked[0].second["ConsistentRead"], true);
}

}  // namespace
}  // namespace aurora::aws
